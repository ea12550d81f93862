// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "inference/internal/cpu/Blocked.h"

#include <algorithm>
#include <cstdint>

namespace hounsfield::training {

/// Three neighbouring planes of x of a map, brought into another order with a border of zeros, from a cache
/// line on: what a kernel of three taps reads. A plane takes the place of the one three before it. Made
/// before a parallel region, one a thread: memory that is refused is an exception.
class ThreePlanes {
public:
    /// @param values of bfloat16 in a plane @param length of the map along x
    ThreePlanes(std::int64_t values, std::int64_t length)
        : m_values((values + 31) / 32 * 32), m_length(length),
          m_memory(3 * m_values * std::int64_t(sizeof(std::uint16_t)))
    {
    }
    std::uint16_t* of(std::int64_t x) const
    {
        return reinterpret_cast<std::uint16_t*>(m_memory.data()) + (x + 3) % 3 * m_values;
    }
    /// Whether the map has the plane; where it has not, its place is zero.
    bool begin(std::int64_t x) const
    {
        const bool there = x >= 0 && x < m_length;
        if (!there)
            std::fill_n(of(x), m_values, std::uint16_t(0));
        return there;
    }

private:
    std::int64_t m_values, m_length;
    MapMemory m_memory;
};

} // namespace hounsfield::training
