// SPDX-License-Identifier: Apache-2.0
// A lesion that two classes of one organ mark.
#include "app/results/Results.h"
#include "tests/results/Phantom.h"
#include "tests/support/StopLooks.h"
#include "tests/support/catch.h"

#include <nlohmann/json.hpp>

#include <algorithm>

using namespace hounsfield;
using namespace hounsfield::test;

namespace {

const ModelClass liverTumor = classNamed(27, "Liver Tumor", "tumor", {6});
const ModelClass vesselTumor = classNamed(29, "Hepatic Vessel Tumor", "tumor", {6});
const ModelClass kidneyTumor = classNamed(26, "Kidney Tumor", "tumor", {2, 3});

/// A liver with one lesion that both classes mark, shifted against each other by 4 mm, and one of each class
/// alone.
std::vector<Finding> twoClasses()
{
    const Geometry g = phantomGrid();
    const auto liver = std::make_shared<const HostOrgan>(HostOrgan{6, "Liver", ball(g, {-30, 0, 0}, 75)});
    std::vector<Finding> all;
    all.push_back(
        findingOf(27, "Liver Tumor", together({ball(g, {-30, 0, 0}, 14), ball(g, {-30, 50, 0}, 6)})));
    all.push_back(findingOf(29, "Hepatic Vessel Tumor",
                            together({ball(g, {-26, 0, 0}, 12), ball(g, {-30, -50, 0}, 8)})));
    for (Finding& one : all)
        one.hosts = {liver};
    return all;
}

double unionMl()
{
    const Geometry g = phantomGrid();
    return together({ball(g, {-30, 0, 0}, 14), ball(g, {-26, 0, 0}, 12)}).volumeMl();
}

Run runOf(const Scan& scan, const ModelPack& pack, std::vector<Finding> findings)
{
    Run run;
    run.scan = &scan;
    run.pack = &pack;
    run.cleanUp = "standard";
    run.rows = makeRows(run, std::move(findings), "nii.gz");
    return run;
}

} // namespace

TEST_CASE("a lesion marked as liver tumor and as hepatic vessel tumor is one, with the voxels of both, and "
          "counted once")
{
    const auto all = measureFindings(twoClasses(), {liverTumor, vesselTumor}, water(phantomGrid()));
    REQUIRE(all[0].lesions.size() == 2);
    REQUIRE(all[1].lesions.size() == 1);
    CHECK(all[0].lesions[0].alsoMarkedAs == std::vector<std::string>{"Hepatic Vessel Tumor"});
    CHECK(all[0].lesions[1].alsoMarkedAs.empty());
    CHECK(all[1].lesions[0].alsoMarkedAs.empty());
    CHECK(all[0].lesions[0].statistics.volumeMl == Approx(unionMl()));
    // No voxel twice: what the two have together is what their union has.
    const Geometry g = phantomGrid();
    const double together =
        unionMl() + ball(g, {-30, 50, 0}, 6).volumeMl() + ball(g, {-30, -50, 0}, 8).volumeMl();
    CHECK(all[0].statistics.volumeMl + all[1].statistics.volumeMl == Approx(together));
    REQUIRE(all[0].burdens.size() == 1);
    CHECK(all[0].burdens[0].lesionMl + all[1].burdens[0].lesionMl == Approx(together));
    CHECK(says(all[0], "A lesion is marked as Hepatic Vessel Tumor, too"));
    CHECK(says(all[1], "is listed and counted under Liver Tumor"));
    CHECK(all[1].listedUnder == std::vector<std::string>{"Liver Tumor"});
    CHECK(all[0].finding->volumeLowMl == Approx(0.9 * all[0].statistics.volumeMl));
}

TEST_CASE("a shared lesion goes to the class that marks more of it, whichever was asked first, and the other "
          "is not said to be missing")
{
    const Geometry g = phantomGrid();
    std::vector<Finding> all;
    all.push_back(findingOf(29, "Hepatic Vessel Tumor", ball(g, {-30, 0, 0}, 9)));
    all.push_back(findingOf(27, "Liver Tumor", ball(g, {-30, 0, 0}, 14)));
    const auto measured = measureFindings(all, {vesselTumor, liverTumor}, water(g));
    CHECK(measured[0].lesions.empty());
    CHECK(measured[0].finding->mask.empty());
    CHECK_FALSE(says(measured[0], "Not found"));
    CHECK(measured[1].lesions.size() == 1);
    CHECK(measured[1].lesions[0].alsoMarkedAs == std::vector<std::string>{"Hepatic Vessel Tumor"});
}

TEST_CASE("sizes are chosen by the whole lesion that two classes mark together")
{
    const Geometry g = phantomGrid();
    std::vector<Finding> all;
    all.push_back(findingOf(27, "Liver Tumor", ball(g, {-30, 0, 0}, 8)));
    all.push_back(findingOf(29, "Hepatic Vessel Tumor", ball(g, {-20, 0, 0}, 8)));
    for (Finding& one : all)
        one.target.filter.lowestMm = 22; // each alone is 16 mm
    const auto measured = measureFindings(all, {liverTumor, vesselTumor}, water(g));
    CHECK(measured[0].lesions.size() + measured[1].lesions.size() == 1);
}

