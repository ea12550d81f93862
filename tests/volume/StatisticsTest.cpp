// SPDX-License-Identifier: Apache-2.0
#include "volume/Statistics.h"
#include "tests/support/catch.h"
#include "volume/Components.h"
#include "volume/Error.h"

#include <numbers>

#include <algorithm>

using namespace hounsfield;

namespace {

Mask ball(const Geometry& g, const Vector3& centreMm, double radiusMm)
{
    std::vector<std::uint8_t> inside(static_cast<std::size_t>(g.voxelCount()));
    for (std::int64_t k = 0; k < g.size()[2]; ++k)
        for (std::int64_t j = 0; j < g.size()[1]; ++j)
            for (std::int64_t i = 0; i < g.size()[0]; ++i)
                inside[static_cast<std::size_t>(g.offset({i, j, k}))] =
                    length(g.toMm(Index3{i, j, k}) - centreMm) <= radiusMm;
    return Mask::fromGrid(g, inside);
}

} // namespace

TEST_CASE("a ball has the volume and the centre that the formula says, on an oblique sheared grid")
{
    const Geometry g({60, 60, 60}, {-30, -35, -28}, {{{0.9, -0.2, 0.1}, {0.2, 1.0, 0.3}, {0, 0.1, 0.9}}});
    const Vector3 centre = g.toMm(Index3{30, 29, 31});
    const Mask mask = ball(g, centre, 20);
    const Statistics s =
        measure(mask, Volume(g, std::vector<std::int16_t>(static_cast<std::size_t>(g.voxelCount()), 40)));
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

namespace {

/// Voxels of each component by a plain flood fill over 26 neighbours, largest first: slow, and easy to
/// believe.
std::vector<std::vector<std::size_t>> floodFilled(const Geometry& g, std::vector<std::uint8_t> waiting)
{
    std::vector<std::vector<std::size_t>> found;
    const Index3 n = g.size();
    for (std::size_t start = 0; start < waiting.size(); ++start) {
        if (!waiting[start])
            continue;
        std::vector<std::size_t> members{start};
        waiting[start] = 0;
        for (std::size_t m = 0; m < members.size(); ++m) {
            const auto at = static_cast<std::int64_t>(members[m]);
            const Index3 v{at % n[0], at / n[0] % n[1], at / (n[0] * n[1])};
            for (std::int64_t step = 0; step < 27; ++step) {
                const Index3 w{v[0] + step % 3 - 1, v[1] + step / 3 % 3 - 1, v[2] + step / 9 - 1};
                if (g.box().contains(w) && waiting[static_cast<std::size_t>(g.offset(w))]) {
                    waiting[static_cast<std::size_t>(g.offset(w))] = 0;
                    members.push_back(static_cast<std::size_t>(g.offset(w)));
                }
            }
        }
        std::sort(members.begin(), members.end());
        found.push_back(std::move(members));
    }
    std::stable_sort(found.begin(), found.end(),
                     [](const auto& a, const auto& b) { return a.size() > b.size(); });
    return found;
}

} // namespace

TEST_CASE("components are those of a flood fill, in its order, whether sparse, dense or thin")
{
    std::uint32_t random = 7;
    for (const Index3& size : {Index3{23, 17, 11}, Index3{1, 40, 9}, Index3{64, 1, 1}, Index3{5, 5, 5}})
        for (const std::uint32_t percent : {2u, 8u, 20u, 60u, 100u, 0u}) {
            const Geometry g = Geometry::fromSpacing(size, {0, 0, 0}, {1, 1, 1});
            std::vector<std::uint8_t> inside(static_cast<std::size_t>(g.voxelCount()));
            for (auto& v : inside)
                v = ((random = random * 1664525u + 1013904223u) >> 8) % 100 < percent;
            const auto expected = floodFilled(g, inside);
            const auto found = components(Mask::fromGrid(g, inside));
            INFO(size[0] << " x " << size[1] << " x " << size[2] << ", " << percent << " %");
            REQUIRE(found.size() == expected.size());
            for (std::size_t c = 0; c < found.size(); ++c) {
                std::vector<std::size_t> members;
                forEachVoxel(found[c], [&](const Index3& v) {
                    members.push_back(static_cast<std::size_t>(g.offset(v)));
                });
                std::sort(members.begin(), members.end());
                CHECK(members == expected[c]);
            }
            const auto two = components(Mask::fromGrid(g, inside), 2);
            REQUIRE(two.size() == std::min<std::size_t>(2, expected.size()));
            for (std::size_t c = 0; c < two.size(); ++c)
                CHECK(two[c].toGrid() == found[c].toGrid());
        }
}
