// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "inference/internal/Items.h"

#include <string>
#include <vector>

namespace hounsfield {

/// Puts a Filter item where a size with its bound and unit stands ("> 10 mm", "mit mehr als 2 cm
/// Durchmesser", "between 1 and 3 cm"), and a Problem item where something about it is missing or
/// contradictory. Sizes side by side are joined.
std::vector<Item> gatherSizes(const Reading& reading);

/// What a filter keeps, for people: "of more than 10 mm in their longest axial diameter"; empty where it
/// keeps all sizes.
std::string sizeWords(const LesionFilter& filter);

} // namespace hounsfield
