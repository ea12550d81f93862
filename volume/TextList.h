// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace hounsfield {

/// The items as an English sentence lists them: "a", "a and b", "a, b and c".
std::string listText(const std::vector<std::string>& items);

} // namespace hounsfield
