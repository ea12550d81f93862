// SPDX-License-Identifier: Apache-2.0
#include "volume/io/internal/DicomKind.h"

#include "volume/NumberText.h"

#include <algorithm>
#include <cctype>
#include <set>

namespace hounsfield {
namespace {

using Words = std::set<std::string>;

char asciiUpper(char c)
{
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}

/// The words of a text, in capitals: letters and digits that stand together.
Words wordsOf(const std::string& text)
{
    Words words;
    std::string word;
    for (const char c : text + " ") {
        if (isAsciiLetter(c) || isAsciiDigit(c)) {
            word += asciiUpper(c);
        } else if (!word.empty()) {
            words.insert(word);
            word.clear();
        }
    }
    return words;
}

bool anyOf(const Words& words, const Words& wanted)
{
    return std::any_of(words.begin(), words.end(),
                       [&](const std::string& word) { return wanted.contains(word); });
}

const std::string& imageTypeOf(const DicomSlice& slice)
{
    return slice.marks[imageTypeMark];
}

/// Material and effective-atomic-number maps of dual energy and photon counting, perfusion parameters: names
/// of PS3.3 C.8.15.3.10 and C.8.16.2.1.6, and those that vendors write as further values of ImageType.
bool isMap(const DicomSlice& slice)
{
    static const Words maps{"IODINE", "MD",   "MATERIAL", "ZEFF", "EFFZ",      "CBF", "CBV",  "MTT",
                            "TTP",    "TMAX", "PBV",      "DE",   "PERFUSION", "RHO", "BONE", "URIC"};
    Words words = wordsOf(imageTypeOf(slice));
    // "DE" and "BONE" alone are names of a scan mode and of a kernel.
    if (!words.contains("MAP"))
        for (const char* alone : {"DE", "BONE"})
            words.erase(alone);
    if (words.contains("ELECTRON") && words.contains("DENSITY"))
        return true;
    if ((words.contains("Z") || words.contains("ATOMIC")) &&
        (words.contains("EFF") || words.contains("EFFECTIVE")))
        return true;
    // Of virtual images without iodine ("MATERIAL_REMOVED") the values are still Hounsfield units.
    return anyOf(words, maps) && !words.contains("REMOVED") && !words.contains("MODIFIED");
}

bool isProjection(const DicomSeries& series)
{
    static const Words projections{"MIP",     "MINIP", "MPROJECTION", "PROJECTION", "MAXIMUM",
                                   "MINIMUM", "VRT",   "RENDERED",    "VOLREN"};
    return anyOf(wordsOf(imageTypeOf(series.slices.front())), projections) ||
           anyOf(wordsOf(series.info.description), {"MIP", "MINIP", "VRT"});
}

} // namespace

Units unitsOf(const DicomSlice& slice)
{
    std::string type = slice.rescaleType;
    std::transform(type.begin(), type.end(), type.begin(), asciiUpper);
    if (isMap(slice))
        return Units::Other;
    if (type.empty() || type == "HU" || type == "HOUNSFIELD" || type == "HOUNSFIELD UNITS")
        return Units::Hounsfield;
    return type == "US" ? Units::Unspecified : Units::Other;
}

std::string unitsInWords(const DicomSlice& slice)
{
    const std::string type = slice.rescaleType.empty() ? "" : "RescaleType " + slice.rescaleType;
    if (!isMap(slice))
        return type;
    return "ImageType " + imageTypeOf(slice) + (type.empty() ? "" : ", " + type);
}

std::pair<int, std::int64_t> rankOf(const DicomSeries& series)
{
    constexpr int original = 8;
    const Units units = unitsOf(series.slices.front());
    int plain = isProjection(series) ? 1 : 2;
    if (units == Units::Other)
        plain = 0;
    return {plain, series.info.images * (series.original && units == Units::Hounsfield ? original : 1)};
}

} // namespace hounsfield
