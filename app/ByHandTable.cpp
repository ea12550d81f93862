// SPDX-License-Identifier: Apache-2.0
#include "app/ByHandTable.h"

#include "volume/io/Csv.h"

#include <array>
#include <charconv>
#include <cmath>
#include <optional>

namespace hounsfield {
namespace {

std::string number(double value, int decimals)
{
    std::array<char, 64> text;
    const auto end =
        std::to_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed, decimals).ptr;
    return {text.data(), end};
}

std::string number(const std::optional<double>& value, int decimals)
{
    return value ? number(*value, decimals) : std::string();
}

const char* nameOf(MeasurementKind kind)
{
    static constexpr const char* names[] = {"distance",  "angle",    "bidirectional", "ellipse",
                                            "rectangle", "freehand", "arrow",         "probe"};
    return names[std::size_t(kind)];
}

std::string planeOf(const Vector3& normal)
{
    static constexpr const char* names[] = {"sagittal", "coronal", "axial"};
    for (std::size_t axis = 0; axis < 3; ++axis)
        if (std::abs(normal[axis]) > 0.9999 * length(normal))
            return names[axis];
    return "oblique";
}

/// The number that a measurement is made for, and its unit.
std::string valueAndUnit(MeasurementKind kind, const MeasuredValues& values)
{
    if (kind == MeasurementKind::Probe)
        return values.hu ? number(values.hu->mean, 0) + ",HU" : ",";
    if (values.angleDegrees)
        return number(*values.angleDegrees, 2) + ",deg";
    if (values.areaMm2)
        return number(*values.areaMm2, 2) + ",mm2";
    // An arrow points at something: how long it is drawn means nothing.
    if (values.lengthMm && kind != MeasurementKind::Arrow)
        return number(*values.lengthMm, 2) + ",mm";
    return ",";
}

std::string huOf(const std::optional<HuStatistics>& hu)
{
    return hu ? number(hu->mean, 1) + "," + number(hu->standardDeviation, 1) + "," + number(hu->minimum, 0) +
                    "," + number(hu->maximum, 0)
              : ",,,";
}

std::string placeOf(const Vector3& mm, const char* between)
{
    return number(mm[0], 2) + between + number(mm[1], 2) + between + number(mm[2], 2);
}

std::string rowOf(const Measurement& one, const Volume& volume)
{
    const MeasuredValues values = measured(one, volume);
    Vector3 centre{0, 0, 0};
    std::string points;
    for (const Vector3& mm : one.pointsMm) {
        centre = centre + (1.0 / double(one.pointsMm.size())) * mm;
        points += (points.empty() ? "" : "; ") + placeOf(mm, " ");
    }
    const auto slice = sliceNumber(volume.geometry(), one.plane.normal, centre)[0];
    return std::string(nameOf(one.kind)) + "," + csvCell(one.text) + "," + valueAndUnit(one.kind, values) +
           "," + number(values.shortLengthMm, 2) + "," + huOf(values.hu) + "," + planeOf(one.plane.normal) +
           "," + std::to_string(slice) + "," + placeOf(centre, ",") + "," + points;
}

} // namespace

std::string byHandCsv(const std::vector<Measurement>& measurements, const Volume& volume)
{
    std::string table = "kind,text,value,unit,short_axis_mm,hu_mean,hu_sd,hu_min,hu_max,plane,slice,centre_l_"
                        "mm,centre_p_mm,centre_s_mm,points_lps_mm\r\n";
    for (const Measurement& one : measurements)
        table += rowOf(one, volume) + "\r\n";
    return table;
}

} // namespace hounsfield
