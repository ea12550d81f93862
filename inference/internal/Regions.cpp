// SPDX-License-Identifier: Apache-2.0
#include "inference/internal/Regions.h"

#include "inference/internal/Parallel.h"
#include "volume/Components.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace hounsfield {
namespace {

Geometry flatGrid(const Index3& size)
{
    return Geometry::fromSpacing({size[2], size[1], size[0]}, {0, 0, 0}, {1, 1, 1});
}

/// Squares of distances in voxels, those beyond the reach all the same.
using Squares = std::vector<std::uint16_t>;

/// To the nearest voxel inside along Z.
Squares alongZ(const Voxels& inside, const Index3& size, int reach)
{
    const int far = reach + 1;
    Squares squares(inside.size());
    inParallel(size[0] * size[1], [&](std::int64_t from, std::int64_t to) {
        for (std::int64_t row = from; row < to; ++row) {
            const std::uint8_t* in = inside.data() + row * size[2];
            std::uint16_t* out = squares.data() + row * size[2];
            int since = far;
            for (std::int64_t z = 0; z < size[2]; ++z) {
                since = in[z] ? 0 : std::min(far, since + 1);
                out[z] = static_cast<std::uint16_t>(since);
            }
            since = far;
            for (std::int64_t z = size[2]; z-- > 0;) {
                since = in[z] ? 0 : std::min(far, since + 1);
                const int least = std::min<int>(since, out[z]);
                out[z] = static_cast<std::uint16_t>(least * least);
            }
        }
    });
    return squares;
}

/// Another axis taken in (Felzenszwalb & Huttenlocher 2012 as far as the reach goes): rows of Z side by side.
Squares along(const Squares& from, const Index3& size, int axis, int reach)
{
    Squares to = from;
    const std::int64_t stride = axis == 0 ? size[1] * size[2] : size[2];
    inParallel(size[0], [&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t x = begin; x < end; ++x)
            for (std::int64_t y = 0; y < size[1]; ++y) {
                const std::int64_t row = (x * size[1] + y) * size[2], at = axis == 0 ? x : y,
                                   last = axis == 0 ? size[0] : size[1];
                std::uint16_t* out = to.data() + row;
                for (std::int64_t d = -std::min<std::int64_t>(reach, at);
                     d <= std::min<std::int64_t>(reach, last - 1 - at); ++d) {
                    const std::uint16_t* in = from.data() + row + d * stride;
                    const auto square = static_cast<std::uint16_t>(d * d);
                    for (std::int64_t z = 0; z < size[2]; ++z)
                        out[z] = std::min(out[z], static_cast<std::uint16_t>(in[z] + square));
                }
            }
    });
    return to;
}

/// At most so many places on the surface of a piece, in voxels.
std::vector<Vector3> surface(const Mask& mask, std::size_t most)
{
    std::vector<Vector3> places;
    forEachVoxel(mask, [&](const Index3& v) {
        for (std::size_t a = 0; a < 3; ++a)
            for (const int step : {-1, 1}) {
                Index3 next = v;
                next[a] += step;
                if (!mask.at(next)) {
                    places.push_back({double(v[0]), double(v[1]), double(v[2])});
                    return;
                }
            }
    });
    if (places.size() <= most)
        return places;
    std::vector<Vector3> some;
    for (std::size_t n = 0; n < most; ++n)
        some.push_back(places[n * places.size() / most]);
    return some;
}

} // namespace

Mask asMask(const Voxels& voxels, const Index3& size)
{
    return Mask::fromGrid(flatGrid(size), voxels);
}

void paint(Voxels& voxels, const Mask& part, std::uint8_t value)
{
    forEachVoxel(
        part, [&](const Index3& v) { voxels[static_cast<std::size_t>(part.geometry().offset(v))] = value; });
}

Voxels unionOf(const Voxels& a, const Voxels& b)
{
    Voxels both(a);
    for (std::size_t v = 0; v < both.size(); ++v)
        both[v] |= b[v];
    return both;
}

std::int64_t countOf(const Voxels& voxels)
{
    return std::count_if(voxels.begin(), voxels.end(), [](auto v) { return v != 0; });
}

Voxels largestParts(const Voxels& voxels, const Index3& size, std::size_t count)
{
    Voxels kept(voxels.size(), 0);
    for (const Mask& part : components(asMask(voxels, size), count))
        paint(kept, part, 1);
    return kept;
}

Voxels withinMm(const Voxels& inside, const Index3& size, double spacingMm, double mm)
{
    // Squares of the reach must fit their type with one more step.
    const double reachVoxels = std::min(mm / spacingMm, 100.0);
    const int reach = static_cast<int>(std::floor(reachVoxels));
    const Squares squares = along(along(alongZ(inside, size, reach), size, 1, reach), size, 0, reach);
    Voxels within(inside.size());
    const auto limit = static_cast<std::uint16_t>(std::floor(reachVoxels * reachVoxels + 1e-9));
    std::transform(squares.begin(), squares.end(), within.begin(),
                   [limit](std::uint16_t s) { return static_cast<std::uint8_t>(s <= limit); });
    return within;
}

Voxels erodedMm(const Voxels& inside, const Index3& size, double spacingMm, double mm)
{
    Voxels outside(inside.size());
    std::transform(inside.begin(), inside.end(), outside.begin(),
                   [](std::uint8_t v) { return static_cast<std::uint8_t>(!v); });
    Voxels near = withinMm(outside, size, spacingMm, mm);
    std::transform(near.begin(), near.end(), near.begin(),
                   [](std::uint8_t v) { return static_cast<std::uint8_t>(!v); });
    return near;
}

double gapMm(const Mask& a, const Mask& b, double spacingMm, double atMost)
{
    double boxes = 0;
    for (std::size_t axis = 0; axis < 3; ++axis) {
        const double gap = double(std::max({a.box().begin[axis] - b.box().end[axis] + 1,
                                            b.box().begin[axis] - a.box().end[axis] + 1, std::int64_t(0)}));
        boxes += gap * gap;
    }
    if (a.empty() || b.empty() || std::sqrt(boxes) * spacingMm >= atMost)
        return atMost;
    constexpr std::size_t many = 50000, few = 150;
    const bool aIsLarger = a.count() > b.count();
    const std::vector<Vector3> some = surface(aIsLarger ? b : a, few), all = surface(aIsLarger ? a : b, many);
    double least = std::numeric_limits<double>::max();
    for (const Vector3& one : some)
        for (const Vector3& other : all)
            least = std::min(least, dot(one - other, one - other));
    return std::sqrt(least) * spacingMm;
}

} // namespace hounsfield
