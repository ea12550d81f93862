// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "inference/training/TrainingScan.h"

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace hounsfield::training {

/// A labelled scan at full resolution.
struct LabelledScan {
    std::string name;
    std::shared_ptr<const Volume> volume;
    std::vector<Mask> masks; ///< by class id - 1; empty masks where not annotated
    ClassBits annotated = 0; ///< classes that were looked for: of those alone an empty mask means "not there"
};

/// A scan and a label map whose values stand for classes: value -> class id, several of one class too. Values
/// that are not named are not annotated. @param notes where values that are not named are told; may be null
/// @throws Error(Scan) that names the file
LabelledScan readLabelled(const std::filesystem::path& scan, const std::filesystem::path& labels,
                          const std::map<int, int>& classOfValue, const std::vector<ModelClass>& classes,
                          std::vector<std::string>* notes = nullptr);
/// A scan and its masks, class id -> file. @throws as above
LabelledScan readMasked(const std::filesystem::path& scan, const std::map<int, std::filesystem::path>& masks,
                        const std::vector<ModelClass>& classes);

/// A sentence for each tumor or cyst that neither lies in an organ it belongs to nor touches it, where those
/// are annotated. Looked at before addLesionsToHosts.
std::vector<std::string> lesionsBeside(const LabelledScan& scan, const std::vector<ModelClass>& classes);

/// A tumor voxel counts as its host organ too, where the host is annotated (Liu et al. 2023, section 3.3).
void addLesionsToHosts(LabelledScan& scan, const std::vector<ModelClass>& classes);

} // namespace hounsfield::training
