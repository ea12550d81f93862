#include "tests/support/catch.h"
#include "volume/Error.h"
#include "volume/Statistics.h"

#include <numbers>

using namespace hounsfield;

namespace {

Mask ball(const Geometry& g, const Vector3& centreMm, double radiusMm)
{
    std::vector<std::uint8_t> inside(static_cast<std::size_t>(g.voxelCount()));
    for (std::int64_t k = 0; k < g.size()[2]; ++k)
        for (std::int64_t j = 0; j < g.size()[1]; ++j)
            for (std::int64_t i = 0; i < g.size()[0]; ++i)
                inside[static_cast<std::size_t>(g.offset({i, j, k}))] = length(g.toMm(Index3{i, j, k}) - centreMm) <= radiusMm;
    return Mask::fromGrid(g, inside);
}

} // namespace

TEST_CASE("a ball has the volume and the centre that the formula says, on an oblique sheared grid")
{
    const Geometry g({60, 60, 60}, {-30, -35, -28}, {{{0.9, -0.2, 0.1}, {0.2, 1.0, 0.3}, {0, 0.1, 0.9}}});
    const Vector3 centre = g.toMm(Index3{30, 29, 31});
    const Mask mask = ball(g, centre, 20);
    const Statistics s = measure(mask, Volume(g, std::vector<std::int16_t>(static_cast<std::size_t>(g.voxelCount()), 40)));
    CHECK(s.volumeMl == Approx(4.0 / 3 * std::numbers::pi * 8).epsilon(0.01));
    CHECK(length(s.centroidMm - centre) < 0.1);
    CHECK(s.leavesScan.empty());
}

TEST_CASE("Hounsfield statistics are those of the voxels inside, and of no other")
{
    const Geometry g = Geometry::fromSpacing({4, 1, 1}, {0, 0, 0}, {1, 1, 1});
    const Volume volume(g, {-1000, 10, 20, 60});
    const Statistics s = measure(Mask::fromGrid(g, {0, 1, 1, 1}), volume);
    REQUIRE(s.hu);
    CHECK(s.hu->mean == Approx(30));
    CHECK(s.hu->standardDeviation == Approx(std::sqrt((400 + 100 + 900) / 3.0)));
    CHECK(s.hu->median == 20);
    CHECK(s.hu->minimum == 10);
    CHECK(s.hu->maximum == 60);
    CHECK(measure(Mask::fromGrid(g, {1, 1, 1, 1}), volume).hu->median == 15);
    CHECK_FALSE(measure(Mask(g), volume).hu);
}

TEST_CASE("a mask that touches the scan's edge says on which side of the patient")
{
    const Geometry g({3, 3, 3}, {0, 0, 0}, {{{-1, 0, 0}, {0, 1, 0}, {0, 0, 1}}});
    const Volume volume(g, std::vector<std::int16_t>(27, 0));
    std::vector<std::uint8_t> inside(27, 0);
    inside[static_cast<std::size_t>(g.offset({2, 1, 0}))] = 1;
    CHECK(measure(Mask::fromGrid(g, inside), volume).leavesScan == "RI");
}

TEST_CASE("voxels that touch by a corner are one component, and the largest comes first")
{
    const Geometry g = Geometry::fromSpacing({7, 2, 2}, {0, 0, 0}, {1, 1, 1});
    std::vector<std::uint8_t> inside(28, 0);
    for (const Index3& i : {Index3{0, 0, 0}, Index3{3, 0, 0}, Index3{4, 1, 1}, Index3{6, 0, 0}})
        inside[static_cast<std::size_t>(g.offset(i))] = 1;
    const auto parts = components(Mask::fromGrid(g, inside));
    REQUIRE(parts.size() == 3);
    CHECK(parts[0].count() == 2);
    CHECK(parts[0].at({4, 1, 1}));
    CHECK(parts[1].at({0, 0, 0}));
    CHECK(parts[2].at({6, 0, 0}));
}

TEST_CASE("a mask on another grid is not measured")
{
    const Geometry g = Geometry::fromSpacing({2, 2, 2}, {0, 0, 0}, {1, 1, 1});
    const Geometry other = Geometry::fromSpacing({2, 2, 2}, {5, 0, 0}, {1, 1, 1});
    CHECK_THROWS_AS(measure(Mask(g), Volume(other, std::vector<std::int16_t>(8, 0))), Error);
}
