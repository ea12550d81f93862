// SPDX-License-Identifier: Apache-2.0
#include "app/train/ModelCard.h"
#include "tests/support/Paths.h"
#include "tests/support/catch.h"
#include "tests/train/Sets.h"

#include <sstream>

using namespace hounsfield;
using namespace hounsfield::training;
using namespace hounsfield::test;

namespace {

TrainingReport report(std::int64_t step, std::optional<double> liver = {})
{
    TrainingReport told{step, 2.0 / double(step), 1e-3, 0.5, 1, {}};
    if (liver) {
        told.validation = Validation{step, std::vector<std::optional<double>>(32), *liver, true};
        told.validation->dice[5] = liver;
    }
    return told;
}

std::vector<std::string> lines(const std::string& text)
{
    std::vector<std::string> all;
    std::istringstream in(text);
    for (std::string line; std::getline(in, line);)
        all.push_back(line);
    return all;
}

} // namespace

TEST_CASE("a log that goes on after a kill has no step twice and no half line")
{
    const TemporaryFolder folder;
    const auto file = folder.path() / "m.log.csv";
    {
        TrainingLog log(file, universalClasses(), 0);
        for (const std::int64_t step : {10, 20, 30, 40})
            log.add(report(step, step == 20 ? std::optional(0.25) : std::nullopt));
    }
    writeFile(file, readFile(file) + "50,0.1,1e-");
    {
        // The state was written at step 30.
        TrainingLog log(file, universalClasses(), 30);
        CHECK(log.rows().size() == 3);
        REQUIRE(log.validated(20));
        CHECK(*log.validated(20)->meanDice == 0.25);
        log.add(report(40));
        log.add(report(50));
    }
    const auto rows = lines(readFile(file));
    REQUIRE(rows.size() == 6);
    CHECK_THAT(rows[0], Catch::StartsWith("step,loss,learning_rate,seconds_a_step,validation_dice,spleen,"));
    for (std::size_t n = 1; n < rows.size(); ++n)
        CHECK_THAT(rows[n], Catch::StartsWith(std::to_string(10 * n) + ","));
    CHECK_THAT(rows[2], Catch::Contains(",0.25000,,,,,,0.25000,"));
    TrainingLog anew(file, universalClasses(), 0);
    CHECK(anew.rows().empty());
    CHECK(lines(readFile(file)).size() == 1);
}

TEST_CASE("the plot shows loss and validation, marks the best step and is well-formed")
{
    const TemporaryFolder folder;
    TrainingLog log(folder.path() / "a <b>.log.csv", universalClasses(), 0);
    for (std::int64_t step = 10; step <= 200; step += 10) {
        std::optional<double> validation;
        if (step % 50 == 0)
            validation = step == 150 ? 0.8 : 0.5;
        log.add(report(step, validation));
    }
    const std::string svg = readFile(folder.path() / "a <b>.log.svg");
    CHECK_THAT(svg, Catch::StartsWith("<svg") && Catch::EndsWith("</svg>\n"));
    CHECK_THAT(svg, Catch::Contains("best 0.800 at step 150") && Catch::Contains("a &lt;b&gt;"));
    CHECK(svg.find("nan") == std::string::npos);
}

TEST_CASE(
    "the model card tells data, steps, seed, figures, what was not seen, and that it is for research only")
{
    CardFacts facts;
    facts.pack.title = "Livers of ours";
    facts.pack.architecture = "unet";
    facts.pack.classes = universalClasses();
    facts.version = "9.9";
    facts.embeddings = "concept";
    facts.method = "AdamW.";
    facts.sets = {{"ours", 12, 3, "Liver", false}};
    facts.seen = bitOf(6);
    facts.leftOut = bitOf(4);
    facts.steps = 800;
    facts.publishedStep = 500;
    facts.stoppedEarly = true;
    facts.seed = 42;
    LogRow row;
    row.meanDice = 0.9;
    row.dice.resize(32);
    row.dice[5] = 0.9;
    facts.validation = row;
    const std::string card = modelCard(facts);
    for (const char* said : {"research only", "| ours | 12 | 3 | Liver |", "800 steps", "step 500", "Seed 42",
                             "| Liver | 0.900 |", "Left out of training on purpose: Gall Bladder",
                             "hounsfield-train 9.9", "ended early"})
        CHECK_THAT(card, Catch::Contains(said));
    const std::string unseen = card.substr(card.find("no scan taught"));
    CHECK_THAT(unseen, Catch::Contains("Spleen") && !Catch::Contains("Liver,"));
    CHECK_THAT(card, !Catch::Contains("No scan of a patient"));
    // Scans that are made up while it trains are not "0 cases", and are nobody's.
    facts.sets = {{"synthetic patients", 0, 3, "all 32", true}};
    CHECK_THAT(modelCard(facts), Catch::Contains("| synthetic patients | made up as needed | 3 | all 32 |") &&
                                     Catch::Contains("No scan of a patient was trained on.\n"));
    facts.from = "theirs";
    CHECK_THAT(modelCard(facts),
               Catch::Contains(
                   "No scan of a patient was trained on here (the model it began with may have seen some)."));
}
