// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "volume/Mask.h"
#include "volume/Volume.h"

#include <optional>
#include <string>
#include <vector>

namespace hounsfield {

/// Hounsfield units of a set of voxels.
struct HuStatistics {
    double mean = 0;
    double standardDeviation = 0; ///< of the population (divided by n)
    double median = 0;            ///< mean of the two middle values for an even count
    int minimum = 0;
    int maximum = 0;
};

/// What a Mask says about a Volume.
struct Statistics {
    std::int64_t voxels = 0;
    double volumeMl = 0;            ///< voxels x voxel volume, never from a surface
    std::optional<HuStatistics> hu; ///< absent for an empty mask
    IndexBox box;                   ///< bounding box, voxel indices
    Vector3 centroidMm{0, 0, 0};    ///< LPS, mean of the voxel centres; zero for an empty mask
    std::string leavesScan; ///< patient letters of the faces of the scan that the mask touches, such as "S";
                            ///< empty: none
};

/// @throws Error(Scan) where mask and volume do not lie on the same grid
Statistics measure(const Mask& mask, const Volume& volume);

} // namespace hounsfield
