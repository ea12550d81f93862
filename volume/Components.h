// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "volume/Mask.h"

#include <limits>
#include <vector>

namespace hounsfield {

/// The 26-connected components of a mask, largest first (ties: the one met first in memory order). Runs of
/// voxels joined by a disjoint-set forest (Rosenfeld & Pfaltz 1966; He, Chao & Suzuki 2008): time and memory
/// follow the surface of what is inside, not its volume.
/// @param most only so many of the largest are made
std::vector<Mask> components(const Mask& mask, std::size_t most = std::numeric_limits<std::size_t>::max());

/// The components that matter, and how much is in the rest.
struct Pieces {
    std::vector<Mask> masks;      ///< largest first
    std::int64_t others = 0;      ///< components that were too small or too many
    std::int64_t otherVoxels = 0; ///< of all those together
    std::int64_t smallVoxels = 0; ///< of those that were too small
};
/// @param least only components of so many voxels are made
Pieces pieces(const Mask& mask, std::size_t most, std::int64_t least);

/// How many voxels the components have that hold a voxel of `seeds`. Both on the same grid.
std::int64_t countReached(const Mask& mask, const Mask& seeds);
/// Those components themselves.
Mask reached(const Mask& mask, const Mask& seeds);

} // namespace hounsfield
