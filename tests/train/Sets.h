// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "inference/ModelPack.h"
#include "volume/Mask.h"

#include <filesystem>
#include <string>
#include <vector>

namespace hounsfield::test {

/// A scan of 32 x 32 x 32 voxels of 4 mm: fat, a bright box at `at` (6 voxels a side) and a dark one beside
/// it.
struct BoxCase {
    std::string name;
    Index3 at{8, 8, 8};
};
const Geometry& boxGrid();
Mask boxMask(const Index3& begin, std::int64_t side = 6);
/// Writes <folder>/<case>/ct.nii.gz and its segmentations. @param files names of classes' files that the
/// bright box is written as
void writeCase(const std::filesystem::path& folder, const BoxCase& one,
               const std::vector<std::string>& files);
/// A pack of random weights, the smallest there can be, that sees scans at 4 mm in windows of 16³.
ModelPack tinyPack(const std::filesystem::path& folder);

/// What hounsfield-train says for these words of a shell.
struct Said {
    int code = 0;
    std::string output; ///< both streams
};
Said runTrainer(const std::string& words, const std::string& before = "");
std::string quoted(const std::filesystem::path& path);

} // namespace hounsfield::test
