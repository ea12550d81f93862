// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "volume/Mask.h"

#include <cstdint>
#include <vector>

namespace hounsfield {

/// Voxels of the model's grid, 0 or 1, Z fastest.
using Voxels = std::vector<std::uint8_t>;

/// As a Mask, whose indices i, j, k are then Z, Y, X (the model's arrays have Z fastest).
Mask asMask(const Voxels& voxels, const Index3& size);
void paint(Voxels& voxels, const Mask& part, std::uint8_t value);
Voxels unionOf(const Voxels& a, const Voxels& b);
std::int64_t countOf(const Voxels& voxels);
/// The largest pieces (26-connected), so many of them.
Voxels largestParts(const Voxels& voxels, const Index3& size, std::size_t count);

/// Everything at most so far from what is inside, between the centres of voxels: dilation by a ball.
Voxels withinMm(const Voxels& inside, const Index3& size, double spacingMm, double mm);
/// What is farther than that from everything outside (beyond the grid nothing is outside): erosion by a ball.
Voxels erodedMm(const Voxels& inside, const Index3& size, double spacingMm, double mm);
/// The gap between the nearest surface voxels of two pieces; of large ones a sample is taken, so it may come
/// out some millimetres too large. `atMost` where their boxes are that far apart.
double gapMm(const Mask& a, const Mask& b, double spacingMm, double atMost);

} // namespace hounsfield
