// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <functional>
#include <vector>

namespace hounsfield::synthetic {

/// A point in the body, LPS millimetres, in single precision: millions of them are asked.
struct Point {
    float x = 0, y = 0, z = 0;
};
inline Point operator+(Point a, Point b)
{
    return {a.x + b.x, a.y + b.y, a.z + b.z};
}
inline Point operator-(Point a, Point b)
{
    return {a.x - b.x, a.y - b.y, a.z - b.z};
}
inline Point operator*(float s, Point a)
{
    return {s * a.x, s * a.y, s * a.z};
}
inline float dot(Point a, Point b)
{
    return a.x * b.x + a.y * b.y + a.z * b.z;
}
inline float length(Point a)
{
    return std::sqrt(dot(a, a));
}

struct Bounds {
    Point low, high;
    bool contains(Point p) const
    {
        return p.x >= low.x && p.x <= high.x && p.y >= low.y && p.y <= high.y && p.z >= low.z &&
               p.z <= high.z;
    }
};

/// How deep a point lies in a shape, mm, negative outside; exact enough near the surface to tell a wall from
/// its content.
using Depth = std::function<float(Point)>;

struct Shape {
    Bounds bounds; ///< nothing of the shape lies outside
    Depth depth;
};

/// An ellipsoid, turned about z, then about y (radians), its surface rippled by `ripple` of its radius.
Shape ellipsoid(Point centre, Point radii, float turnZ = 0, float turnY = 0, float ripple = 0,
                float phase = 0);

struct Bead {
    Point at;
    float radius;
};
/// A tube through beads, its radius interpolated between them.
Shape tube(std::vector<Bead> beads);
/// The curve through beads (Catmull and Rom 1974), with `steps` pieces between two of them.
std::vector<Bead> smooth(const std::vector<Bead>& beads, int steps = 4);

/// The lesser of two depths with the edge between them rounded over about `roundMm` (Quilez's polynomial
/// smooth minimum).
inline float smoothMin(float a, float b, float roundMm)
{
    const float h = std::max(roundMm - std::abs(a - b), 0.0f) / roundMm;
    return std::min(a, b) - h * h * roundMm * 0.25f;
}

/// The surface moved in and out by smooth noise, as lobules and folds do. @param wavelengthMm of the noise
Shape roughen(Shape shape, float amplitudeMm, float wavelengthMm, std::uint32_t seed);
/// The shape with `factor` more of depth along y for its bounds' centre: squeezed flat by it.
Shape flatten(Shape shape, float factor);

Shape unite(std::vector<Shape> shapes);
/// The part of a shape that `other` also holds.
Shape clip(Shape shape, Depth other);

} // namespace hounsfield::synthetic
