// SPDX-License-Identifier: Apache-2.0
#include "inference/TargetNames.h"

#include "volume/NumberText.h"

#include <algorithm>
#include <cmath>

namespace hounsfield {
namespace {

std::string number(double value)
{
    return significantText(value, 6);
}

/// Bounds are inclusive; a bound just beside a number of few digits means "over" or "under" that number.
std::string bound(double value, const char* unit, bool lowest)
{
    const double plain = numberFrom(number(value)).value_or(value);
    const bool strict = lowest ? value > plain : value < plain;
    std::string words = lowest ? "at least " : "at most ";
    if (strict)
        words = lowest ? "over " : "under ";
    return words + number(plain) + " " + unit;
}

void add(std::string& text, const std::string& more)
{
    text += (text.empty() ? "" : ", ") + more;
}

} // namespace

std::string wordsOf(const LesionFilter& filter, const std::vector<ModelClass>& classes)
{
    std::string text;
    if (filter.lowestMm > 0)
        add(text, bound(filter.lowestMm, "mm", true));
    if (std::isfinite(filter.highestMm))
        add(text, bound(filter.highestMm, "mm", false));
    if (filter.lowestMl > 0)
        add(text, bound(filter.lowestMl, "mL", true));
    if (std::isfinite(filter.highestMl))
        add(text, bound(filter.highestMl, "mL", false));
    std::string hosts;
    for (const int id : filter.hosts)
        for (const ModelClass& known : classes)
            if (known.id == id)
                hosts += (hosts.empty() ? "in the " : " or the ") + known.name;
    if (!hosts.empty())
        add(text, hosts);
    if (filter.largest > 0)
        add(text, filter.largest == 1 ? "the largest" : "the " + std::to_string(filter.largest) + " largest");
    return text;
}

std::string partOf(const Target& target, const std::vector<ModelClass>& classes)
{
    std::string part = wordsOf(target.filter, classes);
    for (const int other : target.without)
        for (const ModelClass& known : classes)
            if (known.id == other)
                add(part, "without " + known.name);
    return part;
}

} // namespace hounsfield
