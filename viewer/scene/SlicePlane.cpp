// SPDX-License-Identifier: Apache-2.0
#include "viewer/scene/SlicePlane.h"

#include <algorithm>
#include <cmath>

namespace hounsfield {
namespace {

Vector3 unit(const Vector3& v)
{
    return (1 / length(v)) * v;
}

int axisOf(Plane plane)
{
    if (plane == Plane::Axial)
        return 2;
    return plane == Plane::Coronal ? 1 : 0;
}

} // namespace

Frame patientFrame()
{
    return {{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}};
}

Frame turned(const Frame& frame, Plane plane, double degrees)
{
    const double a = degrees * 3.14159265358979323846 / 180;
    const int n = axisOf(plane), u = (n + 1) % 3, v = (n + 2) % 3;
    std::array<Vector3, 3> c{column(frame, 0), column(frame, 1), column(frame, 2)};
    const Vector3 cu = c[static_cast<std::size_t>(u)], cv = c[static_cast<std::size_t>(v)];
    // Rounding adds up over many small turns: the normal is taken as it is and the other two are made
    // perpendicular again.
    const Vector3 normal = unit(c[static_cast<std::size_t>(n)]);
    Vector3 nu = std::cos(a) * cu + std::sin(a) * cv;
    nu = unit(nu - dot(nu, normal) * normal);
    Vector3 nv = cross(normal, nu);
    if (dot(nv, std::cos(a) * cv - std::sin(a) * cu) < 0)
        nv = -1.0 * nv;
    c[static_cast<std::size_t>(n)] = normal;
    c[static_cast<std::size_t>(u)] = nu;
    c[static_cast<std::size_t>(v)] = nv;
    return fromColumns(c[0], c[1], c[2]);
}

Frame scanFrame(const Geometry& scan)
{
    // Each patient axis takes the voxel axis that runs most along it, pointing the patient's way; then
    // Gram-Schmidt, slices' plane first.
    const Matrix3 d = scan.direction();
    std::array<Vector3, 3> chosen;
    std::array<bool, 3> used{};
    for (const int p : {2, 0, 1}) {
        int best = -1;
        for (int v = 0; v < 3; ++v)
            if (!used[static_cast<std::size_t>(v)] &&
                (best < 0 || std::abs(column(d, v)[static_cast<std::size_t>(p)]) >
                                 std::abs(column(d, best)[static_cast<std::size_t>(p)])))
                best = v;
        used[static_cast<std::size_t>(best)] = true;
        const Vector3 c = column(d, best);
        chosen[static_cast<std::size_t>(p)] = c[static_cast<std::size_t>(p)] < 0 ? -1.0 * c : c;
    }
    const Vector3 x = unit(chosen[0]);
    const Vector3 y = unit(chosen[1] - dot(chosen[1], x) * x);
    return fromColumns(x, y, cross(x, y));
}

PlaneAxes axesOf(Plane plane, const Frame& frame)
{
    const Vector3 x = column(frame, 0), y = column(frame, 1), z = column(frame, 2);
    if (plane == Plane::Axial)
        return {x, y, z};
    if (plane == Plane::Coronal)
        return {x, -1.0 * z, y};
    return {y, -1.0 * z, x};
}

PlaneAxes rolled(const PlaneAxes& axes, double degrees)
{
    if (degrees == 0)
        return axes;
    const double a = degrees * 3.14159265358979323846 / 180;
    return {std::cos(a) * axes.right + std::sin(a) * axes.down,
            std::cos(a) * axes.down - std::sin(a) * axes.right, axes.normal};
}

double sliceStepMm(const Geometry& scan, const Vector3& normal)
{
    double best = 0, bestShare = 0;
    for (int a = 0; a < 3; ++a) {
        const Vector3 step = column(scan.matrix(), a);
        const double along = std::abs(dot(step, normal)), share = along / length(step);
        if (share > bestShare) {
            bestShare = share;
            best = along;
        }
    }
    return best;
}

std::array<double, 2> extentMm(const Geometry& scan, const Vector3& normal)
{
    std::array<double, 2> range{1e300, -1e300};
    for (int corner = 0; corner < 8; ++corner) {
        Index3 i;
        for (std::size_t a = 0; a < 3; ++a)
            i[a] = corner >> a & 1 ? scan.size()[a] - 1 : 0;
        const double at = dot(scan.toMm(i), normal);
        range[0] = std::min(range[0], at);
        range[1] = std::max(range[1], at);
    }
    return range;
}

std::array<std::int64_t, 2> sliceNumber(const Geometry& scan, const Vector3& normal, const Vector3& mm)
{
    const auto range = extentMm(scan, normal);
    const double step = sliceStepMm(scan, normal);
    const auto count = static_cast<std::int64_t>(std::llround((range[1] - range[0]) / step)) + 1;
    const auto number = static_cast<std::int64_t>(std::llround((dot(mm, normal) - range[0]) / step)) + 1;
    return {std::clamp<std::int64_t>(number, 1, count), count};
}

std::string directionLetters(const Vector3& lps)
{
    std::array<std::size_t, 3> order{0, 1, 2};
    std::sort(order.begin(), order.end(),
              [&](auto a, auto b) { return std::abs(lps[a]) > std::abs(lps[b]); });
    // People read H and F (head, feet) on a picture.
    static constexpr const char* letters[3] = {"RL", "AP", "FH"};
    std::string text;
    for (const std::size_t a : order)
        if (std::abs(lps[a]) > 0.34 * length(lps))
            text += letters[a][lps[a] > 0];
    return text;
}

Vector3 middleMm(const Geometry& scan)
{
    return scan.toMm(Vector3{0.5 * double(scan.size()[0] - 1), 0.5 * double(scan.size()[1] - 1),
                             0.5 * double(scan.size()[2] - 1)});
}

} // namespace hounsfield
