// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "volume/Geometry.h"

#include <string>
#include <vector>

namespace hounsfield {

/// Makes axes perpendicular that are not quite so because the numbers of their directions were rounded to a
/// few digits, and says so. A grid that is sheared by more than rounding explains, or whose voxels would move
/// by more than half a voxel, is returned as it is.
/// @param written directions as the file has them, columns first to third axis, unit vectors or multiplied by
/// voxel sizes
Geometry withoutRounding(const Geometry& geometry, const Matrix3& written, std::vector<std::string>& notes);

/// Whether the axes of a grid are off a right angle by no more than the rounding of their numbers explains.
bool roundingExplains(const Geometry& geometry, const Matrix3& written);

/// Half of the last digit that a matrix was written with; 0 where its numbers have more than five digits
/// after the point.
double roundingOf(const Matrix3& written);

} // namespace hounsfield
