// SPDX-License-Identifier: Apache-2.0
#include "volume/io/internal/LengthUnit.h"

#include "volume/NumberText.h"

#include <map>

namespace hounsfield {

std::optional<double> millimetresOf(const std::string& unit)
{
    // The micro sign and the Greek letter mu are different characters.
    static const std::map<std::string, double> known{{"", 1},
                                                     {"?", 1},
                                                     {"???", 1},
                                                     {"none", 1},
                                                     {"mm", 1},
                                                     {"millimeter", 1},
                                                     {"millimetre", 1},
                                                     {"millimeters", 1},
                                                     {"millimetres", 1},
                                                     {"cm", 10},
                                                     {"centimeter", 10},
                                                     {"centimetre", 10},
                                                     {"centimeters", 10},
                                                     {"centimetres", 10},
                                                     {"m", 1000},
                                                     {"meter", 1000},
                                                     {"metre", 1000},
                                                     {"meters", 1000},
                                                     {"metres", 1000},
                                                     {"um", 0.001},
                                                     {"\u00b5m", 0.001},
                                                     {"\u03bcm", 0.001},
                                                     {"micron", 0.001},
                                                     {"microns", 0.001},
                                                     {"micrometer", 0.001},
                                                     {"micrometre", 0.001},
                                                     {"micrometers", 0.001},
                                                     {"micrometres", 0.001}};
    const auto found = known.find(asciiLower(unit));
    return found == known.end() ? std::nullopt : std::optional(found->second);
}

} // namespace hounsfield
