// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "volume/Mask.h"

namespace hounsfield {

/// Masks as sets of voxels; two masks of one question lie on one grid.

/// How many voxels both hold.
inline std::int64_t sharedVoxels(const Mask& a, const Mask& b)
{
    std::int64_t count = 0;
    forEachVoxel(a, [&](const Index3& v) { count += b.at(v); });
    return count;
}

inline bool touches(const Mask& a, const Mask& b)
{
    return sharedVoxels(a, b) > 0;
}

/// Whether they hold the same voxels of the same grid.
inline bool areEqual(const Mask& a, const Mask& b)
{
    return a.box() == b.box() && a.boxVoxels() == b.boxVoxels() && a.geometry().sameGrid(b.geometry());
}

/// The voxels of a mask for which keep(Index3) holds.
template <typename Keep> Mask filtered(const Mask& mask, Keep&& keep)
{
    if (mask.empty())
        return mask;
    std::vector<std::uint8_t> inside = mask.boxVoxels();
    std::size_t v = 0;
    const IndexBox& box = mask.box();
    for (std::int64_t k = box.begin[2]; k < box.end[2]; ++k)
        for (std::int64_t j = box.begin[1]; j < box.end[1]; ++j)
            for (std::int64_t i = box.begin[0]; i < box.end[0]; ++i, ++v)
                inside[v] = inside[v] && keep(Index3{i, j, k});
    return Mask::fromBox(mask.geometry(), box, inside);
}

} // namespace hounsfield
