// SPDX-License-Identifier: Apache-2.0
#include "volume/Volume.h"

#include "volume/Error.h"

#include <string>

namespace hounsfield {

Volume::Volume(const Geometry& geometry, std::vector<std::int16_t> voxels)
    : m_geometry(geometry), m_voxels(std::move(voxels))
{
    if (static_cast<std::int64_t>(m_voxels.size()) != geometry.voxelCount())
        throw Error(ErrorKind::Scan, "The scan holds " + std::to_string(m_voxels.size()) +
                                         " voxels where its header says " +
                                         std::to_string(geometry.voxelCount()) + ".");
}

} // namespace hounsfield
