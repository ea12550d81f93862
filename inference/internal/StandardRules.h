// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "inference/internal/CleanUp.h"

#include <cmath>

namespace hounsfield {

/// What the standard clean-up does (docs/clean-up.md): lungs told apart, pieces kept that are plausibly the
/// organ's, lesions kept in or by their organs, specks dropped. Fills ModelMasks::removals and warnings.
/// @throws Cancelled between classes and pieces
void standardRules(ModelMasks& masks, const std::vector<ModelClass>& classes, Progress& progress);

/// Pieces below these volumes are specks: no larger than what noise and partial volume make.
constexpr double organSpeckMm3 = 100, lesionSpeckMm3 = 20;
/// Voxels of the smallest piece that is no speck.
inline std::int64_t voxelsNotSpeck(double speckMm3, double voxelMl)
{
    return static_cast<std::int64_t>(std::ceil(speckMm3 / 1000 / voxelMl));
}
/// How far from its organ a tumor or cyst may reach: as a whole where most of it is nearer than that.
constexpr double hostReachMm = 15;

} // namespace hounsfield
