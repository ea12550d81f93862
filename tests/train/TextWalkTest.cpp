// SPDX-License-Identifier: Apache-2.0
#include "inference/ModelPack.h"
#include "tests/support/Paths.h"
#include "tests/support/SentencePiece.h"
#include "tests/support/catch.h"
#include "tests/train/Sets.h"

#include <cstdlib>
#include <sstream>

using namespace hounsfield;
using namespace hounsfield::test;
namespace fs = std::filesystem;

namespace {

/// A corpus of a few words with a vocabulary. @returns the words of a shell that train on it
std::string corpusIn(const fs::path& folder)
{
    fs::create_directories(folder / "corpus");
    writeFile(folder / "corpus" / "en.tsv",
              "liver\tliver\nliver\tthe liver\nliver\thepar\nspleen\tspleen\nspleen\tthe "
              "spleen\nspleen\tlien\nother.animal\tdog\nother.animal\tthe "
              "horse\nother.toy\tdoll\ntemplate\tshow the {}\n");
    writeFile(folder / "corpus" / "parts.txt", "liver\tliver organ\nspleen\tspleen organ\n");
    return "text --corpus " + quoted(folder / "corpus") + " --vocabulary " +
           quoted(trainSentencePiece(folder)) + " --steps 50 --batch 16 --width 64 --blocks 1";
}

} // namespace

TEST_CASE("a text encoder is trained, scored, and given to a model that is trained with it")
{
    const TemporaryFolder folder;
    const std::string words = quoted(folder.path() / "words"), model = quoted(folder.path() / "model");
    const Said learned = runTrainer(corpusIn(folder.path()) + " --out " + words);
    INFO(learned.output);
    REQUIRE(learned.code == 0);
    CHECK_THAT(learned.output, Catch::Contains("step 50 of 50") && Catch::Contains("| en |") &&
                                   Catch::Contains("Wrote the text encoder"));

    writeFile(folder.path() / "table.tsv",
              "# comment\nen\tliver\tliver of the patient\nen\tunknown\tdoll and dog\n");
    const Said scored = runTrainer("text --score " + quoted(folder.path() / "table.tsv") + " " + words);
    INFO(scored.output);
    CHECK(scored.code == 0);
    CHECK_THAT(scored.output, Catch::Contains("| en | 1 |") && Catch::Contains("| all | 1 |"));

    const Said trained = runTrainer("train --text-encoder " + words + " --out " + model +
                                    " --steps 2 --spacing 10 --roi 16 16 16 --widths 16 16 16 16 --pool 1 "
                                    "--batch 1 --threads 2 --device cpu");
    INFO(trained.output);
    REQUIRE(trained.code == 0);
    const ModelPack pack = openPackFolder(folder.path() / "model");
    verifyPack(pack);
    REQUIRE(pack.textEncoder);
    CHECK_THAT(readFile(folder.path() / "model" / "card.md"),
               Catch::Contains("text encoder") &&
                   Catch::Contains("| synthetic patients | made up as needed | 0 | all 32 |") &&
                   Catch::Contains("No scan of a patient was trained on.\n"));
    for (const std::string& file : filesOf(*pack.textEncoder))
        CHECK(fs::exists(folder.path() / "model" / file));
}

TEST_CASE("the encoder inside the program reads phrases that it never saw, in every language")
{
    const fs::path source = sourceFolder();
    const Said scored =
        runTrainer("text --score " + quoted(source / "tests" / "inference" / "text" / "heldout.tsv") + " " +
                   quoted(source / "resources" / "models" / "text"));
    INFO(scored.output);
    REQUIRE(scored.code == 0);
    int languages = 0;
    std::istringstream lines(scored.output);
    for (std::string line, cell; std::getline(lines, line);) {
        std::vector<double> values;
        std::istringstream cells(line);
        while (std::getline(cells, cell, '|'))
            values.push_back(std::atof(cell.c_str()));
        // language, class phrases, right, run, run or guessed, run as another, guessed as another, unknown
        // things, refused, run
        if (values.size() < 11 || values[2] < 1)
            continue;
        ++languages;
        INFO(line);
        CHECK(values[3] >= 90);
        CHECK(values[6] <= 3);
        CHECK(values[9] >= 90);
        CHECK(values[10] <= 3);
    }
    CHECK(languages == 6);
}

TEST_CASE("what is wrong with a corpus, a vocabulary or a folder of words is said in one sentence")
{
    const TemporaryFolder folder;
    const std::string out = quoted(folder.path() / "words");
    Said said = runTrainer("text --out " + out);
    CHECK(said.code == 2);
    CHECK_THAT(said.output, Catch::Contains("--corpus"));
    said = runTrainer("text --corpus " + quoted(folder.path()) + " --out " + out);
    CHECK(said.code == 2);
    CHECK_THAT(said.output, Catch::Contains(folder.path().string()));
    fs::create_directories(folder.path() / "corpus");
    writeFile(folder.path() / "corpus" / "en.tsv", "liver\tliver\n");
    said = runTrainer("text --corpus " + quoted(folder.path() / "corpus") + " --out " + out);
    CHECK(said.code == 2);
    CHECK_THAT(said.output, Catch::Contains("vocabulary.sh"));
    said = runTrainer("text --score none.tsv " + out);
    CHECK(said.code == 4);
    said = runTrainer("train --text-encoder " + out + " --out " + quoted(folder.path() / "model"));
    CHECK(said.code == 4);
    CHECK_FALSE(fs::exists(folder.path() / "model"));
}
