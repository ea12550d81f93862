// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace hounsfield {

/// The file of voxels that a text header names: in the header's own folder or below it, and nowhere else, as
/// a header from elsewhere could point at any file of this machine. @throws Error(Scan) for a path that leads
/// out, or where there is none
std::filesystem::path dataFileOf(const std::filesystem::path& header, const std::string& name);

/// What uncompressed voxels leave over in their file. @throws Error(Scan) where it is a slice or more: then
/// the header's size or number type is not that of the file. Less is noted.
void checkSurplus(const std::filesystem::path& file, std::int64_t surplusBytes, std::int64_t sliceBytes,
                  std::vector<std::string>& notes);

/// @throws Error(Resources) where this machine cannot hold so many bytes; nothing was allocated then
void checkMemory(const std::filesystem::path& file, std::int64_t bytes);

} // namespace hounsfield
