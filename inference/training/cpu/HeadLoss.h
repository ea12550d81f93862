// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "inference/training/TrainingScan.h"

#include <cstdint>
#include <vector>

namespace hounsfield::training {

/// The text-driven head of the Universal Model and segmentationLoss over one window, forwards and backwards
/// at once: never more than a few cache lines of what lies between reduced maps and loss are in memory.
class HeadLoss {
public:
    std::vector<float> reducedGradient;   ///< 8 x voxels
    std::vector<float> parameterGradient; ///< classes x 153; all of a class that is named several times is
                                          ///< where it is named first
    /// @param reduced 8 x voxels float32 @param parameters classes x 153: w1 (8 out x 8 in), w2, w3, b1, b2,
    /// b3
    /// @param labels of every voxel @param classes bit of each class in `labels` @param weight the loss and
    /// gradients are multiplied by it
    /// @returns weight * loss
    double run(const float* reduced, const std::vector<ClassBits>& labels, const float* parameters,
               const std::vector<std::int64_t>& classes, double weight);

private:
    std::vector<float> m_probability; ///< kept between calls: asking for it anew costs more than filling it
};
} // namespace hounsfield::training
