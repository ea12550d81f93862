// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "inference/ModelPack.h"
#include "inference/Removal.h"
#include "inference/Segmenter.h"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace hounsfield {

/// Binary masks on the model's grid (X, Y, Z, Z fastest) by class id, with what was done to them.
struct ModelMasks {
    Index3 size{0, 0, 0};
    double voxelMl = 0, spacingMm = 0;
    std::map<int, std::vector<std::uint8_t>> masks;
    std::map<int, std::vector<std::size_t>>
        sure; ///< by class id, of those with a peak (ModelClass): the voxels that reach it
    std::map<int, std::vector<Removal>> removals;     ///< by class id: what was left out
    std::map<int, std::vector<std::string>> warnings; ///< by class id: whole sentences
};

/// The other classes that clean-up and measuring of these need (host organs, the other side, the pancreas),
/// the asked ones included, sorted.
std::vector<int> classesNeeded(const std::vector<int>& asked, const std::vector<ModelClass>& classes,
                               CleanUp rule);

/// None changes nothing; Published: shared/spec/universal-model.md section 6 (PublishedRules); Standard:
/// StandardRules.
/// @throws Cancelled between classes and pieces
void cleanUp(ModelMasks& masks, const std::vector<ModelClass>& classes, CleanUp rule, Progress& progress);
void cleanUp(ModelMasks& masks, const std::vector<ModelClass>& classes, CleanUp rule);

} // namespace hounsfield
