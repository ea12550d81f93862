// SPDX-License-Identifier: Apache-2.0
#include "app/results/Text.h"

#include "volume/ClassicLocale.h"

#include <algorithm>
#include <cstdarg>
#include <cstdio>

namespace hounsfield {

std::string print(const char* format, ...)
{
    char text[256];
    va_list arguments;
    va_start(arguments, format);
    const ClassicLocale numbersAsInC;
    std::vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    return text;
}

std::string millilitresText(double ml)
{
    return print(ml > 0 && ml < 0.1 ? "%.2f" : "%.1f", ml);
}

std::size_t shownWidth(const std::string& text)
{
    return static_cast<std::size_t>(
        std::count_if(text.begin(), text.end(), [](unsigned char c) { return (c & 0xC0) != 0x80; }));
}

} // namespace hounsfield
