// SPDX-License-Identifier: Apache-2.0
#include "volume/NumberText.h"

#include <array>
#include <charconv>

namespace hounsfield {
namespace {

std::string textOf(double value, std::chars_format format, int precision)
{
    // The largest double has 309 digits before the point.
    std::array<char, 400> text{};
    const auto [end, error] = std::to_chars(text.data(), text.data() + text.size(), value, format, precision);
    return error == std::errc() ? std::string(text.data(), end) : std::string("nan");
}

} // namespace

std::string fixedText(double value, int decimals)
{
    return textOf(value, std::chars_format::fixed, decimals);
}

std::string significantText(double value, int digits)
{
    return textOf(value, std::chars_format::general, digits);
}

std::optional<double> numberFrom(std::string_view text)
{
    if (text.size() > 1 && text[0] == '+' && text[1] != '-')
        text.remove_prefix(1);
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc() && end == text.data() + text.size() ? std::optional(value) : std::nullopt;
}

std::string asciiLower(std::string text)
{
    for (char& c : text)
        c = asciiLower(c);
    return text;
}

} // namespace hounsfield
