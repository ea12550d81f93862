// SPDX-License-Identifier: Apache-2.0
#include "volume/Lesions.h"
#include "tests/support/StopLooks.h"
#include "tests/support/catch.h"

#include <cmath>

using namespace hounsfield;

namespace {

/// A rotation about an axis (Rodrigues).
Matrix3 rotation(const Vector3& about, double degrees)
{
    const Vector3 u = (1 / length(about)) * about;
    const double angle = degrees * M_PI / 180, c = std::cos(angle), s = std::sin(angle);
    Matrix3 r;
    for (std::size_t i = 0; i < 3; ++i)
        for (std::size_t j = 0; j < 3; ++j)
            r[i][j] = (i == j ? c : 0) + (1 - c) * u[i] * u[j];
    r[0][1] -= s * u[2];
    r[0][2] += s * u[1];
    r[1][0] += s * u[2];
    r[1][2] -= s * u[0];
    r[2][0] -= s * u[1];
    r[2][1] += s * u[0];
    return r;
}

struct Grid {
    const char* name;
    Geometry geometry;
};

/// 0.5 mm in plane, 1 mm slices, 110 mm wide, the middle at the origin.
std::vector<Grid> grids()
{
    const auto about = [](const Matrix3& m) {
        const Index3 size{220, 220, 110};
        const Vector3 middle = m * Vector3{109.5, 109.5, 54.5};
        return Geometry(size, -1.0 * middle, m);
    };
    const Matrix3 straight{Vector3{0.5, 0, 0}, Vector3{0, 0.5, 0}, Vector3{0, 0, 1}};
    Matrix3 tilted =
        straight; // a gantry tilt of 20 degrees: slices stay as they are, each a little further back
    tilted[1][2] = std::tan(20 * M_PI / 180);
    const Matrix3 oblique = rotation({1, 2, 3}, 25) * straight;
    const Matrix3 flipped{Vector3{0, -0.5, 0}, Vector3{-0.5, 0, 0}, Vector3{0, 0, -1}};
    return {{"axial", about(straight)},
            {"tilted", about(tilted)},
            {"oblique", about(oblique)},
            {"flipped", about(flipped)}};
}

template <typename Inside> Mask painted(const Geometry& g, Inside&& inside)
{
    std::vector<std::uint8_t> voxels;
    for (std::int64_t k = 0; k < g.size()[2]; ++k)
        for (std::int64_t j = 0; j < g.size()[1]; ++j)
            for (std::int64_t i = 0; i < g.size()[0]; ++i)
                voxels.push_back(inside(g.toMm(Index3{i, j, k})));
    return Mask::fromGrid(g, voxels);
}

/// In the slice's own axes, so that its plane is the lesion's.
Vector3 inSlices(const Geometry& g, const Vector3& mm)
{
    const Vector3 a = column(g.direction(), 0), b0 = column(g.direction(), 1);
    const Vector3 b = (1 / length(b0 - dot(b0, a) * a)) * (b0 - dot(b0, a) * a);
    return {dot(mm, a), dot(mm, b), dot(mm, cross(a, b))};
}

double within(double value, double known)
{
    return std::abs(value / known - 1);
}

const Volume& anyVolume(const Geometry& g)
{
    static std::unique_ptr<Volume> volume;
    volume =
        std::make_unique<Volume>(g, std::vector<std::int16_t>(static_cast<std::size_t>(g.voxelCount()), 40));
    return *volume;
}

} // namespace

TEST_CASE(
    "the diameters of an ellipsoid are right to 1 percent in straight, tilted, oblique and flipped grids")
{
    for (const Grid& grid : grids()) {
        INFO(grid.name);
        // 90 x 60 mm in the slice's plane, turned by 30 degrees in it; 70 mm high.
        const Mask mask = painted(grid.geometry, [&](const Vector3& mm) {
            const Vector3 p = rotation({0, 0, 1}, -30) * inSlices(grid.geometry, mm);
            return p[0] * p[0] / (45 * 45) + p[1] * p[1] / (30 * 30) + p[2] * p[2] / (35 * 35) <= 1;
        });
        const Diameters d = diameters(mask);
        CHECK(within(d.longest.mm(), 90) < 0.012);
        CHECK(within(d.perpendicular.mm(), 60) < 0.012);
        CHECK(within(d.longest3d.mm(), 90) < 0.015);
        CHECK(std::abs(dot(d.longest.to - d.longest.from, d.perpendicular.to - d.perpendicular.from)) < 1e-6);
        CHECK(within(mask.volumeMl(), 4.0 / 3 * M_PI * 45 * 30 * 35 / 1000) < 0.005);
        // The slice through the middle, in which both ends lie.
        CHECK(length(0.5 * (d.longest.from + d.longest.to)) < 2);
        CHECK(std::abs(grid.geometry.toIndex(d.longest.to)[2] - double(d.slice)) < 1e-6);
    }
}

