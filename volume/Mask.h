// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "volume/Geometry.h"

#include <cstdint>
#include <vector>

namespace hounsfield {

/// One object's voxels on a scan's Geometry, stored only inside its bounding box. Masks may overlap each
/// other: a tumor is inside its organ. Immutable.
class Mask {
public:
    /// An empty mask.
    explicit Mask(const Geometry& geometry);
    /// From a whole grid, i fastest, non-zero = inside; cropped to what is inside. @throws Error(Scan) on a
    /// wrong size
    static Mask fromGrid(const Geometry& geometry, const std::vector<std::uint8_t>& inside);
    /// From a box of the grid, i fastest inside the box; cropped further. @throws Error(Scan) on a wrong size
    /// or a box that leaves the grid
    static Mask fromBox(const Geometry& geometry, const IndexBox& box,
                        const std::vector<std::uint8_t>& inside);

    const Geometry& geometry() const { return m_geometry; }
    /// The bounding box of the voxels inside; empty for an empty mask.
    const IndexBox& box() const { return m_box; }
    /// 0 or 1 for every voxel of box(), i fastest.
    const std::vector<std::uint8_t>& boxVoxels() const { return m_inside; }
    bool at(const Index3& i) const
    {
        return m_box.contains(i) && m_inside[static_cast<std::size_t>(boxOffset(i))];
    }
    std::int64_t count() const { return m_count; }
    bool empty() const { return m_count == 0; }
    double volumeMl() const { return static_cast<double>(m_count) * m_geometry.voxelVolumeMl(); }
    /// The whole grid, 0 or 1, i fastest.
    std::vector<std::uint8_t> toGrid() const;

private:
    std::int64_t boxOffset(const Index3& i) const
    {
        const Index3 s = m_box.size();
        return (i[0] - m_box.begin[0]) + s[0] * ((i[1] - m_box.begin[1]) + s[1] * (i[2] - m_box.begin[2]));
    }

    Geometry m_geometry;
    IndexBox m_box;
    std::vector<std::uint8_t> m_inside;
    std::int64_t m_count = 0;
};

/// @throws Error(Scan) where they lie on two grids
Mask unionOf(const Geometry& geometry, const std::vector<const Mask*>& masks);

/// Calls visit(Index3) for every voxel of the mask, i fastest.
template <typename Visit> void forEachVoxel(const Mask& mask, Visit&& visit)
{
    const IndexBox& box = mask.box();
    const std::uint8_t* inside = mask.boxVoxels().data();
    for (std::int64_t k = box.begin[2]; k < box.end[2]; ++k)
        for (std::int64_t j = box.begin[1]; j < box.end[1]; ++j)
            for (std::int64_t i = box.begin[0]; i < box.end[0]; ++i)
                if (*inside++)
                    visit(Index3{i, j, k});
}

} // namespace hounsfield
