// SPDX-License-Identifier: Apache-2.0
#include "app/train/MarkingChoice.h"
#include "tests/support/Paths.h"
#include "tests/support/catch.h"
#include "tests/train/Sets.h"

using namespace hounsfield;
using namespace hounsfield::training;
using namespace hounsfield::test;

namespace {

MarkingFigures lesionsOf(const Marking& marking, int lesions, int found, int wrong, double dice)
{
    return {marking, 3, dice, {lesions, found, wrong, 3, dice}};
}

MarkingFigures organOf(double threshold, int scans, double dice)
{
    return {{threshold, 0}, scans, dice, {}};
}

} // namespace

TEST_CASE("that way to mark a tumor is taken which finds most beyond what is none, in a tie that with the "
          "better outline, and none by two lesions")
{
    const std::vector<MarkingFigures> tried{
        lesionsOf({0.5, 0}, 9, 6, 5, 0.6), lesionsOf({0.9, 0}, 9, 5, 1, 0.2),
        lesionsOf({0.5, 0.9}, 9, 5, 1, 0.4), lesionsOf({0.5, 0.97}, 9, 3, 0, 0.5)};
    REQUIRE(bestForLesions(tried));
    CHECK(words(bestForLesions(tried)->marking) == "0.5, peak 0.9");
    // Nothing to choose between them: the first, which is the pack's own.
    const std::vector<MarkingFigures> alike{lesionsOf({0.7, 0}, 4, 0, 0, 0), lesionsOf({0.9, 0}, 4, 0, 0, 0)},
        few{lesionsOf({0.5, 0}, 2, 2, 0, 0.9)};
    CHECK(words(bestForLesions(alike)->marking) == "from 0.7");
    CHECK_FALSE(bestForLesions(few));
    // Three found with six that are none lose against nothing at all, and that is not left to be noticed.
    const std::vector<MarkingFigures> lost{lesionsOf({0.5, 0}, 4, 3, 6, 0.2),
                                           lesionsOf({0.97, 0}, 4, 0, 0, 0)};
    CHECK(findsNoMore(lost, *bestForLesions(lost)));
    CHECK_FALSE(findsNoMore(tried, *bestForLesions(tried)));
    CHECK_FALSE(findsNoMore(alike, *bestForLesions(alike)));
    CHECK_FALSE(bestForLesions({}));
}

TEST_CASE(
    "an organ keeps its threshold where another gains next to nothing, and where two scans would say so")
{
    const std::vector<MarkingFigures> thin{organOf(0.5, 8, 0.35), organOf(0.3, 8, 0.40),
                                           organOf(0.4, 8, 0.38)},
        large{organOf(0.45, 8, 0.9), organOf(0.4, 8, 0.903), organOf(0.5, 8, 0.89)},
        few{organOf(0.5, 2, 0.1), organOf(0.3, 2, 0.4)};
    CHECK(words(bestForOrgans(thin)->marking) == "from 0.3");
    CHECK(words(bestForOrgans(large)->marking) == "from 0.45");
    CHECK_FALSE(bestForOrgans(few));
}

TEST_CASE("thresholds are chosen for the classes that were annotated, told, and written into a pack whose "
          "weights are the same")
{
    const TemporaryFolder folder;
    const ModelPack pack = tinyPack(folder.path() / "model");
    for (const BoxCase& one : {BoxCase{"a", {4, 4, 4}}, BoxCase{"b", {12, 8, 8}}, BoxCase{"c", {8, 16, 12}}})
        writeCase(folder.path() / "data", one, {"liver", "liver_tumor"});
    const Said said =
        runTrainer("thresholds --model " + quoted(folder.path() / "model") + " --data " +
                   quoted(folder.path() / "data") + " --name tuned --out " + quoted(folder.path() / "tuned"));
    INFO(said.output);
    REQUIRE(said.code == 0);
    CHECK_THAT(said.output, Catch::Contains("| Liver (3) |") && Catch::Contains("| Liver Tumor (3) |") &&
                                !Catch::Contains("Kidney Tumor") && Catch::Contains("0.5, peak 0.95"));
    const ModelPack tuned = openPackFolder(folder.path() / "tuned");
    const ModelClass& tumor = tuned.classById(27);
    CHECK_THAT(said.output, Catch::Contains("| " + words({tumor.threshold, tumor.peak})));
    CHECK(tuned.classById(26).threshold == pack.classById(26).threshold);
    CHECK(tuned.weightsSha256 == pack.weightsSha256);
    CHECK_THAT(tuned.files->read("card.md"), Catch::Contains("These are no figures of its quality"));
    // What it gives is what the program then does.
    const Said measured = runTrainer("evaluate --model " + quoted(folder.path() / "tuned") + " --data " +
                                     quoted(folder.path() / "data"));
    INFO(measured.output);
    CHECK(tuned.name == "tuned");
    std::size_t cell = said.output.find('|', said.output.find("| Liver Tumor (3) |") + 1); // as it was
    for (const Marking& marking : markingsToTry(true)) {
        cell = said.output.find('|', cell + 1);
        if (words(marking) == words({tumor.threshold, tumor.peak}))
            break;
    }
    int found = 0, wrong = 0;
    REQUIRE(std::sscanf(said.output.c_str() + cell, "| %d / %d", &found, &wrong) == 2);
    CHECK_THAT(measured.output,
               Catch::Contains("| 3 | " + std::to_string(found) + " of 3 | " + std::to_string(wrong) + " |"));
}
