#pragma once

#include <string>

namespace hounsfield {

/// printf into a string, of at most 255 bytes.
std::string print(const char* format, ...) __attribute__((format(printf, 1, 2)));
/// A cell of RFC 4180; a leading = + - @ of typed text would be a formula to a spreadsheet.
std::string csvCell(std::string text);
/// Characters of UTF-8 text.
std::size_t shownWidth(const std::string& text);

} // namespace hounsfield
