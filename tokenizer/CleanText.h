// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace hounsfield {

/// Text as CLIP's tokenizer wants it: broken Unicode mended (what was UTF-8 read as Windows-1252, ligatures,
/// full-width forms, curly quotes, NFC), HTML unescaped, white space collapsed, lower case. @param text
/// UTF-8; bytes that are none become U+FFFD
std::string cleanText(const std::string& text);

} // namespace hounsfield
