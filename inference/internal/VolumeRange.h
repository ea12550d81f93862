// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "inference/internal/Probability.h"
#include "inference/internal/Regions.h"

namespace hounsfield {

/// Volumes on the model's grid at a stricter and a laxer threshold than the mask's own.
struct VolumeRange {
    double lowMl = 0, highMl = 0;
};

constexpr double rangeLow = 0.7,
                 rangeHigh = 0.3; ///< thresholds of the smallest and the largest plausible volume

/// Of a mask after clean-up: what of it is above `rangeLow`, and what is above `rangeHigh` and hangs together
/// with it. What the clean-up left out (above the threshold, not in the mask) counts in neither. For an empty
/// mask: every piece above `rangeHigh` that is no speck and nowhere above the threshold.
VolumeRange volumeRange(const Voxels& mask, const Probabilities& probability, double threshold,
                        const Index3& size, double voxelMl);

} // namespace hounsfield
