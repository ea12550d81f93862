// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "volume/synthetic/Shapes.h"

#include <cstdint>

namespace hounsfield::synthetic {

/// Smooth noise in [-1, 1] that changes over about one unit: random values on a lattice, blended between its
/// points (value noise, Perlin 1985's simpler kin). The same for the same seed everywhere.
inline float noise(Point p, std::uint32_t seed)
{
    const float fx = std::floor(p.x), fy = std::floor(p.y), fz = std::floor(p.z);
    const auto value = [seed, x = std::int32_t(fx), y = std::int32_t(fy),
                        z = std::int32_t(fz)](std::int32_t dx, std::int32_t dy, std::int32_t dz) {
        std::uint32_t h = seed ^ (std::uint32_t(x + dx) * 0x8DA6B343u) ^
                          (std::uint32_t(y + dy) * 0xD8163841u) ^ (std::uint32_t(z + dz) * 0xCB1AB31Fu);
        h ^= h >> 15;
        h *= 0x2C1B3C6Du;
        h ^= h >> 12;
        h *= 0x297A2D39u;
        h ^= h >> 15;
        return float(h) * (2.0f / 4294967295.0f) - 1.0f;
    };
    const auto ease = [](float t) { return t * t * (3 - 2 * t); };
    const float u = ease(p.x - fx), v = ease(p.y - fy), w = ease(p.z - fz);
    const auto mix = [](float a, float b, float t) { return a + t * (b - a); };
    const float near = mix(mix(value(0, 0, 0), value(1, 0, 0), u), mix(value(0, 1, 0), value(1, 1, 0), u), v);
    const float far = mix(mix(value(0, 0, 1), value(1, 0, 1), u), mix(value(0, 1, 1), value(1, 1, 1), u), v);
    return mix(near, far, w);
}

/// A random number in [0, 1) that belongs to these whole numbers.
inline float chanceOf(std::uint32_t seed, std::int32_t a, std::int32_t b, std::int32_t c)
{
    std::uint32_t h = seed ^ (std::uint32_t(a) * 0x9E3779B1u) ^ (std::uint32_t(b) * 0x85EBCA77u) ^
                      (std::uint32_t(c) * 0xC2B2AE3Du);
    h ^= h >> 16;
    h *= 0x7FEB352Du;
    h ^= h >> 15;
    h *= 0x846CA68Bu;
    h ^= h >> 16;
    return float(h >> 8) / 16777216.0f;
}

} // namespace hounsfield::synthetic
