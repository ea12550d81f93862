// SPDX-License-Identifier: Apache-2.0
#include "app/results/Plausibility.h"
#include "tests/results/Phantom.h"
#include "tests/support/catch.h"

#include <algorithm>

using namespace hounsfield;
using namespace hounsfield::test;

namespace {

struct Patient {
    Scan scan;
    std::vector<ModelClass> classes;
    std::vector<Measured> measured;
    ScanLook look{20, 0.1, 0, 0, 0.3, nullptr};

    Patient() { scan.volume = std::make_shared<const Volume>(water(phantomGrid())); }
    Patient& with(int id, const char* name, const Vector3& at, double radius)
    {
        classes.push_back(classNamed(id, name));
        measured.push_back(measureFinding(findingOf(id, name, ball(phantomGrid(), at, radius)),
                                          classes.back(), *scan.volume));
        return *this;
    }
    std::vector<Implausible> judge() const
    {
        std::vector<Judged> all;
        for (std::size_t n = 0; n < classes.size(); ++n)
            all.push_back({&classes[n], &measured[n]});
        return plausibility(all, scan, look);
    }
    bool says(const std::string& words, int structure = -2) const
    {
        const auto all = judge();
        return std::any_of(all.begin(), all.end(), [&](const Implausible& one) {
            return one.warning.text.find(words) != std::string::npos &&
                   (structure == -2 || one.structure == structure);
        });
    }
};

} // namespace

// LPS: +x is the patient's left, +y the back, +z the head.
TEST_CASE("a patient as most are gives no doubt")
{
    Patient p;
    p.with(6, "Liver", {-50, 0, 0}, 60)
        .with(1, "Spleen", {70, 20, 10}, 33)
        .with(2, "Right Kidney", {-60, 40, -50}, 33)
        .with(3, "Left Kidney", {60, 40, -50}, 33);
    for (const Implausible& one : p.judge())
        FAIL_CHECK(one.warning.text);
}

TEST_CASE("a liver on the left, kidneys on the wrong sides and a bladder above the liver are said")
{
    CHECK(Patient()
              .with(6, "Liver", {50, 0, 0}, 60)
              .with(1, "Spleen", {-70, 20, 10}, 33)
              .says("flipped left to right", -1));
    CHECK(Patient()
              .with(2, "Right Kidney", {60, 0, 0}, 30)
              .with(3, "Left Kidney", {-60, 0, 0}, 30)
              .says("may be flipped", 0));
    CHECK(Patient()
              .with(6, "Liver", {0, 0, -30}, 60)
              .with(21, "Bladder", {0, 0, 60}, 30)
              .says("upside down", -1));
    CHECK(Patient()
              .with(6, "Liver", {-40, 0, 30}, 60)
              .with(16, "Right Lung", {-40, 0, -50}, 45)
              .says("lungs lie below", -1));
    // A slab through liver and recess: a few millimetres say nothing.
    CHECK_FALSE(Patient()
                    .with(6, "Liver", {-40, 0, 5}, 60)
                    .with(16, "Right Lung", {-40, 0, -5}, 45)
                    .says("lungs lie below"));
}

TEST_CASE("a kidney a third of the other, and organs no adult has, are said with their place")
{
    Patient unequal;
    unequal.with(2, "Right Kidney", {-60, 0, 0}, 25).with(3, "Left Kidney", {60, 0, 0}, 38);
    CHECK(unequal.says(" mL on the other side", 0));
    CHECK(Patient().with(1, "Spleen", {60, 0, 0}, 15).says("mL is outside what adults have", 0));
    // Cut by the edge of the scan, the volume says nothing.
    CHECK_FALSE(Patient().with(1, "Spleen", {118, 0, 0}, 15).says("outside what adults have"));
    const auto all = unequal.judge();
    REQUIRE(all.size() == 1);
    CHECK(length(*all[0].warning.placeMm - Vector3{-60, 0, 0}) < 1);
}

TEST_CASE("a chest scan asked for a prostate, and a female patient asked for one, are questioned")
{
    Patient chest;
    chest.look.lungAtBottom = 0.4;
    CHECK(chest.with(22, "Prostate", {0, 0, 0}, 20).says("ends in the chest", 0));
    Patient woman;
    woman.scan.series.patientSex = "F";
    CHECK(woman.with(22, "Prostate", {0, 0, 0}, 20).says("female", 0));
    Patient man;
    man.scan.series.patientSex = "M";
    CHECK_FALSE(man.with(22, "Prostate", {0, 0, 0}, 20).says("female"));
    Patient abdomen;
    abdomen.look.lungMost = 0;
    CHECK(abdomen.with(17, "Left Lung", {0, 0, 0}, 20).says("not to reach the chest", 0));
}

