// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "volume/Geometry.h"
#include "volume/io/internal/NrrdHeader.h"

#include <string>
#include <vector>

namespace hounsfield {

/// Where the voxels of an NRRD lie, from its header alone: space, space directions, space origin, space
/// units, and without directions the spacings or the ends of the axes (teem, "Definition of NRRD File
/// Format"). What was assumed goes into notes.
/// @param matrixAsWritten the numbers of the directions as the file has them, to tell how far they were
/// rounded
/// @throws Error(Scan) where it does not say three axes, contradicts itself or names an unknown unit
Geometry nrrdGeometry(const NrrdHeader& header, const std::filesystem::path& file,
                      std::vector<std::string>& notes, Matrix3& matrixAsWritten);

/// Holds our reading against another reader's. ITK turns a space into left-posterior-superior by itself, does
/// so wrongly for left-anterior-superior (5.2.1), and reads neither units nor the ends of axes: those are
/// taken out before.
/// @param origin, matrix of the other reader: its columns are steps along the three axes
/// @return false where the two cannot both be right
bool agreesWith(const NrrdHeader& header, const std::filesystem::path& file, const Vector3& origin,
                const Matrix3& matrix);

} // namespace hounsfield
