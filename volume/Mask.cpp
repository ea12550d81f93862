// SPDX-License-Identifier: Apache-2.0
#include "volume/Mask.h"

#include "volume/Error.h"

#include <algorithm>

namespace hounsfield {

Mask::Mask(const Geometry& geometry) : m_geometry(geometry) {}

Mask Mask::fromGrid(const Geometry& geometry, const std::vector<std::uint8_t>& inside)
{
    return fromBox(geometry, geometry.box(), inside);
}

Mask Mask::fromBox(const Geometry& geometry, const IndexBox& box, const std::vector<std::uint8_t>& inside)
{
    if (static_cast<std::int64_t>(inside.size()) != box.count())
        throw Error(ErrorKind::Scan, "A mask does not have as many voxels as its grid.");
    for (int a = 0; a < 3; ++a)
        if (!box.empty() && (box.begin[a] < 0 || box.end[a] > geometry.size()[a]))
            throw Error(ErrorKind::Scan, "A mask reaches beyond its scan's grid.");

    Mask mask(geometry);
    const Index3 size = box.size();
    const auto row = [&](std::int64_t j, std::int64_t k) {
        return inside.data() + size[0] * ((j - box.begin[1]) + size[1] * (k - box.begin[2]));
    };
    // Row by row, of each only its first and last voxel: most rows are empty or long.
    for (std::int64_t k = box.begin[2]; k < box.end[2]; ++k)
        for (std::int64_t j = box.begin[1]; j < box.end[1]; ++j) {
            const std::uint8_t* first = row(j, k);
            const std::uint8_t* last = first + size[0];
            const auto count = size[0] - std::count(first, last, std::uint8_t(0));
            if (count == 0)
                continue;
            mask.m_count += count;
            const auto from = std::find_if(first, last, [](std::uint8_t v) { return v != 0; }) - first;
            while (*(last - 1) == 0)
                --last;
            mask.m_box.include({box.begin[0] + from, j, k});
            mask.m_box.include({box.begin[0] + (last - first) - 1, j, k});
        }
    mask.m_inside.resize(static_cast<std::size_t>(mask.m_box.count()));
    auto out = mask.m_inside.begin();
    for (std::int64_t k = mask.m_box.begin[2]; k < mask.m_box.end[2]; ++k)
        for (std::int64_t j = mask.m_box.begin[1]; j < mask.m_box.end[1]; ++j) {
            const std::uint8_t* first = row(j, k) + (mask.m_box.begin[0] - box.begin[0]);
            out = std::transform(first, first + mask.m_box.size()[0], out,
                                 [](std::uint8_t v) { return static_cast<std::uint8_t>(v != 0); });
        }
    return mask;
}

std::vector<std::uint8_t> Mask::toGrid() const
{
    std::vector<std::uint8_t> grid(static_cast<std::size_t>(m_geometry.voxelCount()), 0);
    forEachVoxel(*this, [&](const Index3& i) { grid[static_cast<std::size_t>(m_geometry.offset(i))] = 1; });
    return grid;
}

Mask unionOf(const Geometry& geometry, const std::vector<const Mask*>& masks)
{
    IndexBox box;
    for (const Mask* mask : masks) {
        if (!mask->geometry().sameGrid(geometry))
            throw Error(ErrorKind::Scan, "Two masks do not lie on the same grid.");
        if (mask->empty())
            continue;
        const IndexBox& own = mask->box();
        box.include(own.begin);
        box.include({own.end[0] - 1, own.end[1] - 1, own.end[2] - 1});
    }
    if (box.empty())
        return Mask(geometry);
    std::vector<std::uint8_t> inside(static_cast<std::size_t>(box.count()), 0);
    const Index3 size = box.size();
    for (const Mask* mask : masks)
        forEachVoxel(*mask, [&](const Index3& v) {
            inside[static_cast<std::size_t>(
                (v[0] - box.begin[0]) +
                size[0] * ((v[1] - box.begin[1]) + size[1] * (v[2] - box.begin[2])))] = 1;
        });
    return Mask::fromBox(geometry, box, inside);
}

} // namespace hounsfield
