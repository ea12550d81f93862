// SPDX-License-Identifier: Apache-2.0
#include "volume/synthetic/SyntheticPatient.h"
#include "tests/support/catch.h"
#include "volume/Statistics.h"
#include "volume/synthetic/BodyPlan.h"
#include "volume/synthetic/Scanner.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>

using namespace hounsfield;
using namespace hounsfield::synthetic;

namespace {

SyntheticScan scanOf(std::uint64_t seed, double spacingMm)
{
    const SyntheticPatient patient(seed);
    Progress silent;
    return patient.sample(patient.wholeBodyGrid(spacingMm), patient.randomAppearance(), silent);
}

const Mask& of(const SyntheticScan& scan, int id)
{
    return scan.masks[static_cast<std::size_t>(id - 1)];
}

} // namespace

TEST_CASE("every organ is there, but for the prostate of a woman, and left ones lie to the left")
{
    for (const std::uint64_t seed : {1, 5, 9}) {
        const SyntheticScan scan = scanOf(seed, 4);
        REQUIRE(scan.masks.size() == 32);
        for (int id = 1; id <= 25; ++id)
            if (id != 22) {
                INFO("seed " << seed << ", class " << id);
                CHECK_FALSE(of(scan, id).empty());
            }
        const auto x = [&](int id) { return measure(of(scan, id), *scan.volume).centroidMm[0]; };
        CHECK(x(3) > x(2) + 60);    // kidneys
        CHECK(x(13) > x(12) + 30);  // adrenal glands
        CHECK(x(17) > x(16) + 60);  // lungs
        CHECK(x(23) > x(24) + 100); // heads of the femurs
        CHECK(x(1) > x(6) + 60);    // the spleen is left of the liver
    }
}

TEST_CASE("organs have the sizes of adults and the Hounsfield units of their tissue")
{
    const SyntheticScan scan = scanOf(7, 3);
    CHECK(of(scan, 6).volumeMl() > 700);
    CHECK(of(scan, 6).volumeMl() < 2200);
    CHECK(of(scan, 2).volumeMl() > 60);
    CHECK(of(scan, 2).volumeMl() < 300);
    CHECK(measure(of(scan, 16), *scan.volume).hu->mean < -650);
    CHECK(measure(of(scan, 6), *scan.volume).hu->mean > 30);
    CHECK(measure(of(scan, 6), *scan.volume).hu->mean < 180);
}

TEST_CASE("neighbouring seeds share no random numbers")
{
    std::set<std::uint64_t> seen;
    for (std::uint64_t seed = 900000; seed < 900020; ++seed) {
        Random random(seed);
        for (int i = 0; i < 2000; ++i)
            seen.insert(random.bits());
    }
    CHECK(seen.size() == 20 * 2000);
}

TEST_CASE("every kind of lesion grows in about as many patients as it should")
{
    constexpr int patients = 200;
    std::array<int, 33> with{};
    for (std::uint64_t seed = 1; seed <= patients; ++seed) {
        std::set<int> here;
        for (const auto& lesion : makeBodyPlan(seed).lesions)
            here.insert(lesion.classes.begin(), lesion.classes.end());
        for (const int id : here)
            ++with[std::size_t(id)];
    }
    // Chances of 0.45 to 0.6, within four standard deviations.
    for (const int id : {26, 27, 28, 30, 31, 32}) {
        INFO("class " << id);
        CHECK(with[std::size_t(id)] > 62);
        CHECK(with[std::size_t(id)] < 150);
    }
    // Tumors of the liver at its vessels are some of its tumors.
    CHECK(with[29] > 50);
    CHECK(with[29] < with[27]);
}

