// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "volume/Mask.h"

namespace hounsfield {

/// A straight line between two places, LPS mm.
struct Line {
    Vector3 from{0, 0, 0}, to{0, 0, 0};
    double mm() const { return length(to - from); }
};

/// The diameters of one lesion as RECIST 1.1 measures them (Eisenhauer et al. 2009): ends on the outer edges
/// of voxels.
struct Diameters {
    Line longest; ///< longest in any axial slice: the largest Feret diameter of a connected part of a slice
    Line perpendicular;     ///< longest line inside that part, perpendicular to `longest`
    Line longest3d;         ///< between any two points of the lesion
    int sliceAxis = 2;      ///< voxel axis that numbers the slices: the one that runs most along head to foot
    std::int64_t slice = 0; ///< index along it, where `longest` lies
};

/// Slices are those of the scan's own grid, oblique or tilted as it was acquired. Zero lengths for an empty
/// mask.
Diameters diameters(const Mask& mask);
/// The voxel axis that runs most along head to foot.
int sliceAxisOf(const Geometry& geometry);

} // namespace hounsfield