TEST_CASE("a turned box has its diagonal as longest diameter and the widest line across it as the other")
{
    for (const Grid& grid : grids()) {
        INFO(grid.name);
        const Mask mask = painted(grid.geometry, [&](const Vector3& mm) {
            const Vector3 p = rotation({0, 0, 1}, -20) * inSlices(grid.geometry, mm);
            return std::abs(p[0]) <= 40 && std::abs(p[1]) <= 20 && std::abs(p[2]) <= 15;
        });
        const Diameters d = diameters(mask);
        const double diagonal = std::hypot(80.0, 40.0);
        CHECK(within(d.longest.mm(), diagonal) < 0.012);
        // A line at right angles to the diagonal, from one long side to the other: 40 / cos of the angle that
        // it makes with them.
        CHECK(within(d.perpendicular.mm(), 40 / std::cos(std::atan2(40.0, 80.0))) < 0.015);
        CHECK(within(d.longest3d.mm(), std::hypot(diagonal, 30.0)) < 0.015);
    }
}

TEST_CASE("the short axis of a dumbbell is that of its larger ball, not of its bar, and stays inside")
{
    const Geometry g = grids()[0].geometry;
    const Mask mask = painted(g, [](const Vector3& p) {
        const auto ball = [&](double x, double r) {
            return (p[0] - x) * (p[0] - x) + p[1] * p[1] + p[2] * p[2] <= r * r;
        };
        return ball(-30, 15) || ball(35, 10) ||
               (std::abs(p[1]) < 3 && std::abs(p[2]) < 3 && p[0] > -30 && p[0] < 35);
    });
    const Diameters d = diameters(mask);
    CHECK(within(d.longest.mm(), 90) < 0.012);
    CHECK(within(d.perpendicular.mm(), 30) < 0.035);
    CHECK(d.perpendicular.from[0] < -20);
}

TEST_CASE("the long axis is not drawn from one part of a slice to another")
{
    const Geometry g = grids()[0].geometry;
    // A horseshoe standing upright: in each upper slice two separate legs of 12 mm, 60 mm apart.
    const Mask mask = painted(g, [](const Vector3& p) {
        const bool legs = std::abs(std::abs(p[0]) - 30) < 6 && std::abs(p[1]) < 6 && p[2] > -20 && p[2] < 20;
        const bool bow = std::abs(p[0]) < 36 && std::abs(p[1]) < 6 && p[2] <= -20 && p[2] > -22.6;
        return legs || bow;
    });
    const Diameters d = diameters(mask);
    CHECK(within(d.longest.mm(), std::hypot(72.0, 12.0)) < 0.012); // in the bow
    CHECK(double(d.slice) < 54.5 - 20);
}

TEST_CASE("slices are counted from head to foot whatever the order of the file's axes")
{
    // A grid whose first axis runs from head to foot.
    const Geometry g({60, 200, 200}, {-50, -50, 30},
                     {Vector3{0, 0.5, 0}, Vector3{0, 0, 0.5}, Vector3{-1, 0, 0}});
    CHECK(sliceAxisOf(g) == 0);
    const Mask mask = painted(g, [](const Vector3& p) {
        return p[0] * p[0] / 400 + p[1] * p[1] / 100 + p[2] * p[2] / (25 * 25) <= 1;
    });
    const Diameters d = diameters(mask);
    CHECK(d.sliceAxis == 0);
    CHECK(within(d.longest.mm(), 40) < 0.025);
    CHECK(within(d.perpendicular.mm(), 20) < 0.05);
    CHECK(within(d.longest3d.mm(), 50) < 0.025);
}

