// SPDX-License-Identifier: Apache-2.0
#include "app/results/Results.h"
#include "inference/PackStore.h"
#include "tests/results/Phantom.h"
#include "tests/support/catch.h"

#include <nlohmann/json.hpp>

#include <algorithm>

using namespace hounsfield;
using namespace hounsfield::test;

namespace {

/// A ball in the middle of a scan, found with a mean probability of 0.95.
Trust trustWith(std::optional<Reliability> reliability, bool guess = false)
{
    const Geometry g = phantomGrid();
    Finding finding = findingOf(11, "Pancreas", ball(g, {0, 0, 0}, 20));
    finding.meanProbability = 0.95;
    ModelClass known = classNamed(11, "Pancreas");
    const Measured m = measureFinding(std::move(finding), known, water(g));
    return trustOf(*m.finding, m.statistics, m.lesions, {}, {reliability, guess});
}

} // namespace

TEST_CASE("the light of a class is no better than what its model reached on real scans")
{
    CHECK(trustWith(Reliability{0.92, 1}).light == Light::Good);
    CHECK(trustWith(Reliability{0.85, 3}).light == Light::Good);
    CHECK(trustWith(Reliability{0.849, 3}).light == Light::Look);
    CHECK(trustWith(Reliability{0.6, 3}).light == Light::Look);
    const Trust pancreas = trustWith(Reliability{0.024, 1});
    CHECK(pancreas.light == Light::Doubt);
    CHECK(pancreas.why == "Do not rely on it: on real scans the model's mean Dice for it is 0.02 (1 scan).");
    CHECK(trustWith(Reliability{0, 0}).light == Light::Look);
    CHECK(trustWith(Reliability{0, 0}).why == "The model was tested on no real scan that shows it.");
    CHECK(trustWith(std::nullopt).light == Light::Look);
    CHECK(trustWith(std::nullopt).why == "Reliability not stated by the model.");
}

TEST_CASE("a guess is no green light, and it stands in every file")
{
    CHECK(trustWith(Reliability{0.92, 1}, true).light == Light::Look);
    CHECK(trustWith(Reliability{0.92, 1}, true).why ==
          "What was asked for is a guess: check that this is what is meant.");

    Scan scan;
    scan.volume = std::make_shared<const Volume>(water(phantomGrid()));
    scan.caseName = "case";
    ModelPack pack;
    pack.name = "ours";
    pack.classes = {classNamed(11, "Pancreas")};
    pack.classes[0].reliability = Reliability{0.9, 7};
    Run run;
    run.scan = &scan;
    run.pack = &pack;
    PromptPart part;
    part.text = "head of the pancreas";
    part.targets = {{11, "Pancreas"}};
    part.unsure = true;
    run.prompt.parts = {part};
    run.rows = makeRows(run, {findingOf(11, "Pancreas", ball(phantomGrid(), {0, 0, 0}, 20))}, "nii.gz");
    judge(run);
    CHECK(run.rows[0].guess);
    CHECK(run.rows[0].trust.light == Light::Look);
    const auto target = nlohmann::json::parse(measurementsJson(run)).at("targets").at(0);
    CHECK(target.at("guess") == true);
    CHECK(target.at("reliability").at("dice") == 0.9);
    CHECK(target.at("reliability").at("real_scans") == 7);
    CHECK(measurementsTable(run).find("Pancreas (guess)") != std::string::npos);
    const std::string csv = measurementsCsv(run);
    CHECK(csv.find("removed_by_hand,guess,reliability_dice,reliability_scans\r\n") != std::string::npos);
    CHECK(csv.find(",true,0.900,7\r\n") != std::string::npos);
    CHECK(run.notes.empty());
}

TEST_CASE("that a model does not state its reliability is said once")
{
    Scan scan;
    scan.volume = std::make_shared<const Volume>(water(phantomGrid()));
    ModelPack pack;
    pack.name = "published";
    pack.classes = {classNamed(11, "Pancreas"), classNamed(6, "Liver")};
    Run run;
    run.scan = &scan;
    run.pack = &pack;
    std::vector<Finding> findings;
    for (const ModelClass& known : pack.classes)
        findings.push_back(findingOf(known.id, known.name.c_str(), ball(phantomGrid(), {0, 0, 0}, 50)));
    run.rows = makeRows(run, std::move(findings), "nii.gz");
    judge(run);
    CHECK(std::count(
              run.notes.begin(), run.notes.end(),
              "The model published does not state how reliable it is on real scans: no light is green.") ==
          1);
    for (const Row& row : run.rows)
        CHECK(row.trust.light >= Light::Look);
}

TEST_CASE("the built-in model states for every class how reliable it is, as its document says")
{
    const ModelPack pack = openEmbeddedPack();
    for (const ModelClass& known : pack.classes) {
        INFO(known.name);
        REQUIRE(known.reliability);
        // On the few real scans with lesions it finds next to none.
        if (known.isLesion())
            CHECK((known.reliability->scans == 0 || known.reliability->dice < reliableDice));
    }
    CHECK(pack.classById(6).reliability->dice >= reliableDice);
}
