// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/Session.h"
#include "volume/Progress.h"

#include <filesystem>

namespace hounsfield {

/// What of a session goes into files.
struct ExportSettings {
    std::filesystem::path folder;
    std::string maskFormat = "nii.gz"; ///< or "nrrd"
    bool masks = true;
    bool labelMap = false;
    bool measurements = true;  ///< CSV and JSON, docs/results-schema.md
    std::string surfaceFormat; ///< "", "stl", "obj", "gltf"
    int onlyStructure = 0;     ///< 0: all that are there
};

/// Session -> files, each read back; they take their places together when all are whole (StagedFiles), so
/// that an export that is stopped leaves an earlier one as it was. A table of lesions or of measurements by
/// hand that an earlier export wrote goes where there are none now. Works on a copy of the contents, on any
/// thread.
/// @return the files' names, sorted. @throws Error(Resources), Cancelled
std::vector<std::string> exportSession(const Scan& scan, const Contents& contents, const ModelPack& pack,
                                       const ExportSettings& settings, Progress& progress);
/// Masks in a folder that an earlier export of the scan left there and the last one, which wrote `written`,
/// has not replaced: names.
std::vector<std::string> masksOfEarlierExports(const Scan& scan, const ModelPack& pack,
                                               const std::filesystem::path& folder,
                                               const std::vector<std::string>& written);

} // namespace hounsfield