TEST_CASE("lesions of classes without a common organ, and lesions that only lie side by side, stay apart")
{
    const Geometry g = phantomGrid();
    std::vector<Finding> all;
    all.push_back(findingOf(27, "Liver Tumor", ball(g, {-30, 0, 0}, 10)));
    all.push_back(findingOf(26, "Kidney Tumor", ball(g, {-30, 0, 0}, 10)));
    auto measured = measureFindings(all, {liverTumor, kidneyTumor}, water(g));
    CHECK(measured[0].lesions.size() == 1);
    CHECK(measured[1].lesions.size() == 1);
    CHECK(measured[1].lesions[0].alsoMarkedAs.empty());
    all[1] = findingOf(29, "Hepatic Vessel Tumor", ball(g, {-5, 0, 0}, 10));
    measured = measureFindings(all, {liverTumor, vesselTumor}, water(g));
    CHECK(measured[0].lesions.size() == 1);
    CHECK(measured[1].lesions.size() == 1);
}

TEST_CASE("two results of one class take no lesion from each other and are shared alike with another class")
{
    const Geometry g = phantomGrid();
    const Mask two = together({ball(g, {-30, 0, 0}, 14), ball(g, {-30, 50, 0}, 6)});
    std::vector<Finding> all;
    all.push_back(findingOf(27, "Liver Tumor", two));
    all.push_back(findingOf(27, "Liver Tumor", two));
    all.push_back(findingOf(29, "Hepatic Vessel Tumor", ball(g, {-26, 0, 0}, 12)));
    all[1].target.filter.largest = 1;
    const auto measured = measureFindings(all, {liverTumor, liverTumor, vesselTumor}, water(g));
    CHECK(measured[0].lesions.size() == 2);
    REQUIRE(measured[1].lesions.size() == 1);
    CHECK(measured[2].lesions.empty());
    CHECK(measured[1].lesions[0].statistics.volumeMl == Approx(unionMl()));
    CHECK(measured[1].lesions[0].alsoMarkedAs == std::vector<std::string>{"Hepatic Vessel Tumor"});
    CHECK(measured[0].listedUnder.empty());
    CHECK(measured[2].listedUnder == std::vector<std::string>{"Liver Tumor"});
    CHECK_FALSE(says(measured[0], "Liver Tumor, too"));
}

TEST_CASE("two results of one class have files and label values of their own")
{
    Scan scan;
    scan.volume = std::make_shared<const Volume>(water(phantomGrid()));
    scan.caseName = "case";
    ModelPack pack;
    pack.classes = {liverTumor};
    pack.classes[0].fileName = "liver_tumor";
    const Run run = runOf(scan, pack, {twoClasses()[0], twoClasses()[0]});
    CHECK(run.rows[0].file == "case_liver_tumor.nii.gz");
    CHECK(run.rows[1].file == "case_liver_tumor_2.nii.gz");
    std::vector<LabelledMask> labels(3);
    labels[0].id = labels[2].id = 27;
    numberLabels(labels);
    CHECK(labels[0].id == 33); // words beyond the classes go first
    CHECK(labels[1].id == 27);
    CHECK(labels[2].id == 34);
}

TEST_CASE("measuring findings is stopped at every lesion")
{
    const Volume scan = water(phantomGrid());
    const auto measured = [&](const Progress& stop) {
        measureFindings(twoClasses(), {liverTumor, vesselTumor}, scan, stop);
    };
    CHECK(checkEveryLookStops(measured) >=
          2 + 2 * 2 + 3); // a pair and its lesion, two findings, three lesions
}

TEST_CASE("table, CSV and JSON have a shared lesion once and name both classes, raw masks stay as the model "
          "marks them")
{
    Scan scan;
    scan.volume = std::make_shared<const Volume>(water(phantomGrid()));
    scan.caseName = "case";
    ModelPack pack;
    pack.classes = {liverTumor, vesselTumor};
    const Run run = runOf(scan, pack, twoClasses());
    const std::string csv = lesionsCsv(run);
    CHECK(std::count(csv.begin(), csv.end(), '\n') == 1 + 3);
    CHECK(csv.find("also_marked_as") != std::string::npos);
    CHECK(csv.find(",Hepatic Vessel Tumor,0.500\r\n") != std::string::npos);
    CHECK(measurementsTable(run).find("also Hepatic Vessel Tumor") != std::string::npos);
    const auto json = nlohmann::json::parse(measurementsJson(run));
    CHECK(json["targets"][0]["lesions"][0]["also_marked_as"][0] == "Hepatic Vessel Tumor");
    CHECK(json["targets"][1]["listed_under"][0] == "Liver Tumor");
    CHECK(json["targets"][0]["removed_by_hand"].empty());
    Run raw = run;
    raw.cleanUp = "none";
    raw.rows = makeRows(raw, twoClasses(), "nii.gz");
    CHECK(raw.rows[0].measured.statistics.voxels == twoClasses()[0].mask.count());
    CHECK(raw.rows[1].measured.lesions.size() == 2);
}
