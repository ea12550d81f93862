// SPDX-License-Identifier: Apache-2.0
#include "inference/internal/CleanUp.h"
#include "inference/internal/Regions.h"
#include "inference/internal/VolumeRange.h"
#include "tests/support/StopLooks.h"
#include "tests/support/catch.h"

#include <algorithm>
#include <cmath>
#include <random>

using namespace hounsfield;

namespace {

constexpr double spacing = 1.5;
const Index3 size{120, 60, 70};

Voxels nothing()
{
    return Voxels(static_cast<std::size_t>(size[0] * size[1] * size[2]), 0);
}

std::size_t offset(std::int64_t x, std::int64_t y, std::int64_t z)
{
    return static_cast<std::size_t>((x * size[1] + y) * size[2] + z);
}

/// Paints an ellipsoid: centre and radii in voxels along X, Y, Z.
void ellipsoid(Voxels& voxels, const Vector3& centre, const Vector3& radii)
{
    for (std::int64_t x = 0; x < size[0]; ++x)
        for (std::int64_t y = 0; y < size[1]; ++y)
            for (std::int64_t z = 0; z < size[2]; ++z) {
                const Vector3 d{(double(x) - centre[0]) / radii[0], (double(y) - centre[1]) / radii[1],
                                (double(z) - centre[2]) / radii[2]};
                if (dot(d, d) <= 1)
                    voxels[offset(x, y, z)] = 1;
            }
}

Voxels ball(const Vector3& centre, double radius)
{
    Voxels voxels = nothing();
    ellipsoid(voxels, centre, {radius, radius, radius});
    return voxels;
}

ModelMasks masksOf(std::map<int, Voxels> voxels)
{
    ModelMasks masks;
    masks.size = size;
    masks.spacingMm = spacing;
    masks.voxelMl = spacing * spacing * spacing / 1000;
    masks.masks = std::move(voxels);
    return masks;
}

std::vector<ModelClass> classes()
{
    std::vector<ModelClass> all(32);
    for (int id = 1; id <= 32; ++id) {
        all[std::size_t(id - 1)].id = id;
        const char* lesion = id < 32 ? "tumor" : "cyst";
        all[std::size_t(id - 1)].kind = id < 26 ? "organ" : lesion;
    }
    all[25].hosts = all[31].hosts = {2, 3};
    all[26].hosts = {6};
    return all;
}

double mlOf(const ModelMasks& masks, int id, Removal::Why why)
{
    if (const auto found = masks.removals.find(id); found != masks.removals.end())
        for (const Removal& removal : found->second)
            if (removal.why == why)
                return removal.ml;
    return 0;
}

/// Right has the larger x. 36 mm wide each, 60 mm apart.
const Vector3 rightLung{90, 30, 35}, leftLung{30, 30, 35}, lungRadii{20, 18, 28};

} // namespace

TEST_CASE("what one lung's mask marks inside the other lung goes to the lung it lies in, and nothing is lost")
{
    Voxels trueRight = nothing(), trueLeft = nothing();
    ellipsoid(trueRight, rightLung, lungRadii);
    ellipsoid(trueLeft, leftLung, lungRadii);
    // A fifth of the left lung is marked as right, and a part of the right lung as both.
    Voxels right = trueRight, left = trueLeft;
    for (std::int64_t z = 0; z < 20; ++z)
        for (std::int64_t x = 0; x < 60; ++x)
            for (std::int64_t y = 0; y < size[1]; ++y)
                if (left[offset(x, y, z)]) {
                    left[offset(x, y, z)] = 0;
                    right[offset(x, y, z)] = 1;
                }
    for (std::int64_t x = 80; x < 100; ++x)
        for (std::int64_t y = 25; y < 35; ++y)
            left[offset(x, y, 35)] = right[offset(x, y, 35)];
    ModelMasks masks = masksOf({{16, right}, {17, left}});
    cleanUp(masks, classes(), CleanUp::Standard);
    CHECK(masks.masks[16] == trueRight);
    CHECK(masks.masks[17] == trueLeft);
    CHECK(masks.warnings.empty());
}

TEST_CASE("lungs that touch in front are cut where they touch, each voxel to the nearer")
{
    Voxels right = nothing(), left = nothing();
    ellipsoid(right, rightLung, lungRadii);
    ellipsoid(left, leftLung, lungRadii);
    // A thin bridge between them, all of it marked as the left lung, and on to the right lung's middle.
    for (std::int64_t x = 45; x < 92; ++x)
        for (std::int64_t y = 29; y < 32; ++y)
            for (std::int64_t z = 34; z < 37; ++z) {
                left[offset(x, y, z)] = 1;
                right[offset(x, y, z)] = 0;
            }
    ModelMasks masks = masksOf({{16, right}, {17, left}});
    cleanUp(masks, classes(), CleanUp::Standard);
    CHECK(masks.masks[16][offset(90, 30, 35)]);
    CHECK(masks.masks[16][offset(72, 30, 35)]);
    CHECK(masks.masks[17][offset(48, 30, 35)]);
    CHECK(masks.masks[17][offset(30, 30, 35)]);
    CHECK_FALSE(masks.masks[17][offset(72, 30, 35)]);
}

