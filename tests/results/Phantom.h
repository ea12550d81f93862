// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/results/Measured.h"

#include <algorithm>
#include <cmath>

namespace hounsfield::test {

/// 2 mm voxels, 240 mm wide and deep, 200 mm high, the middle at the origin; axes as the patient's (LPS).
inline Geometry phantomGrid()
{
    return Geometry::fromSpacing({120, 120, 100}, {-119, -119, -99}, {2, 2, 2});
}

inline Mask ball(const Geometry& g, const Vector3& at, double radius)
{
    std::vector<std::uint8_t> voxels;
    for (std::int64_t k = 0; k < g.size()[2]; ++k)
        for (std::int64_t j = 0; j < g.size()[1]; ++j)
            for (std::int64_t i = 0; i < g.size()[0]; ++i)
                voxels.push_back(length(g.toMm(Index3{i, j, k}) - at) <= radius);
    return Mask::fromGrid(g, voxels);
}

inline Mask together(const std::vector<Mask>& all)
{
    std::vector<std::uint8_t> voxels = all[0].toGrid();
    for (const Mask& mask : all)
        forEachVoxel(
            mask, [&](const Index3& v) { voxels[static_cast<std::size_t>(mask.geometry().offset(v))] = 1; });
    return Mask::fromGrid(all[0].geometry(), voxels);
}

inline ModelClass classNamed(int id, const char* name, const char* kind = "organ",
                             std::vector<int> hosts = {})
{
    ModelClass known;
    known.id = id;
    known.name = name;
    known.kind = kind;
    known.hosts = std::move(hosts);
    return known;
}

inline Finding findingOf(int id, const char* name, Mask mask)
{
    const double ml = mask.volumeMl();
    return {{id, name}, std::move(mask), 0.5, 0.99, 0.9, 0.9 * ml, 1.2 * ml, {}, nullptr};
}

/// Whether a warning has these words.
inline bool says(const Measured& m, const std::string& words)
{
    return std::any_of(m.warnings.begin(), m.warnings.end(),
                       [&](const Warning& w) { return w.text.find(words) != std::string::npos; });
}

inline Volume water(const Geometry& g)
{
    return Volume(g, std::vector<std::int16_t>(static_cast<std::size_t>(g.voxelCount()), 20));
}

} // namespace hounsfield::test
