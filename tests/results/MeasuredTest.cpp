// SPDX-License-Identifier: Apache-2.0
#include "app/results/Results.h"
#include "tests/results/Phantom.h"
#include "tests/support/catch.h"

#include <nlohmann/json.hpp>

#include <algorithm>

using namespace hounsfield;
using namespace hounsfield::test;

namespace {

const ModelClass kidneyTumor = classNamed(26, "Kidney Tumor", "tumor", {2, 3});

/// Balls of 30 and 16 mm in the left kidney, one of 8 mm in the right kidney.
Finding tumors()
{
    const Geometry g = phantomGrid();
    // LPS: the patient's left is +x.
    Finding finding =
        findingOf(26, "Kidney Tumor",
                  together({ball(g, {60, 0, 0}, 15), ball(g, {60, 0, 40}, 8), ball(g, {-60, 0, 0}, 4)}));
    finding.hosts = {
        std::make_shared<const HostOrgan>(HostOrgan{2, "Right Kidney", ball(g, {-60, 0, 0}, 30)}),
        std::make_shared<const HostOrgan>(HostOrgan{3, "Left Kidney", ball(g, {60, 0, 10}, 45)})};
    return finding;
}

Measured chosen(const LesionFilter& filter)
{
    Finding finding = tumors();
    finding.target.filter = filter;
    return measureFinding(std::move(finding), kidneyTumor, water(phantomGrid()));
}

} // namespace

TEST_CASE("a tumor's lesions are told with their organ and side, and how much of each organ they are")
{
    const Measured m = chosen({});
    REQUIRE(m.lesions.size() == 3);
    CHECK(organOf(m.lesions[0], *m.finding) == "Left Kidney");
    CHECK(organOf(m.lesions[1], *m.finding) == "Left Kidney");
    CHECK(organOf(m.lesions[2], *m.finding) == "Right Kidney");
    REQUIRE(m.burdens.size() == 2);
    CHECK(m.burdens[1].organ == "Left Kidney");
    CHECK(m.burdens[1].percent() ==
          Approx(100 * (15.0 * 15 * 15 + 8 * 8 * 8) / (45.0 * 45 * 45)).epsilon(0.03));
    CHECK(m.burdens[0].percent() == Approx(100 * 64.0 / 27000).epsilon(0.15));
}

TEST_CASE(
    "lesions over a size are those whose longest axial diameter is, and the others are said to be left out")
{
    LesionFilter over20;
    over20.lowestMm = std::nextafter(20.0, 100.0);
    const Measured m = chosen(over20);
    REQUIRE(m.lesions.size() == 1);
    CHECK(m.statistics.volumeMl == Approx(4.0 / 3 * M_PI * 15 * 15 * 15 / 1000).epsilon(0.02));
    CHECK(m.finding->mask.at({89, 59, 49}));
    CHECK_FALSE(m.finding->mask.at({89, 59, 69}));
    CHECK(says(m, "1 of 3 lesions are over 20 mm. The others, 2."));
    // The range shrinks with the mask.
    CHECK(m.finding->volumeLowMl == Approx(0.9 * m.statistics.volumeMl).epsilon(0.001));
}

TEST_CASE("the largest, those of one kidney, and those under a volume are chosen")
{
    LesionFilter largest;
    largest.largest = 1;
    CHECK(chosen(largest).lesions.size() == 1);
    LesionFilter right;
    right.hosts = {2};
    const Measured inRight = chosen(right);
    REQUIRE(inRight.lesions.size() == 1);
    CHECK(inRight.lesions[0].statistics.centroidMm[0] < 0);
    CHECK(says(inRight, "in the Right Kidney"));
    LesionFilter small;
    small.highestMl = 3;
    CHECK(chosen(small).lesions.size() == 2);
    LesionFilter largestRight = right;
    largestRight.largest = 1;
    CHECK(chosen(largestRight).lesions[0].statistics.centroidMm[0] < 0);
}

