// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace hounsfield {

/// printf into a string, of at most 255 bytes.
std::string print(const char* format, ...) __attribute__((format(printf, 1, 2)));
/// Millilitres with honest digits: "1512.3", "8.4", "0.05".
std::string millilitresText(double ml);
/// Characters of UTF-8 text.
std::size_t shownWidth(const std::string& text);

} // namespace hounsfield
