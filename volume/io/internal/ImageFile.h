// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "volume/Progress.h"
#include "volume/io/internal/RawImage.h"

#include <filesystem>

namespace hounsfield {

enum class ImageParts { Header, All };

/// Reads NIfTI-1 or NIfTI-2 in one file, plain or gzip-compressed, with the affine exactly as stored (sheared
/// too): sform where its code is above 0, else qform, else the voxel sizes with a note (nifti1.h, "3D image
/// orientation and location").
/// @throws Error(Scan), Error(Resources) where memory is short, Cancelled
RawImage readNifti(const std::filesystem::path& file, ImageParts parts, Progress& progress);

/// Reads NRRD (.nrrd, .nhdr): voxels through ITK, where they lie by our own reading of the header, held
/// against ITK's.
/// @throws as readNifti
RawImage readNrrd(const std::filesystem::path& file, ImageParts parts, Progress& progress);
/// Reads MetaImage (.mha, or .mhd with one data file), raw or zlib-compressed. Not through ITK: its reader
/// takes a file that was cut off for a whole one. @throws as readNifti
RawImage readMetaImage(const std::filesystem::path& file, ImageParts parts, Progress& progress);

/// What a file is, by its content first and its ending second.
enum class FileFormat { Dicom, Nifti, Nrrd, MetaImage, Unknown };
/// @throws Error(Scan) where the file cannot be opened, is empty, or is an archive that has to be unpacked
/// first
FileFormat formatOf(const std::filesystem::path& file);
/// The files of a folder and of those below it that hold a scan by themselves (NIfTI, NRRD, MetaImage), not
/// the files of voxels beside a header. None where there is DICOM: then the folder is the scan.
std::vector<std::filesystem::path> imageFilesIn(const std::filesystem::path& folder);
/// Reads an image of the three formats. @throws Error(Scan) for any other
RawImage readImageFile(const std::filesystem::path& file, FileFormat format, ImageParts parts,
                       Progress& progress);

} // namespace hounsfield
