// SPDX-License-Identifier: Apache-2.0
#include "viewer/scene/Measurement.h"

#include <algorithm>
#include <cmath>

namespace hounsfield {
namespace {

using Point2 = std::array<double, 2>;

Point2 onPlane(const Measurement& m, const Vector3& mm)
{
    const Vector3 from = mm - m.pointsMm[0];
    return {dot(from, m.plane.right), dot(from, m.plane.down)};
}

/// Even-odd rule.
bool insidePolygon(const std::vector<Point2>& polygon, double x, double y)
{
    bool inside = false;
    for (std::size_t i = 0, j = polygon.size() - 1; i < polygon.size(); j = i++)
        if ((polygon[i][1] > y) != (polygon[j][1] > y) &&
            x < (polygon[j][0] - polygon[i][0]) * (y - polygon[i][1]) / (polygon[j][1] - polygon[i][1]) +
                    polygon[i][0])
            inside = !inside;
    return inside;
}

double polygonArea(const std::vector<Point2>& p)
{
    double twice = 0;
    for (std::size_t i = 0, j = p.size() - 1; i < p.size(); j = i++)
        twice += p[j][0] * p[i][1] - p[i][0] * p[j][1];
    return std::abs(twice) / 2;
}

std::optional<HuStatistics> statisticsOf(std::vector<double> values)
{
    if (values.empty())
        return std::nullopt;
    HuStatistics s;
    double sum = 0, squares = 0;
    for (double v : values)
        sum += v;
    s.mean = sum / double(values.size());
    for (double v : values)
        squares += (v - s.mean) * (v - s.mean);
    s.standardDeviation = std::sqrt(squares / double(values.size()));
    std::sort(values.begin(), values.end());
    const std::size_t n = values.size();
    s.median = n % 2 ? values[n / 2] : 0.5 * (values[n / 2 - 1] + values[n / 2]);
    s.minimum = int(std::lround(values.front()));
    s.maximum = int(std::lround(values.back()));
    return s;
}

/// Linear between voxels; nothing outside the scan.
std::optional<double> huAt(const Volume& volume, const Vector3& mm)
{
    const Index3& n = volume.geometry().size();
    const Vector3 at = volume.geometry().toIndex(mm);
    Index3 low, high;
    Vector3 part;
    for (std::size_t a = 0; a < 3; ++a) {
        if (at[a] < -0.5 || at[a] > double(n[a]) - 0.5)
            return std::nullopt;
        const double in = std::clamp(at[a], 0.0, double(n[a] - 1));
        low[a] = std::int64_t(in);
        high[a] = std::min(low[a] + 1, n[a] - 1);
        part[a] = in - double(low[a]);
    }
    double value = 0;
    for (int corner = 0; corner < 8; ++corner) {
        double weight = 1;
        Index3 i;
        for (std::size_t a = 0; a < 3; ++a) {
            const bool up = corner >> a & 1;
            weight *= up ? part[a] : 1 - part[a];
            i[a] = up ? high[a] : low[a];
        }
        if (weight > 0)
            value += weight * volume.at(i);
    }
    return value;
}

bool isRegion(MeasurementKind kind)
{
    return kind == MeasurementKind::Ellipse || kind == MeasurementKind::Rectangle ||
           kind == MeasurementKind::Freehand;
}

void measureRegion(const Measurement& m, const Volume& volume, MeasuredValues& values)
{
    std::vector<Point2> polygon;
    for (const Vector3& mm : outlineOf(m))
        polygon.push_back(onPlane(m, mm));
    if (polygon.size() < 3)
        return;
    values.areaMm2 = polygonArea(polygon);
    if (m.kind == MeasurementKind::Ellipse) {
        const Point2 size = onPlane(m, m.pointsMm[1]);
        values.areaMm2 = 3.14159265358979323846 / 4 * std::abs(size[0] * size[1]);
    }
    const Vector3 spacing = volume.geometry().spacingMm();
    Point2 low = polygon[0], high = polygon[0];
    for (const Point2& p : polygon)
        for (std::size_t a = 0; a < 2; ++a) {
            low[a] = std::min(low[a], p[a]);
            high[a] = std::max(high[a], p[a]);
        }
    // At most a million samples, however large the region is.
    const double step = std::max(0.5 * std::min({spacing[0], spacing[1], spacing[2]}),
                                 std::sqrt((high[0] - low[0]) * (high[1] - low[1]) / 1e6));
    std::vector<double> hu;
    for (double y = low[1] + step / 2; y < high[1]; y += step)
        for (double x = low[0] + step / 2; x < high[0]; x += step)
            if (insidePolygon(polygon, x, y))
                if (const auto value = huAt(volume, m.pointsMm[0] + x * m.plane.right + y * m.plane.down))
                    hu.push_back(*value);
    values.hu = statisticsOf(std::move(hu));
}

} // namespace

int pointsOf(MeasurementKind kind)
{
    switch (kind) {
    case MeasurementKind::Angle:
        return 3;
    case MeasurementKind::Bidirectional:
        return 4;
    case MeasurementKind::Freehand:
        return 0;
    case MeasurementKind::Probe:
        return 1;
    default:
        return 2;
    }
}

std::vector<Vector3> outlineOf(const Measurement& m)
{
    if (m.kind == MeasurementKind::Freehand)
        return m.pointsMm;
    if (!isRegion(m.kind) || m.pointsMm.size() < 2)
        return {};
    const Point2 size = onPlane(m, m.pointsMm[1]);
    const auto at = [&](double x, double y) { return m.pointsMm[0] + x * m.plane.right + y * m.plane.down; };
    if (m.kind == MeasurementKind::Rectangle)
        return {at(0, 0), at(size[0], 0), at(size[0], size[1]), at(0, size[1])};
    std::vector<Vector3> outline;
    constexpr int parts = 96;
    for (int i = 0; i < parts; ++i) {
        const double a = 2 * 3.14159265358979323846 * i / parts;
        outline.push_back(at(0.5 * size[0] * (1 + std::cos(a)), 0.5 * size[1] * (1 + std::sin(a))));
    }
    return outline;
}

MeasuredValues measured(const Measurement& m, const Volume& volume)
{
    MeasuredValues values;
    const auto& p = m.pointsMm;
    if (m.kind == MeasurementKind::Probe && !p.empty()) {
        const Vector3 at = volume.geometry().toIndex(p[0]);
        const Index3 i{std::llround(at[0]), std::llround(at[1]), std::llround(at[2])};
        if (volume.geometry().box().contains(i))
            values.hu = statisticsOf({double(volume.at(i))});
    } else if (isRegion(m.kind) && p.size() >= 2) {
        measureRegion(m, volume, values);
    } else if (m.kind == MeasurementKind::Angle && p.size() == 3) {
        const Vector3 a = p[0] - p[1], b = p[2] - p[1];
        const double product = length(a) * length(b);
        if (product > 0)
            values.angleDegrees =
                std::acos(std::clamp(dot(a, b) / product, -1.0, 1.0)) * 180 / 3.14159265358979323846;
    } else if ((m.kind == MeasurementKind::Distance || m.kind == MeasurementKind::Bidirectional) &&
               p.size() >= 2) {
        values.lengthMm = length(p[1] - p[0]);
        if (p.size() == 4)
            values.shortLengthMm = length(p[3] - p[2]);
    }
    return values;
}

} // namespace hounsfield
