// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

namespace hounsfield {

/// How many millimetres a unit of length is: "mm", "cm", "m", "um", their long names, in any case. 1 where
/// the text is empty or says that nothing is known ("?", "none"). Nothing for any other text.
std::optional<double> millimetresOf(const std::string& unit);

} // namespace hounsfield
