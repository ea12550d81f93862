// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "volume/Mask.h"
#include "volume/Progress.h"
#include "volume/Volume.h"

#include <array>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace hounsfield {

/// One row of a label map and of its table.
struct LabelledMask {
    int id = 0; ///< label value, 1..255
    std::string name;
    std::string snomedCode;
    std::array<int, 3> rgb{0, 0, 0};
    const Mask* mask = nullptr;
    std::string laterality{};          ///< "left", "right" or empty
    std::optional<double> threshold{}; ///< probability from which a voxel is inside
};

/// Writes a mask (uint8, 0 and 1) on its scan's exact grid. The format is the file name's ending: .nii.gz,
/// .nii or .nrrd. qform and sform are both set in NIfTI (a sheared grid has no exact qform: sform only, qform
/// code 0). Written to a temporary name beside it, read back and compared voxel by voxel and corner by
/// corner, then renamed.
/// @param stop looked at every few megabytes. @throws Error(Resources) where it cannot be written or does not
/// read back equal, Cancelled; no half file is left
void writeMask(const Mask& mask, const std::filesystem::path& file, const Progress& stop = Progress());

/// Writes overlapping masks as one label map: later rows win where they overlap (organs first, then tumors),
/// and the table `labels` as CSV (id,name,snomed,red,green,blue,laterality,threshold). @throws as writeMask
void writeLabelMap(const std::vector<LabelledMask>& rows, const std::filesystem::path& image,
                   const std::filesystem::path& labels, const Progress& stop = Progress());

/// Writes HU as int16 in the same careful way. @throws as writeMask
void writeVolume(const Volume& volume, const std::filesystem::path& file);

/// Writes an axial DICOM CT series (one file a slice, explicit little endian, rescale slope 1 intercept 0) of
/// a synthetic patient. The grid must not be sheared. @throws Error(Resources)
struct DicomIdentity {
    std::string patientName;
    std::string patientId;
    std::string seriesDescription;
};
void writeDicomSeries(const Volume& volume, const DicomIdentity& identity,
                      const std::filesystem::path& folder);

/// Writes text to a temporary name beside the file, reads it back, then renames. @throws Error(Resources)
void writeTextFile(const std::string& text, const std::filesystem::path& file);

} // namespace hounsfield
