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
    bool measurements = true;          ///< CSV and JSON, docs/results-schema.md
    std::string surfaceFormat;         ///< "", "stl", "obj", "gltf"
    int onlyStructure = 0;             ///< 0: all that are there
};

/// Session -> files, each written beside its place, read back and renamed. Works on a copy of the contents: any thread but for
/// surfaces, which need none of a window.
/// @return the files' names. @throws Error(Resources), Cancelled
std::vector<std::string> exportSession(const Scan& scan, const Contents& contents, const ModelPack& pack, const ExportSettings& settings, Progress& progress);

} // namespace hounsfield
