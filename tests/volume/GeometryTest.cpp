// SPDX-License-Identifier: Apache-2.0
#include "volume/Geometry.h"
#include "tests/support/catch.h"
#include "volume/Error.h"

#include <limits>
#include <numbers>

using namespace hounsfield;

namespace {

Geometry oblique()
{
    const double a = 20 * std::numbers::pi / 180;
    const Matrix3 turn{{{std::cos(a), -std::sin(a), 0}, {std::sin(a), std::cos(a), 0}, {0, 0, 1}}};
    return Geometry::fromSpacing({40, 50, 60}, {-100, 30, 7}, {0.7, 0.8, 2.5}, turn);
}

} // namespace

TEST_CASE("a voxel's place in millimetres leads back to the voxel on an oblique grid")
{
    const Geometry g = oblique();
    const Vector3 index{3.25, 17.5, 41};
    const Vector3 back = g.toIndex(g.toMm(index));
    for (int a = 0; a < 3; ++a)
        CHECK(back[a] == Approx(index[a]).epsilon(1e-12));
}

TEST_CASE("the volume of a voxel of a sheared grid is base times height, not the product of its edges")
{
    // A gantry tilt of 30 degrees: the third axis leans, its height stays 2 mm.
    const double lean = 2 * std::tan(std::numbers::pi / 6);
    const Geometry g({10, 10, 10}, {0, 0, 0}, {{{1, 0, 0}, {0, 1, lean}, {0, 0, 2}}});
    CHECK(g.voxelVolumeMl() == Approx(0.002));
    CHECK_FALSE(g.isOrthogonal());
    CHECK(g.shearDegrees() == Approx(30));
}

TEST_CASE("an axis that grows to the patient's left is called L, and flipped it is called R")
{
    CHECK(Geometry::fromSpacing({2, 2, 2}, {0, 0, 0}, {1, 1, 1}).orientation() == "LPS");
    CHECK(Geometry({2, 2, 2}, {0, 0, 0}, {{{-1, 0, 0}, {0, -1, 0}, {0, 0, 1}}}).orientation() == "RAS");
    CHECK(Geometry({2, 2, 2}, {0, 0, 0}, {{{0, -1, 0}, {0, 0, -3}, {2, 0, 0}}}).orientation() == "SRA");
}

TEST_CASE("a NIfTI affine becomes LPS and comes back unchanged")
{
    const std::array<std::array<double, 4>, 3> affine{
        {{-0.9, 0.1, 0, 120}, {0.2, -0.8, 0.3, -30}, {0, 0.1, 2.5, 700}}};
    const Geometry g = Geometry::fromRasAffine({4, 5, 6}, affine);
    CHECK(g.originMm() == Vector3{-120, 30, 700});
    CHECK(g.rasAffine() == affine);
}

TEST_CASE("a geometry that spans no volume is refused")
{
    CHECK_THROWS_AS(Geometry({0, 2, 2}, {0, 0, 0}, {{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}}), Error);
    CHECK_THROWS_AS(Geometry({2, 2, 2}, {0, 0, 0}, {{{1, 1, 0}, {0, 0, 0}, {0, 0, 1}}}), Error);
    CHECK_THROWS_AS(Geometry::fromSpacing({2, 2, 2}, {0, 0, 0}, {1, 0, 1}), Error);
    CHECK_THROWS_AS(
        Geometry::fromSpacing({2, 2, 2}, {0, std::numeric_limits<double>::quiet_NaN(), 0}, {1, 1, 1}), Error);
}

TEST_CASE("two grids are the same only when all corners agree")
{
    const Geometry g = oblique();
    Vector3 moved = g.originMm();
    moved[0] += 0.01;
    CHECK(g.sameGrid(oblique()));
    CHECK_FALSE(g.sameGrid(Geometry(g.size(), moved, g.matrix())));
    CHECK_FALSE(g.sameGrid(Geometry({40, 50, 61}, g.originMm(), g.matrix())));
}
