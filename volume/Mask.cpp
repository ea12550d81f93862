#include "volume/Mask.h"

#include "volume/Error.h"

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
    const std::uint8_t* voxel = inside.data();
    for (std::int64_t k = box.begin[2]; k < box.end[2]; ++k)
        for (std::int64_t j = box.begin[1]; j < box.end[1]; ++j)
            for (std::int64_t i = box.begin[0]; i < box.end[0]; ++i)
                if (*voxel++) {
                    mask.m_box.include({i, j, k});
                    ++mask.m_count;
                }
    mask.m_inside.reserve(static_cast<std::size_t>(mask.m_box.count()));
    for (std::int64_t k = mask.m_box.begin[2]; k < mask.m_box.end[2]; ++k)
        for (std::int64_t j = mask.m_box.begin[1]; j < mask.m_box.end[1]; ++j) {
            const std::int64_t row = size[0] * ((j - box.begin[1]) + size[1] * (k - box.begin[2])) - box.begin[0];
            for (std::int64_t i = mask.m_box.begin[0]; i < mask.m_box.end[0]; ++i)
                mask.m_inside.push_back(inside[static_cast<std::size_t>(row + i)] ? 1 : 0);
        }
    return mask;
}

std::vector<std::uint8_t> Mask::toGrid() const
{
    std::vector<std::uint8_t> grid(static_cast<std::size_t>(m_geometry.voxelCount()), 0);
    forEachVoxel(*this, [&](const Index3& i) { grid[static_cast<std::size_t>(m_geometry.offset(i))] = 1; });
    return grid;
}

} // namespace hounsfield
