// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace hounsfield {

/// A cell of a table after RFC 4180; a leading = + - @ of typed text would be a formula to a spreadsheet.
std::string csvCell(std::string text);

} // namespace hounsfield
