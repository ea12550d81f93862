// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "volume/Volume.h"

#include <string>
#include <vector>

namespace hounsfield {

/// Adds sentences where the values hardly are Hounsfield units: none below 0, no air, no soft tissue, a
/// narrow range.
void noteDoubtfulValues(const Volume& volume, std::vector<std::string>& notes);
/// Adds sentences on a grid that makes results worse: thick slices, few slices, a sheared grid.
void noteDoubtfulGrid(const Geometry& geometry, std::vector<std::string>& notes);

} // namespace hounsfield