TEST_CASE("both lungs under one name are told apart by their place, and it is said")
{
    Voxels both = nothing();
    ellipsoid(both, rightLung, lungRadii);
    ellipsoid(both, leftLung, lungRadii);
    ModelMasks masks = masksOf({{16, both}, {17, nothing()}});
    cleanUp(masks, classes(), CleanUp::Standard);
    CHECK(masks.masks[16][offset(90, 30, 35)]);
    CHECK(masks.masks[17][offset(30, 30, 35)]);
    CHECK(countOf(masks.masks[16]) == countOf(masks.masks[17]));
    REQUIRE(masks.warnings[17].size() == 1);
    CHECK(masks.warnings[17][0].find("as one") != std::string::npos);
}

TEST_CASE("a single lung stays, and lungs on the wrong sides are not swapped but said")
{
    Voxels one = nothing(), other = nothing();
    ellipsoid(one, rightLung, lungRadii);
    ellipsoid(other, leftLung, lungRadii);
    ModelMasks single = masksOf({{16, one}, {17, nothing()}});
    cleanUp(single, classes(), CleanUp::Standard);
    CHECK(single.masks[16] == one);
    CHECK(countOf(single.masks[17]) == 0);

    ModelMasks swapped = masksOf({{16, other}, {17, one}});
    cleanUp(swapped, classes(), CleanUp::Standard);
    CHECK(swapped.masks[16] == other);
    CHECK(swapped.masks[17] == one);
    REQUIRE(swapped.warnings[16].size() == 1);
    CHECK(swapped.warnings[16][0].find("flipped") != std::string::npos);
}

TEST_CASE("an organ keeps a piece beside it, and loses a far one and a speck, each counted")
{
    Voxels spleen = ball({40, 30, 35}, 15), kept = spleen;
    const Voxels accessory = ball({40, 30, 58}, 5); // 4.5 mm from it
    const Voxels far = ball({105, 30, 35}, 6);      // over 60 mm away
    spleen = unionOf(unionOf(spleen, accessory), far);
    spleen[offset(5, 5, 5)] = 1;
    ModelMasks masks = masksOf({{1, spleen}});
    cleanUp(masks, classes(), CleanUp::Standard);
    CHECK(masks.masks[1] == unionOf(kept, accessory));
    CHECK(std::abs(mlOf(masks, 1, Removal::Why::Apart) - double(countOf(far)) * masks.voxelMl) < 1e-9);
    CHECK(std::abs(mlOf(masks, 1, Removal::Why::Speck) - masks.voxelMl) < 1e-9);
    CHECK(sentenceOf(masks.removals[1]) ==
          "Left out by the clean-up: 1 speck (0.00 mL), 1 piece apart from the rest (3.1 mL).");
}

TEST_CASE("a piece of the right kidney at the left kidney is left out as the other side's")
{
    const Voxels right = ball({95, 30, 35}, 12), left = ball({25, 30, 35}, 12);
    Voxels slip = ball({40, 30, 35}, 4);
    ModelMasks masks = masksOf({{2, unionOf(right, slip)}, {3, left}});
    cleanUp(masks, classes(), CleanUp::Standard);
    CHECK(masks.masks[2] == right);
    CHECK(mlOf(masks, 2, Removal::Why::OtherSide) > 0.8);
}

TEST_CASE("a tumor stays inside its organ and where it grows out of it, and goes where it lies elsewhere")
{
    const Voxels kidney = ball({95, 30, 35}, 14);
    Voxels inside = ball({95, 30, 35}, 4),
           exophytic = ball({95, 30, 54}, 9); // its far end 23 mm outside the kidney
    Voxels elsewhere = ball({20, 30, 35}, 5);
    ModelMasks masks =
        masksOf({{2, kidney}, {3, nothing()}, {26, unionOf(unionOf(inside, exophytic), elsewhere)}});
    cleanUp(masks, classes(), CleanUp::Standard);
    CHECK(masks.masks[26] == unionOf(inside, exophytic));
    CHECK(std::abs(mlOf(masks, 26, Removal::Why::OutsideHost) - double(countOf(elsewhere)) * masks.voxelMl) <
          1e-9);

    ModelMasks lost = masksOf({{2, nothing()}, {3, nothing()}, {26, elsewhere}});
    cleanUp(lost, classes(), CleanUp::Standard);
    CHECK(lost.masks[26] == elsewhere);
    REQUIRE(lost.warnings[26].size() == 1);
}

