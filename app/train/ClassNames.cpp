// SPDX-License-Identifier: Apache-2.0
#include "app/train/ClassNames.h"

#include "volume/Error.h"
#include "volume/NumberText.h"

#include <algorithm>
#include <numeric>
#include <sstream>
#include <string_view>

namespace hounsfield::training {
namespace {

/// Small letters, one blank between words, "_" and "-" as blanks.
std::string plain(const std::string& name)
{
    std::string text;
    for (const char c : name) {
        const bool blank = std::string_view(" \t\n\v\f\r_-").find(c) != std::string_view::npos;
        if (!blank)
            text += asciiLower(c);
        else if (!text.empty() && text.back() != ' ')
            text += ' ';
    }
    while (!text.empty() && text.back() == ' ')
        text.pop_back();
    return text;
}

/// Edits (insert, delete, replace) between two texts (Wagner & Fischer 1974).
std::size_t edits(const std::string& a, const std::string& b)
{
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t(0));
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t above = row[j];
            row[j] = std::min({row[j] + 1, row[j - 1] + 1, diagonal + (a[i - 1] != b[j - 1])});
            diagonal = above;
        }
    }
    return row.back();
}

} // namespace

std::string nearestNames(const std::string& name, const std::vector<ModelClass>& classes)
{
    const std::string wanted = plain(name);
    std::vector<std::pair<std::size_t, std::string>> byDistance;
    for (const ModelClass& known : classes)
        byDistance.emplace_back(
            std::min(edits(wanted, plain(known.name)), edits(wanted, plain(known.fileName))), known.name);
    std::stable_sort(byDistance.begin(), byDistance.end(),
                     [](const auto& a, const auto& b) { return a.first < b.first; });
    std::string text;
    for (std::size_t n = 0; n < std::min<std::size_t>(2, byDistance.size()); ++n)
        text += (n ? " or " : "") + byDistance[n].second;
    return text;
}

const ModelClass& classNamed(const std::string& name, const std::vector<ModelClass>& classes,
                             const std::string& where)
{
    const std::string wanted = plain(name);
    for (const ModelClass& known : classes)
        if (plain(known.name) == wanted || plain(known.fileName) == wanted)
            return known;
    throw Error(ErrorKind::Usage, "\"" + name + "\" (" + where + ") is no class of this model. Nearest: " +
                                      nearestNames(name, classes) + ".");
}

ClassBits classesNamed(const std::string& commaSeparated, const std::vector<ModelClass>& classes,
                       const std::string& where)
{
    ClassBits set = 0;
    std::istringstream in(commaSeparated);
    for (std::string name; std::getline(in, name, ',');)
        if (!plain(name).empty())
            set |= bitOf(classNamed(name, classes, where).id);
    return set;
}

std::string namesOf(ClassBits set, const std::vector<ModelClass>& classes)
{
    std::string text;
    for (const ModelClass& known : classes)
        if (set & bitOf(known.id))
            text += (text.empty() ? "" : ", ") + known.name;
    return text.empty() ? "none" : text;
}

ClassBits allOf(const std::vector<ModelClass>& classes)
{
    ClassBits all = 0;
    for (const ModelClass& known : classes)
        all |= bitOf(known.id);
    return all;
}

} // namespace hounsfield::training
