// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "volume/Mask.h"

#include <optional>
#include <vector>

namespace hounsfield {

/// How well the surfaces of two masks agree. A mask's surface is its voxels with one of six neighbours
/// outside (what lies outside the grid is outside); distances are between voxel centres, mm.
struct SurfaceAgreement {
    /// Normalised surface distance or surface Dice (Nikolov et al. 2018, "Deep learning to achieve clinically
    /// applicable segmentation of head and neck anatomy"): the part of both surfaces together that lies
    /// within the tolerance of the other one, 0 to 1.
    double withinTolerance = 0;
    double meanMm = 0; ///< over the voxels of both surfaces
    double percentile95Mm =
        0; ///< the larger of the two surfaces' 95th percentiles (robust Hausdorff distance)
};

/// @param a, b on one grid; its axes are taken as perpendicular, of the lengths of its steps
/// @return nothing where one of them is empty: there is no distance to a surface that is not there
/// @throws Error(Scan) where they lie on two grids
std::optional<SurfaceAgreement> surfaceAgreement(const Mask& a, const Mask& b, double toleranceMm);

/// The squared distance, mm², from every voxel of a box to the nearest site: exact, in time proportional to
/// the voxels, one axis after the other (Felzenszwalb & Huttenlocher 2012, "Distance transforms of sampled
/// functions").
/// @param sites non-zero = a site, i fastest; without any, all distances are infinite
std::vector<float> squaredDistancesMm(const std::vector<std::uint8_t>& sites, const Index3& size,
                                      const Vector3& spacingMm);

} // namespace hounsfield