TEST_CASE("where no lesion is large enough nothing is left, and the longest is named")
{
    LesionFilter huge;
    huge.lowestMm = 100;
    const Measured m = chosen(huge);
    CHECK(m.lesions.empty());
    CHECK(m.finding->mask.empty());
    CHECK(m.statistics.voxels == 0);
    CHECK(says(m, "None of the 3 found is at least 100 mm; the longest is 3"));
    CHECK_FALSE(says(m, "Not found"));
}

TEST_CASE("a tumor that was not found says by how much it fell short of what it had to reach")
{
    Finding finding = findingOf(26, "Kidney Tumor", Mask(phantomGrid()));
    finding.largestProbability = 0.4;
    CHECK(says(measureFinding(finding, kidneyTumor, water(phantomGrid())),
               "Not found: the highest probability anywhere is 0.40, the threshold 0.50."));
    // Above the threshold, and not sure enough all the same.
    finding.largestProbability = 0.85;
    finding.peak = 0.95;
    CHECK(says(measureFinding(finding, kidneyTumor, water(phantomGrid())),
               "Not found: no piece of it reaches a probability of 0.95; the highest anywhere is 0.85."));
}

TEST_CASE("a lesion that lies outside its organ is said, with its place")
{
    const Geometry g = phantomGrid();
    Finding finding = findingOf(26, "Kidney Tumor", ball(g, {0, 60, 0}, 8));
    finding.hosts = tumors().hosts;
    const Measured m = measureFinding(std::move(finding), kidneyTumor, water(g));
    const auto said = std::find_if(m.warnings.begin(), m.warnings.end(), [](const Warning& w) {
        return w.text.find("outside the outline") != std::string::npos;
    });
    REQUIRE(said != m.warnings.end());
    CHECK(length(*said->placeMm - Vector3{0, 60, 0}) < 1.5);
    // The left kidney's middle is 85.4 mm away, its radius 45 mm.
    CHECK(std::abs(m.lesions[0].hostDistanceMm - 40.4) < 2);
    CHECK(said->text.find(
              "A lesion of 2.2 mL lies outside the outline of the organ (Left Kidney), its centre 4") !=
          std::string::npos);
}

TEST_CASE("the files of a run carry lesions, burden, what was left out and why")
{
    const Geometry g = phantomGrid();
    Scan scan;
    scan.volume = std::make_shared<const Volume>(water(g));
    scan.caseName = "case";
    ModelPack pack;
    pack.classes = {kidneyTumor};
    Run run;
    run.scan = &scan;
    run.pack = &pack;
    Finding finding = tumors();
    finding.removals = {{Removal::Why::OutsideHost, 2, 1.25}};
    run.rows = makeRows(run, {finding}, "nii.gz");
    const auto json = nlohmann::json::parse(measurementsJson(run));
    const auto& target = json.at("targets").at(0);
    REQUIRE(target.at("lesions").size() == 3);
    CHECK(target["lesions"][0]["longest_axial"]["mm"].get<double>() == Approx(31).epsilon(0.06));
    CHECK(target["lesions"][0]["organ"] == "Left Kidney");
    CHECK(target["lesions"][0]["recist_measurable"] == true);
    CHECK(target["lesions"][2]["recist_measurable"] == false);
    CHECK(target["peak"].is_null());
    CHECK(target["left_out"]["reasons"][0]["why"] == "outside_host");
    CHECK(target["left_out"]["reasons"][0]["ml"] == 1.25);
    CHECK(target["burden"].size() == 2);
    const std::string csv = lesionsCsv(run);
    CHECK(std::count(csv.begin(), csv.end(), '\n') == 4);
    CHECK(csv.find("Kidney Tumor,26,1,Left Kidney,") != std::string::npos);
    CHECK(measurementsTable(run).find("of Left Kidney") != std::string::npos);
}
