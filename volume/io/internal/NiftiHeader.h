// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "volume/Geometry.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace hounsfield {

/// The fields of a NIfTI-1 or NIfTI-2 header that we use, in this machine's byte order (nifti1.h, nifti2.h).
struct NiftiHeader {
    bool swapped = false; ///< the file's byte order is the other one
    bool separateData = false;
    std::array<std::int64_t, 8> dim{};
    int datatype = 0;
    std::array<double, 8> pixdim{};
    std::int64_t voxelOffset = 0;
    double slope = 0;
    double intercept = 0;
    int units = 0;
    int qformCode = 0;
    int sformCode = 0;
    std::array<double, 6> quaternion{}; ///< b, c, d and the offsets x, y, z
    std::array<std::array<double, 4>, 3> sform{};
    std::string description;
};

constexpr const char* writtenByUs = "Hounsfield"; ///< the description of our own files
constexpr std::size_t niftiHeaderBytes = 540;     ///< of the longer form, NIfTI-2

/// @param bytes the first bytes of the file (348 or more for NIfTI-1, 540 for NIfTI-2)
/// @return nothing where they are not a NIfTI header
std::optional<NiftiHeader> parseNifti(const std::vector<unsigned char>& bytes);

/// Rows 0..2 of an affine, RAS+.
using Affine = std::array<std::array<double, 4>, 3>;
/// The affine that the quaternion says (nifti1.h, method 2).
Affine qformAffine(const NiftiHeader& header);

/// Quaternion b, c, d and the handedness (pixdim[0], 1 or -1) of a rotation given in RAS by unit columns.
struct Quaternion {
    std::array<double, 3> bcd{};
    double handedness = 1;
};
Quaternion quaternionOf(const Matrix3& rasRotation);

} // namespace hounsfield
