// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "inference/ModelPack.h"
#include "inference/internal/Probability.h"
#include "volume/Mask.h"
#include "volume/Progress.h"
#include "volume/Volume.h"

#include <vector>

namespace hounsfield {

/// A scan on the model's grid: RAS+ axes (X to the Right, Y Anterior, Z Superior), isotropic, HU window
/// applied, cropped. Arrays on this grid are row-major in X, Y, Z: Z is fastest, unlike a Volume.
struct ModelImage {
    Geometry resampled; ///< the whole resampled grid; index (i, j, k) = (X, Y, Z)
    IndexBox crop; ///< bounding box of values > 0; what `values` holds. Never empty: all-zero scans keep the
                   ///< whole grid
    std::vector<float> values; ///< [0, 1], crop.size() of them, Z fastest
    std::int64_t offset(const Index3& inCrop) const
    {
        const Index3 s = crop.size();
        return (inCrop[0] * s[1] + inCrop[1]) * s[2] + inCrop[2];
    }
};

/// shared/spec/universal-model.md section 4; the published pipeline's numbers.
ModelImage preprocess(const Volume& volume, const InputSettings& settings, Progress& progress);

/// A mask on image.crop (Z fastest, non-zero inside) back on the scan's grid by nearest neighbour (the
/// published way).
Mask toScanGridNearest(const std::vector<std::uint8_t>& mask, const ModelImage& image, const Geometry& scan);

/// Probabilities on image.crop back on the scan's grid by linear interpolation, then > threshold.
/// `allowed` (may be empty: everything) is a mask on image.crop; a scan voxel whose nearest model voxel is
/// not allowed stays outside.
Mask toScanGridLinear(const Probabilities& probability, const std::vector<std::uint8_t>& allowed,
                      double threshold, const ModelImage& image, const Geometry& scan);

} // namespace hounsfield
