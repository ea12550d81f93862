#pragma once

#include "volume/Mask.h"

#include <limits>
#include <vector>

namespace hounsfield {

/// The 26-connected components of a mask, largest first (ties: the one met first in memory order). Runs of voxels joined by a disjoint-set
/// forest (Rosenfeld & Pfaltz 1966; He, Chao & Suzuki 2008): time and memory follow the surface of what is inside, not its volume.
/// @param most only so many of the largest are made
std::vector<Mask> components(const Mask& mask, std::size_t most = std::numeric_limits<std::size_t>::max());

} // namespace hounsfield
