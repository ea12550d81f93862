// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

namespace hounsfield {

/// Probabilities on the model's grid, Z fastest, in 256 steps (quantisedProbability): a quarter of the
/// memory, and exact at 0.5.
using Probabilities = std::vector<std::uint8_t>;

/// The step from which a voxel is inside: q >= step. A threshold is rounded to the nearest 1/256.
inline int stepOf(double threshold)
{
    return std::clamp(static_cast<int>(std::lround(256 * threshold)), 1, 255);
}

/// 1 where a voxel is inside.
inline std::vector<std::uint8_t> above(const Probabilities& probability, int step)
{
    std::vector<std::uint8_t> inside(probability.size());
    for (std::size_t v = 0; v < inside.size(); ++v)
        inside[v] = probability[v] >= step;
    return inside;
}

/// The middle of a step.
inline float probabilityOf(std::uint8_t q)
{
    return (static_cast<float>(q) + 0.5f) / 256;
}

} // namespace hounsfield
