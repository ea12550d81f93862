// SPDX-License-Identifier: Apache-2.0
#include "tokenizer/CleanText.h"

#include <unicode/locid.h>
#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>

#include <array>
#include <optional>
#include <utility>

namespace hounsfield {
namespace {

using icu::UnicodeString;

struct Entity {
    const char16_t* name;
    UChar32 character;
};
/// Those that text about medicine meets. Longer names first where one begins another.
constexpr Entity entities[] = {
    {u"&amp;", '&'},      {u"&lt;", '<'},       {u"&gt;", '>'},        {u"&quot;", '"'},
    {u"&apos;", '\''},    {u"&nbsp;", 0xA0},    {u"&micro;", 0xB5},    {u"&deg;", 0xB0},
    {u"&plusmn;", 0xB1},  {u"&sup2;", 0xB2},    {u"&sup3;", 0xB3},     {u"&times;", 0xD7},
    {u"&auml;", 0xE4},    {u"&ouml;", 0xF6},    {u"&uuml;", 0xFC},     {u"&Auml;", 0xC4},
    {u"&Ouml;", 0xD6},    {u"&Uuml;", 0xDC},    {u"&szlig;", 0xDF},    {u"&eacute;", 0xE9},
    {u"&egrave;", 0xE8},  {u"&agrave;", 0xE0},  {u"&ccedil;", 0xE7},   {u"&ntilde;", 0xF1},
    {u"&ndash;", 0x2013}, {u"&mdash;", 0x2014}, {u"&hellip;", 0x2026}, {u"&le;", 0x2264},
    {u"&ge;", 0x2265}};

/// &#66; and &#x42;. @return the character and how long its writing is
std::optional<std::pair<UChar32, int>> numbered(const UnicodeString& text, int at)
{
    int i = at + 2;
    const bool hexadecimal = i < text.length() && (text[i] == 'x' || text[i] == 'X');
    i += hexadecimal;
    const int digits = i;
    UChar32 value = 0;
    for (int digit;
         i < text.length() && i - digits < 7 && (digit = u_digit(text[i], hexadecimal ? 16 : 10)) >= 0; ++i)
        value = value * (hexadecimal ? 16 : 10) + digit;
    if (i == digits || i >= text.length() || text[i] != ';' || value == 0 || value > 0x10FFFF)
        return std::nullopt;
    return std::pair{value, i + 1 - at};
}

UnicodeString unescaped(const UnicodeString& text)
{
    UnicodeString out;
    for (int i = 0; i < text.length();) {
        int taken = 0;
        if (text[i] == '&' && i + 1 < text.length() && text[i + 1] == '#') {
            if (const auto found = numbered(text, i)) {
                out.append(found->first);
                taken = found->second;
            }
        } else if (text[i] == '&') {
            for (const Entity& entity : entities)
                if (const UnicodeString name(entity.name);
                    !taken && text.compare(i, name.length(), name) == 0) {
                    out.append(entity.character);
                    taken = name.length();
                }
        }
        if (!taken)
            out.append(text[i++]);
        else
            i += taken;
    }
    return out;
}

/// Windows-1252 above 0x7F, by its byte: what Latin-1 has controls for.
constexpr std::array<char16_t, 32> windows1252{0x20AC, 0x81,   0x201A, 0x192,  0x201E, 0x2026, 0x2020, 0x2021,
                                               0x2C6,  0x2030, 0x160,  0x2039, 0x152,  0x8D,   0x17D,  0x8F,
                                               0x90,   0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014,
                                               0x2DC,  0x2122, 0x161,  0x203A, 0x153,  0x9D,   0x17E,  0x178};

/// The byte that Windows-1252 (or Latin-1) reads as a character; -1: none does.
int byteOf(UChar32 character)
{
    for (std::size_t n = 0; n < windows1252.size(); ++n)
        if (windows1252[n] == character)
            return static_cast<int>(0x80 + n);
    return character < 0x100 ? character : -1;
}

/// UTF-8 that somebody read as Windows-1252: "cafÃ©". Only where all of it can be read back, and holds such a
/// character at all.
UnicodeString mended(const UnicodeString& text)
{
    std::string bytes;
    bool suspicious = false;
    for (int i = 0; i < text.length(); i = text.moveIndex32(i, 1)) {
        const int byte = byteOf(text.char32At(i));
        if (byte < 0)
            return text;
        suspicious = suspicious || byte >= 0xC2;
        bytes += static_cast<char>(byte);
    }
    if (!suspicious)
        return text;
    const UnicodeString read = UnicodeString::fromUTF8(bytes);
    return read.indexOf(UChar32{0xFFFD}) < 0 ? read : text;
}

/// Ligatures and full-width forms as plain letters, curly quotes as straight ones.
UnicodeString plainCharacters(const UnicodeString& text)
{
    UErrorCode failed = U_ZERO_ERROR;
    const icu::Normalizer2* compatible = icu::Normalizer2::getNFKCInstance(failed);
    UnicodeString out;
    for (int i = 0; i < text.length(); i = text.moveIndex32(i, 1)) {
        const UChar32 c = text.char32At(i);
        const bool ligature = (c >= 0xFB00 && c <= 0xFB06) || c == 0x132 || c == 0x133 || c == 0x149 ||
                              (c >= 0x1C4 && c <= 0x1CC) || (c >= 0x1F1 && c <= 0x1F3);
        if (ligature || (c >= 0xFF01 && c <= 0xFFEF) || c == 0x3000)
            out.append(compatible->normalize(UnicodeString(c), failed));
        else if ((c >= 0x2018 && c <= 0x201B) || c == 0x2BC)
            out.append(char16_t{'\''});
        else if (c >= 0x201C && c <= 0x201F)
            out.append(char16_t{'"'});
        else if (u_charType(c) != U_CONTROL_CHAR || u_isspace(c))
            out.append(c);
    }
    const icu::Normalizer2* composed = icu::Normalizer2::getNFCInstance(failed);
    return composed->normalize(out, failed);
}

UnicodeString collapsed(const UnicodeString& text)
{
    UnicodeString out;
    for (int i = 0; i < text.length(); i = text.moveIndex32(i, 1)) {
        const UChar32 c = text.char32At(i);
        if (!u_isUWhiteSpace(c))
            out.append(c);
        else if (!out.isEmpty() && out[out.length() - 1] != ' ')
            out.append(char16_t{' '});
    }
    return out.trim();
}

} // namespace

std::string cleanText(const std::string& text)
{
    UnicodeString clean = plainCharacters(mended(unescaped(UnicodeString::fromUTF8(text))));
    clean = collapsed(unescaped(unescaped(clean)));
    clean.toLower(icu::Locale::getRoot());
    std::string utf8;
    return clean.toUTF8String(utf8);
}

} // namespace hounsfield