TEST_CASE("a mask most of which is far outside the organ is cut off 15 mm from it")
{
    const Voxels liver = ball({90, 30, 35}, 15);
    Voxels band = nothing();
    for (std::int64_t x = 20; x < 80; ++x)
        for (std::int64_t y = 28; y < 33; ++y)
            for (std::int64_t z = 33; z < 38; ++z)
                band[offset(x, y, z)] = 1;
    ModelMasks masks = masksOf({{6, liver}, {27, band}});
    cleanUp(masks, classes(), CleanUp::Standard);
    // The liver's surface is at x = 75, the reach 10 voxels.
    CHECK(masks.masks[27][offset(66, 30, 35)]);
    CHECK_FALSE(masks.masks[27][offset(63, 30, 35)]);
}

TEST_CASE("a piece of a tumor is kept whole where the model is sure of one voxel of it, and left out where "
          "it is of none")
{
    const Voxels liver = ball({40, 30, 35}, 25), sure = ball({30, 30, 35}, 6), unsure = ball({50, 30, 35}, 5);
    ModelMasks masks = masksOf({{6, liver}, {27, unionOf(sure, unsure)}});
    masks.sure[27] = {offset(33, 31, 37)}; // not its middle: anywhere in the piece
    cleanUp(masks, classes(), CleanUp::Standard);
    CHECK(masks.masks[27] == sure);
    CHECK(std::abs(mlOf(masks, 27, Removal::Why::Unsure) - double(countOf(unsure)) * masks.voxelMl) < 1e-9);
    CHECK(sentenceOf(masks.removals[27]) ==
          "Left out by the clean-up: 1 piece that the model is not sure enough of (1.7 mL).");

    // Of specks alone the one that it is sure of is the largest; where it is sure of none nothing is left,
    // and no speck is told of.
    for (const bool any : {true, false}) {
        masks = masksOf({{6, liver}, {27, nothing()}});
        for (const std::size_t v : {offset(40, 30, 35), offset(41, 30, 35), offset(30, 30, 35)})
            masks.masks[27][v] = 1;
        masks.sure[27] = any ? std::vector{offset(30, 30, 35)} : std::vector<std::size_t>{};
        cleanUp(masks, classes(), CleanUp::Standard);
        CHECK(countOf(masks.masks[27]) == (any ? 1 : 0));
        CHECK(masks.masks[27][offset(30, 30, 35)] == (any ? 1 : 0));
        CHECK(masks.warnings.count(27) == (any ? 1u : 0u));
        CHECK(mlOf(masks, 27, Removal::Why::Unsure) == 0);
    }

    // Without a peak, and for whoever wants nothing left out, all stays.
    for (const CleanUp rule : {CleanUp::Standard, CleanUp::None}) {
        masks = masksOf({{6, liver}, {27, unionOf(sure, unsure)}});
        if (rule == CleanUp::None)
            masks.sure[27] = {};
        cleanUp(masks, classes(), rule);
        CHECK(masks.masks[27] == unionOf(sure, unsure));
    }
}

TEST_CASE("what is left of a tumor at the border of its organ's reach must hold a sure voxel itself")
{
    // The same mask as a growth of another organ: a bulk far outside the liver, and a tail into it.
    const Voxels liver = ball({20, 30, 35}, 10);
    Voxels mask = ball({70, 30, 35}, 10);
    for (std::int64_t x = 20; x < 70; ++x)
        mask[offset(x, 30, 35)] = mask[offset(x, 31, 35)] = mask[offset(x, 30, 36)] = 1;
    for (const bool tailIsSure : {false, true}) {
        ModelMasks masks = masksOf({{6, liver}, {27, mask}});
        masks.sure[27] = {offset(70, 30, 35)};
        if (tailIsSure)
            masks.sure[27].push_back(offset(22, 30, 35));
        cleanUp(masks, classes(), CleanUp::Standard);
        CHECK(masks.masks[27][offset(70, 30, 35)] == 0);
        CHECK((countOf(masks.masks[27]) > 0) == tailIsSure);
        CHECK((mlOf(masks, 27, Removal::Why::Unsure) > 0) == !tailIsSure);
    }
}

TEST_CASE("dilation is by a ball")
{
    std::mt19937 random(3);
    Voxels seeds = nothing();
    std::vector<Vector3> places;
    for (int n = 0; n < 12; ++n) {
        const std::int64_t x = random() % 120, y = random() % 60, z = random() % 70;
        seeds[offset(x, y, z)] = 1;
        places.push_back({double(x), double(y), double(z)});
    }
    const Voxels within = withinMm(seeds, size, spacing, 8);
    std::int64_t wrong = 0;
    for (std::int64_t x = 0; x < size[0]; ++x)
        for (std::int64_t y = 0; y < size[1]; ++y)
            for (std::int64_t z = 0; z < size[2]; ++z) {
                double nearest = 1e9;
                for (const Vector3& p : places)
                    nearest = std::min(nearest, length(p - Vector3{double(x), double(y), double(z)}));
                wrong += within[offset(x, y, z)] != (nearest * spacing <= 8 ? 1 : 0);
            }
    CHECK(wrong == 0);
}

