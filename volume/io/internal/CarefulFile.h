// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "volume/Geometry.h"
#include "volume/Progress.h"
#include "volume/io/internal/RawImage.h"

#include <filesystem>
#include <functional>
#include <string>

namespace hounsfield {

/// A temporary name in the same folder with the same ending: `.liver.partial-4711-1.nii.gz` for
/// `liver.nii.gz`.
std::filesystem::path partialName(const std::filesystem::path& file);

/// Calls write(temporary), then check(temporary), then renames. Whatever fails, the temporary file is removed
/// and an older file of that name stays untouched. @throws Error(Resources)
void writeCarefully(const std::filesystem::path& file,
                    const std::function<void(const std::filesystem::path&)>& write,
                    const std::function<void(const std::filesystem::path&)>& check);

/// Throws Error(Resources): the file cannot be written, with what to do.
[[noreturn]] void cannotWrite(const std::filesystem::path& file);

/// Voxels to be written: uint8 or int16 on a grid, i fastest.
struct VoxelsToWrite {
    const Geometry& geometry;
    Component component;
    const void* voxels;
    const Progress* stop = nullptr; ///< looked at every few megabytes; may be null
    std::int64_t bytes() const { return geometry.voxelCount() * bytesOf(component); }
};

/// Writes one file of NIfTI-1 (sform exact in float32, qform too unless the grid is sheared). @throws
/// Error(Resources), Cancelled
void writeNifti(const VoxelsToWrite& image, const std::filesystem::path& file, bool compressed);
/// Writes NRRD0005 with gzip encoding and the grid's exact space directions (LPS). @throws as writeNifti
void writeNrrd(const VoxelsToWrite& image, const std::filesystem::path& file);

} // namespace hounsfield