TEST_CASE("lesions come largest first with volume, density, organ and side")
{
    const Geometry g = grids()[0].geometry;
    const auto ball = [&](const Vector3& at, double r) {
        return [=](const Vector3& p) { return dot(p - at, p - at) <= r * r; };
    };
    const Mask right = painted(g, ball({-30, 0, 0}, 20)), left = painted(g, ball({30, 0, 0}, 20));
    const auto one = ball({-28, 0, 0}, 5), two = ball({33, 0, 0}, 9), away = ball({30, 44, 0}, 4);
    const Mask lesions = painted(g, [&](const Vector3& p) { return one(p) || two(p) || away(p); });
    std::vector<std::int16_t> hu;
    for (std::int64_t k = 0; k < g.size()[2]; ++k)
        for (std::int64_t j = 0; j < g.size()[1]; ++j)
            for (std::int64_t i = 0; i < g.size()[0]; ++i)
                hu.push_back(two(g.toMm(Index3{i, j, k})) ? 70 : 20);
    const LesionList list = lesionsOf(lesions, Volume(g, hu), {&right, &left}, nullptr);
    REQUIRE(list.lesions.size() == 3);
    CHECK(within(list.lesions[0].statistics.volumeMl, 4.0 / 3 * M_PI * 9 * 9 * 9 / 1000) < 0.01);
    CHECK(list.lesions[0].statistics.hu->mean == 70);
    CHECK(list.lesions[0].host == 1);
    CHECK(list.lesions[0].hostShare == 1);
    CHECK(list.lesions[1].host == 0);
    CHECK(list.lesions[2].host == 1);
    CHECK(list.lesions[2].hostShare == 0);
    CHECK(std::abs(list.lesions[2].hostDistanceMm - 24) < 1.5);
    CHECK_FALSE(list.lesions[0].meanProbability);
}

TEST_CASE("a lesion's mean probability is read where the lesion lies")
{
    const Geometry g = grids()[0].geometry;
    const Mask mask = painted(g, [](const Vector3& p) { return length(p) <= 12; });
    // On a grid of its own: 0.2 left of the middle plane, 0.8 right of it.
    const Geometry coarse({40, 40, 40}, {-29.25, -29.25, -29.25},
                          {Vector3{1.5, 0, 0}, Vector3{0, 1.5, 0}, Vector3{0, 0, 1.5}});
    std::vector<std::int16_t> thousandths;
    for (std::int64_t n = 0; n < 64000; ++n)
        thousandths.push_back(n % 40 < 20 ? 200 : 800);
    const Volume probability(coarse, thousandths);
    const LesionList list = lesionsOf(mask, anyVolume(g), {}, &probability);
    REQUIRE(list.lesions.size() == 1);
    CHECK(list.lesions[0].meanProbability.value() == Approx(0.5).margin(0.03));
}

TEST_CASE("what RECIST calls measurable is, and says why not")
{
    const auto lesion = [](double radius, double slices, bool atEdge) {
        const Geometry g({160, 160, 20}, {-40, -40, -10 * slices},
                         {Vector3{0.5, 0, 0}, Vector3{0, 0.5, 0}, Vector3{0, 0, slices}});
        const double x = atEdge ? -40 : 0;
        const Mask mask = painted(g, [&](const Vector3& p) {
            return (p[0] - x) * (p[0] - x) + p[1] * p[1] <= radius * radius && std::abs(p[2]) <= slices;
        });
        return lesionsOf(mask, anyVolume(g), {}, nullptr).lesions.at(0);
    };
    CHECK(measurability(lesion(5.5, 2, false), false).measurable);
    CHECK(measurability(lesion(4, 2, false), false).why.find("under 10 mm") != std::string::npos);
    CHECK_FALSE(measurability(lesion(4, 2, false), false).measurable);
    CHECK(measurability(lesion(7, 8, false), false).why.find("twice the distance of slices") !=
          std::string::npos);
    CHECK(measurability(lesion(9, 8, false), false).measurable);
    CHECK(measurability(lesion(9, 2, true), false).why.find("edge") != std::string::npos);
    CHECK(measurability(lesion(9, 2, false), true).why.find("cyst") != std::string::npos);
}

TEST_CASE("measuring lesions is stopped before every lesion and every organ")
{
    const Geometry grid = Geometry::fromSpacing({60, 20, 20}, {0, 0, 0}, {1, 1, 1});
    const Mask lesions = painted(grid, [](const Vector3& at) { return std::fmod(at[0], 20) < 6; });
    const Mask organ = painted(grid, [](const Vector3& at) { return at[0] > 55; });
    const auto measured = [&](const Progress& stop) {
        lesionsOf(lesions, anyVolume(grid), {&organ, &organ}, nullptr, stop);
    };
    CHECK(hounsfield::test::checkEveryLookStops(measured) == 3 + 3 * 2);
}
