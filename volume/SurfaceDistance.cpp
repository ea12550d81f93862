// SPDX-License-Identifier: Apache-2.0
#include "volume/SurfaceDistance.h"

#include "volume/Error.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace hounsfield {
namespace {

constexpr float never = std::numeric_limits<float>::infinity();

/// min over q of (spacing (p - q))² + f(q) for every p of one line: the lower envelope of parabolas.
class LineTransform {
public:
    explicit LineTransform(std::int64_t longest)
        : m_values(std::size_t(longest)), m_root(std::size_t(longest)), m_from(std::size_t(longest) + 1)
    {
    }

    /// @param line every `stride`-th number is of the line, `n` of them; changed in place
    void run(float* line, std::int64_t n, std::int64_t stride, double spacing)
    {
        for (std::int64_t p = 0; p < n; ++p)
            m_values[std::size_t(p)] = line[p * stride];
        const double square = spacing * spacing;
        std::int64_t last = -1;
        for (std::int64_t q = 0; q < n; ++q) {
            const double f = m_values[std::size_t(q)];
            if (!std::isfinite(f))
                continue;
            double from = -std::numeric_limits<double>::infinity();
            while (last >= 0) {
                const auto root = m_root[std::size_t(last)];
                from = (f - m_values[std::size_t(root)] + square * double(q * q - root * root)) /
                       (2 * square * double(q - root));
                if (from > m_from[std::size_t(last)])
                    break;
                --last;
                from = -std::numeric_limits<double>::infinity();
            }
            m_root[std::size_t(++last)] = q;
            m_from[std::size_t(last)] = from;
        }
        if (last < 0)
            return;
        std::int64_t at = 0;
        for (std::int64_t p = 0; p < n; ++p) {
            while (at < last && m_from[std::size_t(at + 1)] <= double(p))
                ++at;
            const std::int64_t root = m_root[std::size_t(at)];
            line[p * stride] =
                static_cast<float>(square * double((p - root) * (p - root)) + m_values[std::size_t(root)]);
        }
    }

private:
    std::vector<double> m_values;
    std::vector<std::int64_t> m_root; ///< the parabolas of the envelope
    std::vector<double> m_from;       ///< where each of them begins to be the lowest
};

/// The surface voxels of a mask in a box that holds it.
std::vector<std::uint8_t> surfaceIn(const Mask& mask, const IndexBox& box)
{
    const Index3 size = box.size();
    std::vector<std::uint8_t> surface(std::size_t(size[0] * size[1] * size[2]), 0);
    forEachVoxel(mask, [&](const Index3& i) {
        for (int axis = 0; axis < 3; ++axis)
            for (const int step : {-1, 1}) {
                Index3 beside = i;
                beside[std::size_t(axis)] += step;
                if (mask.at(beside))
                    continue;
                surface[std::size_t((i[0] - box.begin[0]) +
                                    size[0] * ((i[1] - box.begin[1]) + size[1] * (i[2] - box.begin[2])))] = 1;
                return;
            }
    });
    return surface;
}

/// The distances of one surface's voxels to the other surface, sorted.
std::vector<float> distancesBetween(const std::vector<std::uint8_t>& from,
                                    const std::vector<float>& squaredToOther)
{
    std::vector<float> distances;
    for (std::size_t v = 0; v < from.size(); ++v)
        if (from[v])
            distances.push_back(std::sqrt(squaredToOther[v]));
    std::sort(distances.begin(), distances.end());
    return distances;
}

/// Interpolated between the two nearest ranks.
double percentile95(const std::vector<float>& sorted)
{
    const double rank = 0.95 * double(sorted.size() - 1);
    const auto below = static_cast<std::size_t>(rank);
    const std::size_t above = std::min(below + 1, sorted.size() - 1);
    return sorted[below] + (rank - double(below)) * (sorted[above] - sorted[below]);
}

} // namespace

std::vector<float> squaredDistancesMm(const std::vector<std::uint8_t>& sites, const Index3& size,
                                      const Vector3& spacingMm)
{
    std::vector<float> squared(sites.size());
    std::transform(sites.begin(), sites.end(), squared.begin(),
                   [](std::uint8_t site) { return site ? 0.0f : never; });
    LineTransform line(std::max({size[0], size[1], size[2]}));
    const std::int64_t row = size[0], slice = size[0] * size[1];
    for (std::int64_t k = 0; k < size[2]; ++k)
        for (std::int64_t j = 0; j < size[1]; ++j)
            line.run(squared.data() + k * slice + j * row, size[0], 1, spacingMm[0]);
    for (std::int64_t k = 0; k < size[2]; ++k)
        for (std::int64_t i = 0; i < size[0]; ++i)
            line.run(squared.data() + k * slice + i, size[1], row, spacingMm[1]);
    for (std::int64_t ij = 0; ij < slice; ++ij)
        line.run(squared.data() + ij, size[2], slice, spacingMm[2]);
    return squared;
}

std::optional<SurfaceAgreement> surfaceAgreement(const Mask& a, const Mask& b, double toleranceMm)
{
    if (!a.geometry().sameGrid(b.geometry()))
        throw Error(ErrorKind::Scan, "Surfaces are compared on one grid; these masks lie on two.");
    if (a.empty() || b.empty())
        return std::nullopt;
    IndexBox box;
    for (std::size_t axis = 0; axis < 3; ++axis) {
        box.begin[axis] = std::min(a.box().begin[axis], b.box().begin[axis]);
        box.end[axis] = std::max(a.box().end[axis], b.box().end[axis]);
    }
    const Vector3 spacing = a.geometry().spacingMm();
    const auto ofA = surfaceIn(a, box), ofB = surfaceIn(b, box);
    const auto fromA = distancesBetween(ofA, squaredDistancesMm(ofB, box.size(), spacing));
    const auto fromB = distancesBetween(ofB, squaredDistancesMm(ofA, box.size(), spacing));
    SurfaceAgreement agreement;
    // Squares are of single precision: a distance that is the tolerance itself must not fall out by rounding.
    const auto limit = static_cast<float>(toleranceMm * (1 + 1e-6));
    double sum = 0, within = 0;
    for (const auto* distances : {&fromA, &fromB}) {
        within += double(std::upper_bound(distances->begin(), distances->end(), limit) - distances->begin());
        for (const float mm : *distances)
            sum += mm;
    }
    const auto count = double(fromA.size() + fromB.size());
    agreement.withinTolerance = within / count;
    agreement.meanMm = sum / count;
    agreement.percentile95Mm = std::max(percentile95(fromA), percentile95(fromB));
    return agreement;
}

} // namespace hounsfield
