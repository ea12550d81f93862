// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "volume/Geometry.h"

#include <cstdint>
#include <memory>
#include <vector>

namespace hounsfield {

/// A CT scan: immutable int16 Hounsfield units on a Geometry, i fastest in memory. Handed about as
/// shared_ptr<const Volume>.
class Volume {
public:
    /// @param voxels HU, geometry.voxelCount() of them, i fastest
    /// @throws Error(Scan) where the count does not fit the geometry
    Volume(const Geometry& geometry, std::vector<std::int16_t> voxels);

    const Geometry& geometry() const { return m_geometry; }
    const std::vector<std::int16_t>& voxels() const { return m_voxels; }
    std::int16_t at(const Index3& i) const
    {
        return m_voxels[static_cast<std::size_t>(m_geometry.offset(i))];
    }

private:
    Geometry m_geometry;
    std::vector<std::int16_t> m_voxels;
};

} // namespace hounsfield
