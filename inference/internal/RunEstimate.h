// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "inference/ModelPack.h"
#include "inference/Segmenter.h"
#include "inference/internal/WindowFeatures.h"
#include "volume/Mask.h"

namespace hounsfield {

/// The part of the model's grid that preprocess() will keep, found on the scan's own voxels: up to a voxel
/// larger.
/// @param modelGrid of the scan @throws Cancelled between slices
IndexBox expectedCrop(const Volume& scan, const Geometry& modelGrid, double huLow, Progress& progress);

/// What a run works on.
struct RunSize {
    std::int64_t scanVoxels = 0;
    std::int64_t gridVoxels = 0; ///< of the model's whole grid
    std::int64_t cropVoxels = 0; ///< of what is kept of it
    std::int64_t windows = 0;
    std::int64_t targets = 0;
};

/// Seconds beside the windows: preparing, answering, bringing masks back, measuring. Constants of a core
/// of 2.x GHz (docs/performance.md).
double secondsBesideWindows(const RunSize& size, const ModelPack& pack, int threads);
/// Peak of the memory beside scan, program and model as they are in memory now.
std::int64_t memoryOfRun(const RunSize& size, const ModelPack& pack, Precision precision,
                         const FeatureBudget& budget, std::int64_t blendBytes);

} // namespace hounsfield
