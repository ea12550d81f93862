// SPDX-License-Identifier: Apache-2.0
#include "app/results/Body.h"

#include "volume/Components.h"
#include "volume/Diameters.h"

#include <algorithm>
#include <cmath>

namespace hounsfield {
namespace {

using Voxels = std::vector<std::uint8_t>;

constexpr int tissueHu = -300, outsideHu = -930;
constexpr double shellMm = 4; ///< half the thickness of what is no body: a table's shell, a sheet, a tube

/// Every so many voxels along each axis, so that about two million are looked at.
Index3 strides(const Index3& size)
{
    constexpr double most = 2e6;
    const double voxels = double(size[0]) * double(size[1]) * double(size[2]);
    const auto stride = static_cast<std::int64_t>(std::ceil(std::cbrt(std::max(1.0, voxels / most))));
    Index3 all;
    for (std::size_t a = 0; a < 3; ++a)
        all[a] = std::max<std::int64_t>(1, std::min(stride, size[a] / 16));
    return all;
}

struct Coarse {
    Geometry grid;
    std::vector<std::int16_t> hu;
};

Coarse coarse(const Volume& volume)
{
    const Geometry& g = volume.geometry();
    const Index3 step = strides(g.size());
    Index3 size;
    std::array<Vector3, 3> columns;
    for (std::size_t a = 0; a < 3; ++a) {
        size[a] = (g.size()[a] - 1) / step[a] + 1;
        columns[a] = double(step[a]) * column(g.matrix(), int(a));
    }
    Coarse coarse{Geometry(size, g.originMm(), fromColumns(columns[0], columns[1], columns[2])), {}};
    coarse.hu.reserve(static_cast<std::size_t>(coarse.grid.voxelCount()));
    for (std::int64_t k = 0; k < size[2]; ++k)
        for (std::int64_t j = 0; j < size[1]; ++j)
            for (std::int64_t i = 0; i < size[0]; ++i)
                coarse.hu.push_back(volume.at({i * step[0], j * step[1], k * step[2]}));
    return coarse;
}

/// Erosion or dilation along one axis; what lies beyond the grid goes on as the border is, so that a body cut
/// by it keeps its edge.
Voxels along(const Voxels& from, const Index3& size, std::size_t axis, std::int64_t reach, bool dilate)
{
    const std::array<std::int64_t, 3> stride{1, size[0], size[0] * size[1]};
    Voxels to(from.size());
    for (std::int64_t n = 0; n < static_cast<std::int64_t>(from.size()); ++n) {
        const std::int64_t at = n / stride[axis] % size[axis];
        bool value = !dilate;
        for (std::int64_t d = -std::min(reach, at);
             d <= std::min(reach, size[axis] - 1 - at) && value != dilate; ++d)
            if ((from[static_cast<std::size_t>(n + d * stride[axis])] != 0) == dilate)
                value = dilate;
        to[static_cast<std::size_t>(n)] = value;
    }
    return to;
}

/// Everything in one slice that air from the slice's border does not reach.
class SliceFill {
public:
    SliceFill(const Coarse& scan, Voxels& body, std::size_t sliceAxis)
        : m_scan(scan), m_body(body), m_s(sliceAxis), m_a((sliceAxis + 1) % 3), m_b((sliceAxis + 2) % 3)
    {
    }
    void fill(std::int64_t slice)
    {
        const Index3& size = m_scan.grid.size();
        m_reached.assign(static_cast<std::size_t>(size[m_a] * size[m_b]), 0);
        for (std::int64_t a = 0; a < size[m_a]; ++a)
            for (std::int64_t b = 0; b < size[m_b]; ++b)
                if ((a == 0 || b == 0 || a == size[m_a] - 1 || b == size[m_b] - 1) &&
                    m_scan.hu[offset(a, b, slice)] < outsideHu)
                    reach(a, b, slice);
        while (!m_open.empty()) {
            const auto [a, b] = m_open.back();
            m_open.pop_back();
            for (const auto& [da, db] : {std::pair{-1, 0}, {1, 0}, {0, -1}, {0, 1}})
                if (a + da >= 0 && b + db >= 0 && a + da < size[m_a] && b + db < size[m_b])
                    reach(a + da, b + db, slice);
        }
        // Where no air comes in from the border the slice is all patient, or none of it is: nothing to fill
        // from.
        if (std::find(m_reached.begin(), m_reached.end(), 1) == m_reached.end())
            return;
        for (std::int64_t a = 0; a < size[m_a]; ++a)
            for (std::int64_t b = 0; b < size[m_b]; ++b)
                if (!m_reached[static_cast<std::size_t>(a * size[m_b] + b)])
                    m_body[offset(a, b, slice)] = 1;
    }

private:
    std::size_t offset(std::int64_t a, std::int64_t b, std::int64_t slice) const
    {
        Index3 v;
        v[m_s] = slice;
        v[m_a] = a;
        v[m_b] = b;
        return static_cast<std::size_t>(m_scan.grid.offset(v));
    }
    void reach(std::int64_t a, std::int64_t b, std::int64_t slice)
    {
        auto& reached = m_reached[static_cast<std::size_t>(a * m_scan.grid.size()[m_b] + b)];
        if (reached || m_body[offset(a, b, slice)])
            return;
        reached = 1;
        m_open.emplace_back(a, b);
    }

    const Coarse& m_scan;
    Voxels& m_body;
    std::size_t m_s, m_a, m_b;
    Voxels m_reached;
    std::vector<std::pair<std::int64_t, std::int64_t>> m_open;
};

} // namespace

Mask bodyOf(const Volume& volume)
{
    const Coarse scan = coarse(volume);
    const Index3& size = scan.grid.size();
    const auto axis = std::size_t(sliceAxisOf(scan.grid));
    Voxels tissue(scan.hu.size());
    std::transform(scan.hu.begin(), scan.hu.end(), tissue.begin(),
                   [](std::int16_t hu) { return static_cast<std::uint8_t>(hu > tissueHu); });
    const auto opened = [&](Voxels voxels, bool dilate) {
        for (const std::size_t a : {(axis + 1) % 3, (axis + 2) % 3})
            voxels =
                along(voxels, size, a,
                      std::max<std::int64_t>(1, std::llround(shellMm / scan.grid.spacingMm()[a])), dilate);
        return voxels;
    };
    const std::vector<Mask> largest = components(Mask::fromGrid(scan.grid, opened(tissue, false)), 1);
    if (largest.empty())
        return Mask(scan.grid);
    Voxels body = opened(largest[0].toGrid(), true);
    for (std::size_t v = 0; v < body.size(); ++v)
        body[v] &= tissue[v];
    SliceFill filling(scan, body, axis);
    for (std::int64_t slice = 0; slice < size[axis]; ++slice)
        filling.fill(slice);
    return Mask::fromGrid(scan.grid, body);
}

double shareInside(const Mask& mask, const Mask& body)
{
    if (mask.empty())
        return 1;
    const Geometry& grid = body.geometry();
    const Vector3 origin = grid.toIndex(mask.geometry().originMm());
    const Matrix3 step = inverse(grid.matrix()) * mask.geometry().matrix();
    std::int64_t inside = 0;
    forEachVoxel(mask, [&](const Index3& v) {
        const Vector3 at = origin + step * Vector3{double(v[0]), double(v[1]), double(v[2])};
        Index3 nearest;
        for (std::size_t a = 0; a < 3; ++a)
            nearest[a] = std::clamp<std::int64_t>(std::llround(at[a]), 0, grid.size()[a] - 1);
        inside += body.at(nearest);
    });
    return double(inside) / double(mask.count());
}

} // namespace hounsfield
