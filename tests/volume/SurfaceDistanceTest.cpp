// SPDX-License-Identifier: Apache-2.0
#include "volume/SurfaceDistance.h"
#include "tests/support/catch.h"
#include "volume/Error.h"

#include <cmath>
#include <limits>
#include <random>

using namespace hounsfield;

namespace {

Mask ball(const Geometry& grid, const Vector3& centreMm, double radiusMm)
{
    std::vector<std::uint8_t> inside(std::size_t(grid.voxelCount()), 0);
    for (std::int64_t k = 0; k < grid.size()[2]; ++k)
        for (std::int64_t j = 0; j < grid.size()[1]; ++j)
            for (std::int64_t i = 0; i < grid.size()[0]; ++i)
                inside[std::size_t(grid.offset({i, j, k}))] =
                    length(grid.toMm(Index3{i, j, k}) - centreMm) <= radiusMm;
    return Mask::fromGrid(grid, inside);
}

Mask box(const Geometry& grid, const Index3& begin, const Index3& end)
{
    const Index3 size = IndexBox{begin, end}.size();
    return Mask::fromBox(grid, {begin, end},
                         std::vector<std::uint8_t>(std::size_t(size[0] * size[1] * size[2]), 1));
}

} // namespace

TEST_CASE(
    "distances to the nearest site are those of a search through all sites, on a grid of three spacings")
{
    const Index3 size{9, 7, 5};
    const Vector3 spacing{0.7, 1.5, 3};
    std::mt19937 random(4);
    std::vector<std::uint8_t> sites(9 * 7 * 5, 0);
    for (int n = 0; n < 12; ++n)
        sites[random() % sites.size()] = 1;
    const auto squared = squaredDistancesMm(sites, size, spacing);
    const auto place = [&](std::size_t v) {
        const auto n = std::int64_t(v);
        return Vector3{spacing[0] * double(n % 9), spacing[1] * double(n / 9 % 7),
                       spacing[2] * double(n / 63)};
    };
    for (std::size_t v = 0; v < sites.size(); ++v) {
        double nearest = 1e9;
        for (std::size_t s = 0; s < sites.size(); ++s)
            if (sites[s])
                nearest = std::min(nearest, length(place(v) - place(s)));
        REQUIRE(std::sqrt(squared[v]) == Approx(nearest).margin(1e-5));
    }
}

TEST_CASE("without a site every distance is infinite")
{
    for (const float squared : squaredDistancesMm(std::vector<std::uint8_t>(8, 0), {2, 2, 2}, {1, 1, 1}))
        CHECK(std::isinf(squared));
}

TEST_CASE("surfaces of two balls about one centre are the difference of their radii apart")
{
    const Geometry grid = Geometry::fromSpacing({61, 61, 31}, {0, 0, 0}, {1, 1, 2});
    const Mask small = ball(grid, {30, 30, 30}, 18), large = ball(grid, {30, 30, 30}, 24);
    const auto near = surfaceAgreement(small, large, 3);
    REQUIRE(near);
    CHECK(near->meanMm == Approx(6).margin(0.4));
    CHECK(near->percentile95Mm == Approx(6).margin(1));
    CHECK(near->withinTolerance < 0.02);
    CHECK(surfaceAgreement(small, large, 7.5)->withinTolerance == 1);
}

TEST_CASE(
    "a box shifted by three voxels of 2 mm is 6 mm off at two of its faces, and the tolerance is inclusive")
{
    const Geometry grid = Geometry::fromSpacing({40, 40, 40}, {5, 5, 5}, {2, 1, 1});
    const Mask here = box(grid, {5, 5, 5}, {15, 35, 35}), there = box(grid, {8, 5, 5}, {18, 35, 35});
    const auto agreement = surfaceAgreement(here, there, 2);
    REQUIRE(agreement);
    CHECK(agreement->percentile95Mm == Approx(6));
    // Of the 2728 surface voxels of each box these are over 2 mm off: the far face (900), the ring beside it
    // at 4 mm (116), and of the face that lies inside the other box what is over two voxels from that box's
    // sides (24 x 24).
    CHECK(agreement->withinTolerance == Approx((2728 - 900 - 116 - 576) / 2728.0));
    CHECK(surfaceAgreement(here, there, 6)->withinTolerance == 1);
    CHECK(surfaceAgreement(here, there, 5.9)->withinTolerance < 1);
    CHECK(surfaceAgreement(there, here, 2)->meanMm == Approx(agreement->meanMm));
}

TEST_CASE("a mask agrees with itself, and no distance is told to an empty one")
{
    const Geometry grid = Geometry::fromSpacing({10, 10, 10}, {0, 0, 0}, {1, 1, 1});
    const Mask cube = box(grid, {0, 0, 0}, {5, 5, 5});
    const auto same = surfaceAgreement(cube, cube, 0);
    REQUIRE(same);
    CHECK(same->withinTolerance == 1);
    CHECK(same->meanMm == 0);
    CHECK_FALSE(surfaceAgreement(cube, Mask(grid), 3));
    CHECK_FALSE(surfaceAgreement(Mask(grid), Mask(grid), 3));
    CHECK_THROWS_AS(surfaceAgreement(cube, Mask(Geometry()), 3), Error);
}