TEST_CASE("a heavy burden grows most kinds of lesions in most patients, in the same body")
{
    constexpr std::uint64_t patients = 60;
    std::size_t usual = 0, heavy = 0;
    std::ptrdiff_t tumorsOfKidneys = 0;
    for (std::uint64_t seed = 1; seed <= patients; ++seed) {
        const BodyPlan light = makeBodyPlan(seed), loaded = makeBodyPlan(seed, Burden::Heavy);
        std::set<int> here;
        for (const auto& lesion : light.lesions)
            here.insert(lesion.classes.begin(), lesion.classes.end());
        usual += here.size();
        here.clear();
        for (const auto& lesion : loaded.lesions)
            here.insert(lesion.classes.begin(), lesion.classes.end());
        tumorsOfKidneys +=
            std::count_if(loaded.lesions.begin(), loaded.lesions.end(),
                          [](const LesionPaint& lesion) { return lesion.classes == std::vector{26}; });
        heavy += here.size();
        CHECK(light.paints.size() == loaded.paints.size());
        CHECK(light.trunk.halfWidthMm == loaded.trunk.halfWidthMm);
    }
    // Of seven kinds and of what no class names, half and 0.85 of the chances.
    CHECK(heavy > 1.4 * double(usual));
    CHECK(double(heavy) / patients > 5);
    CHECK(double(tumorsOfKidneys) / patients > 2);
}

TEST_CASE("a renal sinus holds fat, calyces and vessels, in some patients nearly all fat and in others less "
          "than half")
{
    constexpr std::uint64_t patients = 60;
    int fatty = 0, mixed = 0, sinuses = 0;
    for (std::uint64_t seed = 1; seed <= patients; ++seed) {
        const BodyPlan plan = makeBodyPlan(seed);
        for (std::size_t n = 0; n + 1 < plan.paints.size(); ++n) {
            const Paint& sinus = plan.paints[n];
            if (!sinus.filling || (plan.paints[n + 1].organ != 2 && plan.paints[n + 1].organ != 3))
                continue;
            ++sinuses;
            std::map<Tissue, double> seen;
            double all = 0;
            const Point low = sinus.shape.bounds.low, high = sinus.shape.bounds.high;
            for (float x = low.x; x < high.x; x += 2)
                for (float y = low.y; y < high.y; y += 2)
                    for (float z = low.z; z < high.z; z += 2)
                        if (const float depth = sinus.shape.depth({x, y, z}); depth > 0) {
                            ++seen[sinus.filling({x, y, z}, depth)];
                            ++all;
                        }
            CHECK(seen[Tissue::Fat] + seen[Tissue::Urine] + seen[Tissue::Vein] == all);
            CHECK(seen[Tissue::Fat] > 0.2 * all);
            CHECK(seen[Tissue::Urine] + seen[Tissue::Vein] > 0);
            fatty += seen[Tissue::Fat] > 0.85 * all;
            mixed += seen[Tissue::Fat] < 0.5 * all;
        }
    }
    CHECK(sinuses == 2 * patients);
    CHECK(fatty > 4);
    CHECK(mixed > 10);
}

TEST_CASE(
    "tissues moved at random keep most of what a growth is told from its organ by, and fluid stays fluid")
{
    Appearance moved;
    moved.randomHu = 40;
    moved.textureHu = 0;
    constexpr int people = 400;
    double darker = 0, apart = 0, ownOrgans = 0;
    for (std::uint64_t seed = 1; seed <= people; ++seed) {
        const TissueLook look(moved, seed);
        const auto hu = [&](Tissue tissue) { return double(look.hu(tissue, {})); };
        darker += hu(Tissue::LiverTumor) < hu(Tissue::Liver);
        apart += std::abs(hu(Tissue::CystFluid) - 7) < 50;
        ownOrgans += std::abs(hu(Tissue::Spleen) - hu(Tissue::Liver)) > 50;
    }
    // Moved apart, with a deviation of 56 between the two, three of four would be.
    CHECK(darker > 0.9 * people);
    CHECK(apart > 0.95 * people);
    // Organs are moved one by one.
    CHECK(ownOrgans > 0.3 * people);
}

