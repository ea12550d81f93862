// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "inference/training/TrainingScan.h"

#include <cstddef>
#include <vector>

namespace hounsfield::training {

/// A window of a scan in Hounsfield units while it is being augmented, on the model's axes (RAS+), X fastest.
struct ScanWindow {
    Index3 size{0, 0, 0};
    double spacingMm = 1;
    std::vector<float> hu;
    std::vector<ClassBits> labels;
    std::vector<std::uint8_t> outside; ///< not 0 where the scan has no voxel: padding
    ClassBits annotated = 0;

    std::size_t offset(std::int64_t x, std::int64_t y, std::int64_t z) const
    {
        return static_cast<std::size_t>((z * size[1] + y) * size[0] + x);
    }
};

} // namespace hounsfield::training
