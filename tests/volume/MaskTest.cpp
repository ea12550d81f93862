// SPDX-License-Identifier: Apache-2.0
#include "volume/Mask.h"
#include "tests/support/catch.h"
#include "volume/Error.h"

using namespace hounsfield;

namespace {

const Geometry grid = Geometry::fromSpacing({6, 5, 4}, {0, 0, 0}, {1, 2, 3});

} // namespace

TEST_CASE("a mask keeps only the bounding box of what is inside and gives the whole grid back")
{
    std::vector<std::uint8_t> inside(120, 0);
    inside[static_cast<std::size_t>(grid.offset({1, 2, 3}))] = 7;
    inside[static_cast<std::size_t>(grid.offset({4, 3, 3}))] = 1;
    const Mask mask = Mask::fromGrid(grid, inside);
    CHECK(mask.box() == IndexBox{{1, 2, 3}, {5, 4, 4}});
    CHECK(mask.boxVoxels().size() == 8);
    CHECK(mask.count() == 2);
    CHECK(mask.at({1, 2, 3}));
    CHECK_FALSE(mask.at({2, 2, 3}));
    CHECK_FALSE(mask.at({0, 0, 0}));
    inside[static_cast<std::size_t>(grid.offset({1, 2, 3}))] = 1;
    CHECK(mask.toGrid() == inside);
    CHECK(mask.volumeMl() == Approx(2 * 6 / 1000.0));
}

TEST_CASE("a mask given as a box lands where the box lies")
{
    const Mask mask = Mask::fromBox(grid, {{2, 1, 0}, {4, 3, 2}}, {0, 0, 0, 0, 1, 0, 0, 0});
    CHECK(mask.count() == 1);
    CHECK(mask.at({2, 1, 1}));
}

TEST_CASE("an empty mask has no box and no volume")
{
    const Mask mask = Mask::fromGrid(grid, std::vector<std::uint8_t>(120, 0));
    CHECK(mask.empty());
    CHECK(mask.box().empty());
    CHECK(mask.volumeMl() == 0);
}

TEST_CASE("a mask that does not fit its grid is refused")
{
    CHECK_THROWS_AS(Mask::fromGrid(grid, std::vector<std::uint8_t>(119, 0)), Error);
    CHECK_THROWS_AS(Mask::fromBox(grid, {{5, 0, 0}, {7, 1, 1}}, {1, 1}), Error);
}