TEST_CASE(
    "the range of a volume counts what hangs together with the mask and nothing that the clean-up left out")
{
    // A core of 0.9, a shell of 0.4, a second such lesion that the clean-up took away, a lone haze of 0.4.
    Probabilities probability(nothing());
    const auto set = [&](const Voxels& where, double p) {
        for (std::size_t v = 0; v < where.size(); ++v)
            if (where[v])
                probability[v] = static_cast<std::uint8_t>(256 * p);
    };
    const Voxels shell = ball({30, 30, 35}, 10), core = ball({30, 30, 35}, 7), heart = ball({30, 30, 35}, 4),
                 removed = ball({90, 30, 35}, 6), haze = ball({60, 30, 35}, 6);
    set(shell, 0.4);
    set(core, 0.6);
    set(heart, 0.9);
    set(removed, 0.9);
    set(haze, 0.4);
    const VolumeRange range = volumeRange(core, probability, 0.5, size, 1);
    CHECK(range.lowMl == double(countOf(heart)));
    CHECK(range.highMl == double(countOf(shell)));
    // A lesion that was left out whole is in no range: not even its rim is.
    const VolumeRange leftOut = volumeRange(nothing(), probability, 0.5, size, 1);
    CHECK(leftOut.highMl == double(countOf(haze)));
    const VolumeRange none = volumeRange(nothing(), Probabilities(nothing()), 0.5, size, 1);
    CHECK(none.lowMl == 0);
    CHECK(none.highMl == 0);
}

TEST_CASE("a tumor is looked for with the organs that it may lie in, whatever the clean-up")
{
    for (const CleanUp rule : {CleanUp::None, CleanUp::Published, CleanUp::Standard})
        CHECK(classesNeeded({26}, classes(), rule) == std::vector<int>{2, 3, 26});
    CHECK(classesNeeded({2}, classes(), CleanUp::None) == std::vector<int>{2});
    CHECK(classesNeeded({2}, classes(), CleanUp::Standard) == std::vector<int>{2, 3});
    CHECK(classesNeeded({10}, classes(), CleanUp::Published) == std::vector<int>{10, 11});
}

TEST_CASE("of a lung that the scan's upper end cuts, gas far below it is left out, and a lung never for the "
          "sake of a piece above it")
{
    Voxels lung = nothing();
    ellipsoid(lung, {30, 30, 69}, {12, 12, 12}); // cut by the end
    ellipsoid(lung, {30, 30, 53}, {6, 6, 2});    // an island under collapsed lung, 4 mm below
    const Voxels own = lung;
    ellipsoid(lung, {30, 30, 25}, {8, 8, 8}); // gas, 27 mm below that
    ModelMasks masks = masksOf({{17, lung}});
    cleanUp(masks, classes(), CleanUp::Standard);
    CHECK(masks.masks.at(17) == own);
    CHECK(mlOf(masks, 17, Removal::Why::Apart) > 0);

    // A lung that ends below the scan's end, another piece far below it, and air of the windpipe at the end.
    Voxels whole = nothing();
    ellipsoid(whole, {30, 30, 43}, {12, 12, 12});
    ellipsoid(whole, {30, 30, 13}, {7, 7, 7});
    ellipsoid(whole, {30, 30, 69}, {4, 4, 4});
    masks = masksOf({{17, whole}});
    cleanUp(masks, classes(), CleanUp::Standard);
    CHECK(masks.masks.at(17) == whole);
}

TEST_CASE("cleaning up looks for a stop at every class and every piece")
{
    // A liver in one piece, a bowel in five, and a tumor beside them.
    Voxels bowel = nothing();
    for (int n = 0; n < 5; ++n)
        ellipsoid(bowel, {10.0 + 20 * n, 45, 40}, {6, 6, 6});
    const std::map<int, Voxels> found{{6, ball({60, 20, 20}, 15)}, {19, bowel}, {27, ball({60, 20, 20}, 5)}};
    for (const CleanUp rule : {CleanUp::Standard, CleanUp::Published}) {
        const int looks = test::checkEveryLookStops([&](Progress& stop) {
            ModelMasks masks = masksOf(found);
            cleanUp(masks, classes(), rule, stop);
        });
        CHECK(looks >= (rule == CleanUp::Standard ? 3 + 4 : 3));
    }
}