TEST_CASE(
    "without contrast blood has one density in every vessel, and a vein is told from an artery only with it")
{
    constexpr int people = 200;
    double apart = 0, alike = 0;
    for (std::uint64_t seed = 1; seed <= people; ++seed) {
        const TissueHu native = tissueHu(0, seed), arterial = tissueHu(2, seed);
        const auto hu = [](const TissueHu& of, Tissue tissue) {
            return of[static_cast<std::size_t>(tissue)];
        };
        for (const Tissue vessel : {Tissue::Heart, Tissue::Vein, Tissue::PortalVein, Tissue::HepaticVessel})
            CHECK(hu(native, vessel) == hu(native, Tissue::Artery));
        CHECK(hu(native, Tissue::KidneyMedulla) == hu(native, Tissue::KidneyCortex));
        apart += hu(arterial, Tissue::Artery) > hu(arterial, Tissue::Vein) + 80;
        alike += std::abs(hu(native, Tissue::Artery) - 42) < 18;
    }
    CHECK(apart > 0.95 * people);
    CHECK(alike > 0.95 * people);
}

TEST_CASE("the same seed gives the same patient, another seed another")
{
    CHECK(scanOf(3, 5).volume->voxels() == scanOf(3, 5).volume->voxels());
    CHECK(scanOf(3, 5).volume->voxels() != scanOf(4, 5).volume->voxels());
}

TEST_CASE("a tumor lies in its organ's mask too")
{
    int seen = 0;
    for (std::uint64_t seed = 1; seed < 8; ++seed) {
        const SyntheticScan scan = scanOf(seed, 4);
        const std::pair<int, int> pairs[] = {{27, 6}, {28, 11}, {29, 6}, {31, 18}};
        for (const auto& [tumor, host] : pairs)
            forEachVoxel(of(scan, tumor), [&, organ = host](const Index3& i) {
                ++seen;
                REQUIRE(of(scan, organ).at(i));
            });
    }
    CHECK(seen > 0);
}

TEST_CASE("an organ's volume does not depend on the grid it is sampled on")
{
    const SyntheticPatient patient(11);
    Progress silent;
    const Geometry plain = patient.wholeBodyGrid(3);
    const double a = 0.35;
    const Matrix3 turned{
        {{2.5 * std::cos(a), -2.5 * std::sin(a), 0}, {2.5 * std::sin(a), 2.5 * std::cos(a), 0}, {0, 0, 4}}};
    const Index3 size{220, 200, 135};
    const Vector3 middle{110, 100, 67};
    const Geometry oblique(size,
                           plain.toMm(Vector3{0.5 * double(plain.size()[0]), 0.5 * double(plain.size()[1]),
                                              0.5 * double(plain.size()[2])}) -
                               turned * middle,
                           turned);
    const SyntheticScan one = patient.sample(plain, {}, silent), two = patient.sample(oblique, {}, silent);
    for (int id : {1, 2, 3, 6, 21})
        CHECK(of(two, id).volumeMl() == Approx(of(one, id).volumeMl()).epsilon(0.05));
}

TEST_CASE("breath shows a border twice, half as strong, and the rest as it was")
{
    // One column of 60 mm: air, then water from 30 mm on.
    const Index3 size{1, 60, 1};
    std::vector<float> still(60, -1000.0f);
    std::fill(still.begin() + 30, still.end(), 0.0f);
    Appearance appearance;
    appearance.noiseHu = 0;
    appearance.blurMm = 0.05;
    std::vector<float> moved = still;
    scan(still, size, {1, 1, 1}, appearance, 7);
    appearance.motionMm = 8;
    scan(moved, size, {1, 1, 1}, appearance, 7);
    int half = 0;
    for (std::size_t j = 0; j < 60; ++j) {
        CHECK(moved[j] >= still[j] - 0.5f);
        half += moved[j] > -501 && moved[j] < -499;
    }
    CHECK(half <= 8);
    CHECK(moved[20] == Approx(-1000));
    CHECK(moved[40] == Approx(0).margin(0.5));
    // The border moved by at most 8 mm: what was added in all is half of that.
    double added = 0;
    for (std::size_t j = 0; j < 60; ++j)
        added += double(moved[j] - still[j]) / 1000;
    CHECK(added > 0);
    CHECK(added <= 4.01);
}
