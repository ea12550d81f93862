// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "inference/ModelPack.h"

#include <array>
#include <string>

namespace hounsfield {

/// What resources/classes.json says of a structure: the one table of colours and codes, for the window, label
/// maps and DICOM objects.
struct ClassEntry {
    std::string snomedCode; ///< SCT code of the type; of a paired organ that of the side, where there is one
    std::string laterality; ///< "left", "right" or empty
    std::array<int, 3> rgb{0, 0, 0};
};

/// @return null for a class that is not in the table (one that a person added to a model)
const ClassEntry* classEntry(const ModelClass& known);
/// Of paired structures; empty for all others, and for classes that are not in the table.
std::string lateralityOf(const ModelClass& known);

} // namespace hounsfield
