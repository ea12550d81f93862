// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "volume/Vector.h"

#include <vector>

namespace hounsfield {

/// Which windows cover an image, and how they are blended (shared/spec/universal-model.md section 5; MONAI
/// 0.9 sliding_window_inference with mode gaussian). Axis order X, Y, Z.
struct WindowPlan {
    Index3 image{0, 0, 0}; ///< the image, before padding
    Index3 roi{0, 0, 0};
    Index3 padBefore{0, 0, 0};     ///< zeros added before each axis so that it is not shorter than the roi
    Index3 padded{0, 0, 0};        ///< the image's size with padding on both sides
    std::vector<Index3> starts;    ///< of each window in the padded image, in the published order
    std::vector<float> importance; ///< weight of each voxel of a window, roi.x * roi.y * roi.z, Z fastest

    /// @param overlap 0 to below 1. @throws Error(Usage) otherwise
    static WindowPlan make(const Index3& image, const Index3& roi, double overlap);
};

} // namespace hounsfield
