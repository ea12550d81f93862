// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "volume/Progress.h"
#include "volume/Volume.h"

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace hounsfield {

/// What is known of a series before its voxels are read.
struct SeriesInfo {
    int number = 0;  ///< 1, 2, ... in the order listed; what a person types
    std::string uid; ///< SeriesInstanceUID; empty for NIfTI, NRRD, MetaImage
    int part = 0;    ///< 1, 2, ... where several of those listed share the uid; else 0
    std::string studyUid;
    std::string frameOfReferenceUid;
    std::string modality; ///< "CT"; empty where the file does not say
    std::string description;
    std::string patientName; ///< UTF-8
    std::string patientId;   ///< UTF-8
    std::string patientSex;  ///< "M", "F" or "O" as in the file; empty where it does not say
    std::string studyDate;   ///< YYYYMMDD as in the file
    std::string format;      ///< "DICOM", "NIfTI", "NRRD", "MetaImage"
    std::int64_t images = 0; ///< files or slices
    std::int64_t bytes = 0;  ///< on the disk
    Index3 size{0, 0, 0};    ///< columns, rows, slices
    Vector3 spacingMm{0, 0, 0};
    std::optional<std::array<double, 2>>
        windowLevel;      ///< width and centre the file asks to be shown with (0028,1051; 0028,1050)
    bool readable = true; ///< false: listed, but not a CT volume; reason says why
    std::string reason;
};

/// A scan as read.
struct Scan {
    std::shared_ptr<const Volume> volume;
    SeriesInfo series;
    std::string caseName; ///< from the file or folder name, safe in file names
    std::filesystem::path source;
    std::vector<std::int64_t>
        madeUpSlices; ///< k of slices that lie between scanned ones and were interpolated; empty as a rule
    std::vector<std::string>
        instanceNumbers; ///< of DICOM: InstanceNumber of slice k, empty where it was interpolated
    std::string choice;  ///< where the path holds several patients or dates: which was read, which are there;
                         ///< also a note
    std::vector<std::string>
        notes; ///< what was assumed, repaired or is doubtful: whole sentences for the person
};

/// What names a series for good, also among parts that share an identifier: "1.2.3#2"; the SeriesInstanceUID
/// alone where no other shares it, the number where there is none.
std::string keyOf(const SeriesInfo& series);

/// Lists what a path holds: a DICOM folder (all series, sub-folders too), one DICOM file (its series), or a
/// NIfTI, NRRD or MetaImage file. @throws Error(Scan) where nothing can be read
std::vector<SeriesInfo> listSeries(const std::filesystem::path& path, Progress& progress);

/// Reads one series, rescaled to HU, slices sorted by position along their normal.
/// @param which a number as listed, a key (keyOf) or a SeriesInstanceUID, of whose parts the best is meant;
/// absent: the best CT (plain Hounsfield units before projections and maps, originals before derived, most
/// slices). Where the path holds other patients or dates, a note names the one that was read and the others.
/// @throws Error(Scan) with what is wrong and what to do; Cancelled
Scan readScan(const std::filesystem::path& path, const std::optional<std::string>& which, Progress& progress);

/// Reads a label map or a mask (any integer type) as voxel values with its geometry, i fastest. @throws
/// Error(Scan)
struct LabelImage {
    Geometry geometry;
    std::vector<std::int32_t> labels;
};
LabelImage readLabels(const std::filesystem::path& file);

} // namespace hounsfield
