// SPDX-License-Identifier: Apache-2.0
#include "volume/Diameters.h"

#include "volume/Components.h"

#include <algorithm>
#include <cmath>
#include <optional>

namespace hounsfield {
namespace {

struct Point {
    double x = 0, y = 0;
};

Point minus(const Point& a, const Point& b)
{
    return {a.x - b.x, a.y - b.y};
}

double cross(const Point& a, const Point& b)
{
    return a.x * b.y - a.y * b.x;
}

double squared(const Point& a)
{
    return a.x * a.x + a.y * a.y;
}

/// The plane of a slice with axes of 1 mm at right angles, and the grid's two axes in it.
class SlicePlane {
public:
    SlicePlane(const Geometry& geometry, int sliceAxis)
        : m_geometry(geometry), m_slice(std::size_t(sliceAxis)), m_a((m_slice + 1) % 3),
          m_b((m_slice + 2) % 3)
    {
        const Vector3 a = column(geometry.matrix(), int(m_a)), b = column(geometry.matrix(), int(m_b));
        m_right = (1 / length(a)) * a;
        const Vector3 rest = b - dot(b, m_right) * m_right;
        m_down = (1 / length(rest)) * rest;
        m_stepA = {length(a), 0};
        m_stepB = {dot(b, m_right), dot(b, m_down)};
    }
    std::size_t a() const { return m_a; }
    std::size_t b() const { return m_b; }
    /// Of continuous indices.
    Point at(double a, double b) const { return {a * m_stepA.x + b * m_stepB.x, b * m_stepB.y}; }
    std::pair<double, double> indexOf(const Point& p) const
    {
        const double b = p.y / m_stepB.y;
        return {(p.x - b * m_stepB.x) / m_stepA.x, b};
    }
    Vector3 toMm(const Point& p, double slice) const
    {
        const auto [a, b] = indexOf(p);
        Vector3 index;
        index[m_slice] = slice;
        index[m_a] = a;
        index[m_b] = b;
        return m_geometry.toMm(index);
    }

private:
    const Geometry& m_geometry;
    std::size_t m_slice, m_a, m_b;
    Vector3 m_right, m_down;
    Point m_stepA, m_stepB;
};

/// Andrew's monotone chain (1979).
std::vector<Point> convexHull(std::vector<Point> points)
{
    std::sort(points.begin(), points.end(),
              [](const Point& p, const Point& q) { return p.x < q.x || (p.x == q.x && p.y < q.y); });
    std::vector<Point> hull;
    if (points.empty())
        return hull;
    for (const int pass : {0, 1}) {
        const std::size_t base = hull.size();
        for (const Point& p : points) {
            while (hull.size() >= base + 2 &&
                   cross(minus(hull.back(), hull[hull.size() - 2]), minus(p, hull.back())) <= 0)
                hull.pop_back();
            hull.push_back(p);
        }
        hull.pop_back();
        if (pass == 0)
            std::reverse(points.begin(), points.end());
    }
    return hull;
}

/// Outer corners of the voxels of one slice, of each row only the first and the last voxel's.
std::vector<Point> corners(const Mask& part, const SlicePlane& plane, std::int64_t slice, int sliceAxis)
{
    std::vector<Point> all;
    const IndexBox& box = part.box();
    Index3 v;
    v[std::size_t(sliceAxis)] = slice;
    for (v[plane.b()] = box.begin[plane.b()]; v[plane.b()] < box.end[plane.b()]; ++v[plane.b()]) {
        std::int64_t first = -1, last = -1;
        for (v[plane.a()] = box.begin[plane.a()]; v[plane.a()] < box.end[plane.a()]; ++v[plane.a()])
            if (part.at(v)) {
                first = first < 0 ? v[plane.a()] : first;
                last = v[plane.a()];
            }
        if (last >= 0)
            for (const double half : {-0.5, 0.5}) {
                all.push_back(plane.at(double(first) - 0.5, double(v[plane.b()]) + half));
                all.push_back(plane.at(double(last) + 0.5, double(v[plane.b()]) + half));
            }
    }
    return all;
}

std::pair<Point, Point> farthest(const std::vector<Point>& hull)
{
    std::pair<Point, Point> best;
    double most = -1;
    for (std::size_t i = 0; i < hull.size(); ++i)
        for (std::size_t j = i + 1; j < hull.size(); ++j)
            if (const double d = squared(minus(hull[i], hull[j])); d > most) {
                most = d;
                best = {hull[i], hull[j]};
            }
    return best;
}

/// One slice of a lesion as a mask: what is connected within the slice is measured by itself.
std::vector<Mask> partsOf(const Mask& mask, int sliceAxis, std::int64_t slice)
{
    IndexBox box = mask.box();
    box.begin[std::size_t(sliceAxis)] = slice;
    box.end[std::size_t(sliceAxis)] = slice + 1;
    std::vector<std::uint8_t> inside;
    inside.reserve(static_cast<std::size_t>(box.count()));
    for (std::int64_t k = box.begin[2]; k < box.end[2]; ++k)
        for (std::int64_t j = box.begin[1]; j < box.end[1]; ++j)
            for (std::int64_t i = box.begin[0]; i < box.end[0]; ++i)
                inside.push_back(mask.at({i, j, k}));
    return components(Mask::fromBox(mask.geometry(), box, inside));
}

/// The longest run of points inside along lines perpendicular to an axis; lines and points a tenth of a voxel
/// apart (farther in what is no lesion but half a patient).
std::pair<Point, Point> perpendicularChord(const Mask& part, const SlicePlane& plane, std::int64_t slice,
                                           int sliceAxis, const Point& from, const Point& to)
{
    const double axis = std::sqrt(squared(minus(to, from)));
    const Point along{(to.x - from.x) / axis, (to.y - from.y) / axis}, across{-along.y, along.x};
    const Vector3 spacing = part.geometry().spacingMm();
    const double step = std::max(0.1 * std::min(spacing[plane.a()], spacing[plane.b()]), axis / 2000);
    const auto inside = [&](const Point& p) {
        const auto [a, b] = plane.indexOf(p);
        Index3 v;
        v[std::size_t(sliceAxis)] = slice;
        v[plane.a()] = std::llround(a);
        v[plane.b()] = std::llround(b);
        return part.at(v);
    };
    std::pair<Point, Point> best{from, from};
    double most = 0;
    for (double u = 0.5 * step; u < axis; u += step) {
        double begun = 0;
        bool in = false;
        for (double w = -axis; w <= axis; w += step) {
            const bool now = w + step <= axis && inside({from.x + u * along.x + w * across.x,
                                                         from.y + u * along.y + w * across.y});
            if (now && !in)
                begun = w;
            if (!now && in && w - begun > most) {
                most = w - begun;
                // From half a step before the first to half a step after the last point.
                const auto place = [&](double at) {
                    return Point{from.x + u * along.x + (at - 0.5 * step) * across.x,
                                 from.y + u * along.y + (at - 0.5 * step) * across.y};
                };
                best = {place(begun), place(w)};
            }
            in = now;
        }
    }
    return best;
}

/// Of points of which some two are the farthest apart. The farther from their middle come first: once two
/// radii together do not reach the best so far, no later pair does.
Line farthest3d(const std::vector<Vector3>& points)
{
    Vector3 middle{0, 0, 0};
    for (const Vector3& p : points)
        middle = middle + (1 / double(points.size())) * p;
    std::vector<std::pair<double, Vector3>> byRadius;
    for (const Vector3& p : points)
        byRadius.emplace_back(length(p - middle), p);
    std::sort(byRadius.begin(), byRadius.end(),
              [](const auto& a, const auto& b) { return a.first > b.first; });
    Line best;
    double most = 0;
    for (std::size_t i = 0; i < byRadius.size() && 2 * byRadius[i].first > most; ++i)
        for (std::size_t j = i + 1; j < byRadius.size() && byRadius[i].first + byRadius[j].first > most; ++j)
            if (const double mm = length(byRadius[i].second - byRadius[j].second); mm > most) {
                most = mm;
                best = {byRadius[i].second, byRadius[j].second};
            }
    return best;
}

} // namespace

int sliceAxisOf(const Geometry& geometry)
{
    int axis = 0;
    for (int a = 1; a < 3; ++a)
        if (std::abs(column(geometry.direction(), a)[2]) > std::abs(column(geometry.direction(), axis)[2]))
            axis = a;
    return axis;
}

Diameters diameters(const Mask& mask)
{
    Diameters found;
    found.sliceAxis = sliceAxisOf(mask.geometry());
    if (mask.empty())
        return found;
    const auto axis = std::size_t(found.sliceAxis);
    const SlicePlane plane(mask.geometry(), found.sliceAxis);
    std::vector<Vector3> outer; // of every slice the hull of its voxels' corners, at both its faces
    std::pair<Point, Point> longest;
    std::optional<Mask> measured;
    double most = -1;
    for (std::int64_t slice = mask.box().begin[axis]; slice < mask.box().end[axis]; ++slice) {
        std::vector<Point> ofSlice;
        for (const Mask& part : partsOf(mask, found.sliceAxis, slice)) {
            const std::vector<Point> hull = convexHull(corners(part, plane, slice, found.sliceAxis));
            ofSlice.insert(ofSlice.end(), hull.begin(), hull.end());
            const auto line = farthest(hull);
            if (const double d = squared(minus(line.second, line.first)); d > most) {
                most = d;
                longest = line;
                measured = part;
                found.slice = slice;
            }
        }
        for (const Point& p : convexHull(std::move(ofSlice)))
            for (const double half : {-0.5, 0.5})
                outer.push_back(plane.toMm(p, double(slice) + half));
    }
    const auto chord =
        perpendicularChord(*measured, plane, found.slice, found.sliceAxis, longest.first, longest.second);
    found.longest = {plane.toMm(longest.first, double(found.slice)),
                     plane.toMm(longest.second, double(found.slice))};
    found.perpendicular = {plane.toMm(chord.first, double(found.slice)),
                           plane.toMm(chord.second, double(found.slice))};
    found.longest3d = farthest3d(outer);
    return found;
}

} // namespace hounsfield
