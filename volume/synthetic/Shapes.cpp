// SPDX-License-Identifier: Apache-2.0
#include "volume/synthetic/Shapes.h"

#include "volume/synthetic/Noise.h"

#include <limits>

namespace hounsfield::synthetic {
namespace {

Bounds around(const std::vector<Bead>& beads)
{
    constexpr float far = std::numeric_limits<float>::max();
    Bounds b{{far, far, far}, {-far, -far, -far}};
    for (const Bead& bead : beads) {
        b.low = {std::min(b.low.x, bead.at.x - bead.radius), std::min(b.low.y, bead.at.y - bead.radius),
                 std::min(b.low.z, bead.at.z - bead.radius)};
        b.high = {std::max(b.high.x, bead.at.x + bead.radius), std::max(b.high.y, bead.at.y + bead.radius),
                  std::max(b.high.z, bead.at.z + bead.radius)};
    }
    return b;
}

} // namespace

Shape ellipsoid(Point centre, Point radii, float turnZ, float turnY, float ripple, float phase)
{
    const float cz = std::cos(turnZ), sz = std::sin(turnZ), cy = std::cos(turnY), sy = std::sin(turnY);
    const float reach = std::max({radii.x, radii.y, radii.z}) * (1 + ripple);
    const float thinnest = std::min({radii.x, radii.y, radii.z});
    return {
        {centre - Point{reach, reach, reach}, centre + Point{reach, reach, reach}}, [=](Point p) {
            const Point d = p - centre;
            const Point a{cz * d.x + sz * d.y, cz * d.y - sz * d.x, d.z};
            const Point b{(cy * a.x - sy * a.z) / radii.x, a.y / radii.y, (sy * a.x + cy * a.z) / radii.z};
            float far = length(b);
            if (ripple > 0)
                far +=
                    ripple * 0.5f *
                    (std::sin(3 * b.x + phase) + std::sin(4 * b.y + 2 * phase) * std::sin(3 * b.z + phase));
            return (1 - far) * thinnest;
        }};
}

Shape tube(std::vector<Bead> beads)
{
    const Bounds bounds = around(beads);
    return {bounds, [beads = std::move(beads)](Point p) {
                float deepest = -std::numeric_limits<float>::max();
                for (std::size_t i = 0; i + 1 < beads.size(); ++i) {
                    const Point along = beads[i + 1].at - beads[i].at, from = p - beads[i].at;
                    const float t =
                        std::clamp(dot(from, along) / std::max(1e-6f, dot(along, along)), 0.0f, 1.0f);
                    const float radius = beads[i].radius + t * (beads[i + 1].radius - beads[i].radius);
                    deepest = std::max(deepest, radius - length(from - t * along));
                }
                return deepest;
            }};
}

std::vector<Bead> smooth(const std::vector<Bead>& beads, int steps)
{
    std::vector<Bead> curve;
    const auto n = static_cast<std::ptrdiff_t>(beads.size());
    const auto at = [&](std::ptrdiff_t i) {
        return beads[static_cast<std::size_t>(std::clamp<std::ptrdiff_t>(i, 0, n - 1))];
    };
    for (std::ptrdiff_t i = 0; i + 1 < n; ++i)
        for (int s = 0; s < steps; ++s) {
            const float t = static_cast<float>(s) / static_cast<float>(steps), t2 = t * t, t3 = t2 * t;
            const Bead a = at(i - 1), b = at(i), c = at(i + 1), d = at(i + 2);
            const float wa = -0.5f * t + t2 - 0.5f * t3, wb = 1 - 2.5f * t2 + 1.5f * t3,
                        wc = 0.5f * t + 2 * t2 - 1.5f * t3, wd = -0.5f * t2 + 0.5f * t3;
            curve.push_back(
                {wa * a.at + wb * b.at + wc * c.at + wd * d.at, b.radius + t * (c.radius - b.radius)});
        }
    curve.push_back(beads.back());
    return curve;
}

Shape roughen(Shape shape, float amplitudeMm, float wavelengthMm, std::uint32_t seed)
{
    const Point margin{amplitudeMm, amplitudeMm, amplitudeMm};
    return {{shape.bounds.low - margin, shape.bounds.high + margin},
            [inner = std::move(shape.depth), amplitudeMm, scale = 1 / wavelengthMm, seed](Point p) {
                const float depth = inner(p);
                // Far from the surface the noise changes nothing.
                return std::abs(depth) > amplitudeMm + 9 ? depth
                                                         : depth + amplitudeMm * noise(scale * p, seed);
            }};
}

Shape flatten(Shape shape, float factor)
{
    const float middle = 0.5f * (shape.bounds.low.y + shape.bounds.high.y);
    return {shape.bounds, [inner = std::move(shape.depth), middle, factor](Point p) {
                return inner({p.x, middle + (p.y - middle) * factor, p.z}) / factor;
            }};
}

Shape unite(std::vector<Shape> shapes)
{
    Bounds b = shapes.front().bounds;
    for (const Shape& s : shapes) {
        b.low = {std::min(b.low.x, s.bounds.low.x), std::min(b.low.y, s.bounds.low.y),
                 std::min(b.low.z, s.bounds.low.z)};
        b.high = {std::max(b.high.x, s.bounds.high.x), std::max(b.high.y, s.bounds.high.y),
                  std::max(b.high.z, s.bounds.high.z)};
    }
    return {b, [shapes = std::move(shapes)](Point p) {
                float deepest = -std::numeric_limits<float>::max();
                for (const Shape& s : shapes)
                    if (s.bounds.contains(p))
                        deepest = std::max(deepest, s.depth(p));
                return deepest;
            }};
}

Shape clip(Shape shape, Depth other)
{
    return {shape.bounds, [inner = std::move(shape.depth), other = std::move(other)](Point p) {
                const float depth = inner(p);
                return depth <= 0 ? depth : std::min(depth, other(p));
            }};
}

} // namespace hounsfield::synthetic
