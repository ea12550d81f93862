// SPDX-License-Identifier: Apache-2.0
#include "volume/io/internal/Text.h"

#include <unicode/ucnv.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

namespace hounsfield {
namespace {

/// One of DICOM's character sets: the number in its defined term, and what ICU calls it.
struct CharacterSet {
    int number;
    const char* name;
};

// PS3.3 tables C.12-2 to C.12-5. GBK holds all of GB 2312 (58).
constexpr std::array<CharacterSet, 15> sets{{{100, "ISO-8859-1"},
                                             {101, "ISO-8859-2"},
                                             {109, "ISO-8859-3"},
                                             {110, "ISO-8859-4"},
                                             {144, "ISO-8859-5"},
                                             {127, "ISO-8859-6"},
                                             {126, "ISO-8859-7"},
                                             {138, "ISO-8859-8"},
                                             {148, "ISO-8859-9"},
                                             {203, "ISO-8859-15"},
                                             {166, "TIS-620"},
                                             {13, "Shift_JIS"},
                                             {192, "UTF-8"},
                                             {149, "EUC-KR"},
                                             {58, "GBK"}}};

/// What is written in one go: bytes below 128 by G0, others by G1 (ISO 2022). An empty name is ASCII, or
/// nothing.
struct Tables {
    std::string_view g0, g1;
};

struct Escape {
    std::string_view code;
    bool toG1;
    std::string_view set;
};

constexpr std::string_view kanji = "JIS X 0208", moreKanji = "JIS X 0212";
constexpr std::array<Escape, 18> escapes{{{"(B", false, ""},
                                          {"(J", false, ""},
                                          {"$B", false, kanji},
                                          {"$(D", false, moreKanji},
                                          {")I", true, "Shift_JIS"},
                                          {"$)C", true, "EUC-KR"},
                                          {"$)A", true, "GBK"},
                                          {"-A", true, "ISO-8859-1"},
                                          {"-B", true, "ISO-8859-2"},
                                          {"-C", true, "ISO-8859-3"},
                                          {"-D", true, "ISO-8859-4"},
                                          {"-L", true, "ISO-8859-5"},
                                          {"-G", true, "ISO-8859-6"},
                                          {"-F", true, "ISO-8859-7"},
                                          {"-H", true, "ISO-8859-8"},
                                          {"-M", true, "ISO-8859-9"},
                                          {"-b", true, "ISO-8859-15"},
                                          {"-T", true, "TIS-620"}}};

std::string_view setNamed(const std::string& term)
{
    if (term == "GB18030" || term == "GBK")
        return "gb18030";
    // "ISO_IR 100", "ISO 2022 IR 100", and the ways in which they are misspelt.
    const auto letters = term.rfind("IR");
    if (letters == std::string::npos)
        return "";
    int number = 0;
    for (std::size_t n = letters + 2; n < term.size() && number < 1000; ++n)
        if (term[n] >= '0' && term[n] <= '9')
            number = 10 * number + (term[n] - '0');
    for (const CharacterSet& set : sets)
        if (set.number == number)
            return set.name;
    return "";
}

/// Neither ICU's replacement character nor control characters.
std::string questionMarks(const std::string& text)
{
    constexpr std::string_view replacement = "\xEF\xBF\xBD";
    std::string clean;
    for (std::size_t n = 0; n < text.size();) {
        const bool unknown = std::string_view(text).substr(n).starts_with(replacement);
        clean += unknown || static_cast<unsigned char>(text[n]) < 0x20 ? '?' : text[n];
        n += unknown ? replacement.size() : 1;
    }
    return clean;
}

std::string converted(std::string_view set, const std::string& bytes)
{
    std::string text(bytes.size() * 4 + 4, '\0');
    UErrorCode failed = U_ZERO_ERROR;
    const auto length =
        ucnv_convert("UTF-8", std::string(set).c_str(), text.data(), static_cast<int>(text.size()),
                     bytes.data(), static_cast<int>(bytes.size()), &failed);
    if (set.empty() || U_FAILURE(failed))
        return std::string(bytes.size(), '?');
    text.resize(static_cast<std::size_t>(length));
    return questionMarks(text);
}

/// The characters of a table of 94 x 94 places, two bytes each, by way of EUC-JP.
std::string convertedKanji(std::string_view table, const std::string& bytes)
{
    std::string euc;
    for (std::size_t n = 0; n < bytes.size(); ++n) {
        if (table == moreKanji && n % 2 == 0)
            euc += '\x8F';
        euc += static_cast<char>(bytes[n] | 0x80);
    }
    return converted("EUC-JP", euc);
}

/// Reads a text in which escape sequences change the tables.
std::string withEscapes(const std::string& bytes, const Tables& first)
{
    Tables tables = first;
    std::string text;
    for (std::size_t n = 0; n < bytes.size();) {
        if (bytes[n] == '\x1B') {
            const std::string_view rest = std::string_view(bytes).substr(n + 1);
            const auto known = std::find_if(escapes.begin(), escapes.end(),
                                            [&](const Escape& e) { return rest.starts_with(e.code); });
            if (known != escapes.end())
                (known->toG1 ? tables.g1 : tables.g0) = known->set;
            else
                text += '?';
            n += 1 + (known != escapes.end() ? known->code.size() : 0);
            continue;
        }
        const bool high = bytes[n] & 0x80;
        std::size_t end = n;
        while (end < bytes.size() && bytes[end] != '\x1B' && bool(bytes[end] & 0x80) == high &&
               (high || !tables.g0.empty() || end == n))
            ++end;
        const std::string run = bytes.substr(n, end - n);
        n = end;
        if (high)
            text += converted(tables.g1, run);
        else
            text += tables.g0.empty() ? questionMarks(run) : convertedKanji(tables.g0, run);
        // Every part of a name and every line begins anew (PS3.5 6.1.2.5.3).
        if (!high && tables.g0.empty() && run.find_first_of("^=\\\r\n") != std::string::npos)
            tables = first;
    }
    return text;
}

std::vector<std::string> termsOf(const std::string& characterSet)
{
    std::vector<std::string> terms{""};
    for (char c : characterSet) {
        if (c == '\\')
            terms.emplace_back();
        else if (c != '\0' && (c != ' ' || !terms.back().empty()))
            terms.back() += c;
    }
    return terms;
}

} // namespace

std::string dicomTextToUtf8(const std::string& bytes, const std::string& characterSet)
{
    if (std::none_of(bytes.begin(), bytes.end(), [](char c) { return (c & 0x80) || c == '\x1B'; }))
        return bytes;
    const std::vector<std::string> terms = termsOf(characterSet);
    const bool unsaid = characterSet.empty() || (terms.size() == 1 && setNamed(terms[0]).empty());
    if (unsaid && isUtf8(bytes) && bytes.find('\x1B') == std::string::npos)
        return questionMarks(bytes);
    const std::string_view whole = setNamed(terms[0]);
    if (whole == "gb18030" || whole == "UTF-8")
        return converted(whole, bytes);
    Tables first{"", whole};
    // Some write the second set without the escape sequence that should announce it.
    for (std::size_t n = 1; n < terms.size() && first.g1.empty(); ++n)
        first.g1 = setNamed(terms[n]);
    if (characterSet.empty())
        first.g1 = "ISO-8859-1";
    return withEscapes(bytes, first);
}

} // namespace hounsfield