TEST_CASE("what measures as fat is no cyst of the kidney and no tumor, and is said with its place")
{
    // Two balls: one of fluid, a smaller one of fat.
    const Geometry g = phantomGrid();
    const Vector3 fluid{-40, 0, 0}, fat{40, 0, 20};
    std::vector<std::int16_t> hu;
    for (std::int64_t k = 0; k < g.size()[2]; ++k)
        for (std::int64_t j = 0; j < g.size()[1]; ++j)
            for (std::int64_t i = 0; i < g.size()[0]; ++i)
                hu.push_back(length(g.toMm(Index3{i, j, k}) - fat) < 14 ? -40 : 5);
    const auto patient = [&](int id, const char* name) {
        Patient p;
        p.scan.volume = std::make_shared<const Volume>(g, hu);
        p.classes.push_back(classNamed(id, name, "tumor", {2, 3}));
        p.measured.push_back(
            measureFinding(findingOf(id, name, together({ball(g, fluid, 20), ball(g, fat, 12)})),
                           p.classes.back(), *p.scan.volume));
        return p;
    };
    const Patient cyst = patient(32, "Kidney Cyst");
    CHECK(cyst.says("rather than a cyst: 1 of 2 marked, 7.", 0));
    for (const Implausible& one : cyst.judge())
        CHECK(length(*one.warning.placeMm - fat) < 1);
    CHECK(patient(26, "Kidney Tumor").says("rather than a tumor", 0));
    // Air in a tumor of the lung lowers it as well.
    CHECK_FALSE(patient(30, "Lung Tumor").says("HU"));
    hu.assign(hu.size(), -9);
    CHECK_FALSE(patient(32, "Kidney Cyst").says("HU"));
}

TEST_CASE("bone behind the middle, and lung at one end, are read off the voxels")
{
    // A body of 200 mm, a spine near its back; above z = 40 most of it is lung.
    const auto scan = [](double spineY, double flip) {
        const Geometry g = phantomGrid();
        std::vector<std::int16_t> hu;
        for (std::int64_t k = 0; k < g.size()[2]; ++k)
            for (std::int64_t j = 0; j < g.size()[1]; ++j)
                for (std::int64_t i = 0; i < g.size()[0]; ++i) {
                    const Vector3 p = g.toMm(Index3{i, j, k});
                    const double r = std::hypot(p[0], p[1]);
                    const bool spine = std::hypot(p[0], p[1] - spineY) < 15;
                    const bool lung = p[2] * flip > 40 && r < 85;
                    const int within = lung ? -800 : 40;
                    const int tissue = spine ? 500 : within;
                    hu.push_back(r > 100 ? -1000 : tissue);
                }
        return Volume(g, hu);
    };
    const ScanLook look = lookAt(scan(70, 1));
    CHECK(look.bonesBehindMm == Approx(70).margin(8));
    CHECK(look.lungAtTop > 0.5);
    CHECK(look.lungAtBottom == 0);
    const ScanLook turned = lookAt(scan(-70, -1));
    CHECK(turned.bonesBehindMm < -60);
    CHECK(turned.lungAtBottom > 0.5);
    Patient p;
    p.look = turned;
    CHECK(p.says("flipped front to back", -1));
}

TEST_CASE("foam under the patient is no lung, and what lies in it is said to lie outside the body")
{
    // An abdomen of 140 mm without lung on a table: foam at -800 HU, a shell of 4 mm below it that closes it
    // at both sides.
    const Geometry g = phantomGrid();
    std::vector<std::int16_t> hu;
    for (std::int64_t k = 0; k < g.size()[2]; ++k)
        for (std::int64_t j = 0; j < g.size()[1]; ++j)
            for (std::int64_t i = 0; i < g.size()[0]; ++i) {
                const Vector3 p = g.toMm(Index3{i, j, k});
                const bool foam = p[1] > 70 && p[1] < 100 && std::abs(p[0]) < 90;
                const bool shell = (p[1] >= 100 && p[1] < 104 && std::abs(p[0]) < 94) ||
                                   (std::abs(p[0]) >= 90 && std::abs(p[0]) < 94 && p[1] > 60 && p[1] < 104);
                const int outside = foam ? -800 : -1000;
                const int aroundBody = shell ? 300 : outside;
                hu.push_back(std::hypot(p[0], p[1]) < 70 ? 40 : aroundBody);
            }
    Patient p;
    p.scan.volume = std::make_shared<const Volume>(g, hu);
    p.look = lookAt(*p.scan.volume);
    CHECK(p.look.lungMost < 0.01);
    CHECK(p.look.boneShare < 0.01);
    CHECK(p.look.body->volumeMl() == Approx(M_PI * 70 * 70 * 200 / 1000).epsilon(0.04));
    p.with(17, "Left Lung", {40, 85, 0}, 14).with(6, "Liver", {-20, 0, 0}, 40);
    CHECK(p.says("100 % of it lies outside the body", 0));
    CHECK(p.says("No part of the scan looks like lung", 0));
    CHECK_FALSE(p.says("outside the body", 1));
}
