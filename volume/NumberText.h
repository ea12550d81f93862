// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace hounsfield {

/// Numbers as text and back, the same under every locale of the process, the C library's and that of C++
/// streams.

/// As printf's "%.*f". @param decimals digits after the point
std::string fixedText(double value, int decimals);
/// As printf's "%.*g". @param digits significant ones
std::string significantText(double value, int digits);
/// The number that the whole text is, with a point before its decimals; a leading + is allowed. Nothing where
/// it is none.
std::optional<double> numberFrom(std::string_view text);

/// Classes and cases of letters by ASCII alone: under a Turkish locale the small letter of I is none of
/// ASCII's.
inline bool isAsciiDigit(char c)
{
    return c >= '0' && c <= '9';
}
inline bool isAsciiLetter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
inline char asciiLower(char c)
{
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}
std::string asciiLower(std::string text);

} // namespace hounsfield
