// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace hounsfield {

/// The text-driven head of the Universal Model over a run of voxels, weighted and added to what other windows
/// gave: never more than a few cache lines of it are in memory. 153 numbers a class in the published order:
/// w1 (8 out x 8 in), w2, w3, b1, b2, b3.
/// @param reduced 8 x stride float32, the run at its beginning @param classes x 153 numbers @param importance
/// weights of the run's voxels
/// @param sums classes x sumStride: each voxel's sum of importance * logit, the run at its beginning
void blendHeadRow(const float* reduced, std::int64_t stride, std::int64_t voxels, const float* parameters,
                  std::int64_t classes, const float* importance, float* sums, std::int64_t sumStride);

/// IEEE binary16, rounded to the nearest; beyond its range the largest finite value. And back.
void halfOf(const float* from, std::uint16_t* to, std::int64_t count);
void floatOf(const std::uint16_t* from, float* to, std::int64_t count);
void floatOfRow(const std::uint16_t* from, float* to, std::int64_t count); ///< on the thread that calls

/// Probability 1 / (1 + exp(-sum / weight)) in 256 steps: q means p in (q / 256, (q + 1) / 256], so that p >
/// t is q >= 256 t for every t that is a multiple of 1 / 256. Exact at 0.5: q >= 128 where, and only where,
/// the sum is above 0.
void quantisedProbability(const float* sums, const float* weights, std::uint8_t* out, std::int64_t count);

} // namespace hounsfield
