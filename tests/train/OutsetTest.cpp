// SPDX-License-Identifier: Apache-2.0
#include "app/train/Outset.h"
#include "inference/PackWriter.h"
#include "inference/training/ClassEmbeddings.h"
#include "tests/support/Paths.h"
#include "tests/support/catch.h"
#include "tests/train/Boxes.h"
#include "tests/train/Sets.h"
#include "volume/io/MaskWriter.h"

using namespace hounsfield;
using namespace hounsfield::training;
using namespace hounsfield::test;
namespace fs = std::filesystem;

namespace {

const std::string tiny =
    " --steps 4 --spacing 4 --roi 16 16 16 --widths 16 16 16 16 --pool 2 --batch 1 --threads 2 --device cpu";

std::vector<std::vector<float>> table()
{
    return classEmbeddings("concept", universalClasses());
}

/// Scans in which nobody looked for anything.
class Unlooked final : public ScanSource {
public:
    TrainingScan next() override
    {
        TrainingScan scan = m_boxes.next();
        scan.annotated = 0;
        return scan;
    }

private:
    BoxSource m_boxes;
};

} // namespace

TEST_CASE("a model is never written over a folder that holds something else")
{
    const TemporaryFolder folder;
    writeCase(folder.path() / "data", {"one"}, {"liver"});
    const std::string data = quoted(folder.path() / "data");
    for (const std::string& command :
         {"train --data " + data + " --out " + data + tiny,
          "train --data " + data + " --out " + quoted(folder.path() / "data" / "") + tiny}) {
        const Said said = runTrainer(command);
        INFO(said.output);
        CHECK(said.code == 2);
        CHECK_THAT(said.output, Catch::Contains("would be lost") && !Catch::Contains("step"));
    }
    CHECK(fs::exists(folder.path() / "data" / "one" / "ct.nii.gz"));
    const ModelPack pack = tinyPack(folder.path() / "pack");
    CHECK_NOTHROW(checkPackPlace(folder.path() / "pack"));
    CHECK_NOTHROW(checkPackPlace(folder.path() / "nothing"));
    fs::create_directories(folder.path() / "empty");
    CHECK_NOTHROW(checkPackPlace(folder.path() / "empty"));
    // Beside a pack's own files something of the owner's.
    writeFile(folder.path() / "pack" / "my notes.txt", "mine");
    CHECK_THROWS_WITH(checkPackPlace(folder.path() / "pack"), Catch::Contains("my notes.txt"));
    writeFile(folder.path() / "file", "mine");
    CHECK_THROWS_AS(checkPackPlace(folder.path() / "file"), Error);
    CHECK_THROWS_AS(writePack(pack, "", "", folder.path() / "data"), Error);
    CHECK(fs::exists(folder.path() / "data" / "one" / "ct.nii.gz"));
}

TEST_CASE("a training's state goes on with the same training alone, and a finished one says that nothing was "
          "learned")
{
    const TemporaryFolder folder;
    writeCase(folder.path() / "data", {"one"}, {"liver"});
    const std::string train =
        "train --data " + quoted(folder.path() / "data") + " --out " + quoted(folder.path() / "ours") + tiny;
    REQUIRE(runTrainer(train).code == 0);
    Said said = runTrainer(train);
    INFO(said.output);
    CHECK(said.code == 0);
    CHECK_THAT(said.output, Catch::Contains("Nothing is left to train") && Catch::Contains("step 4 of 4"));
    // More steps, another rate: the same training.
    CHECK(runTrainer(train + " --learning-rate 0.002 --steps 5").code == 2); // --steps twice
    said = runTrainer("train --data " + quoted(folder.path() / "data") + " --out " +
                      quoted(folder.path() / "ours") + " --steps 6" + tiny.substr(tiny.find(" --spacing")) +
                      " --learning-rate 0.002");
    CHECK(said.code == 0);
    CHECK_THAT(said.output, Catch::Contains("Going on at step 4"));
    // Another case, another seed: other ones.
    said = runTrainer(train + " --seed 3");
    CHECK(said.code == 4);
    CHECK_THAT(said.output, Catch::Contains("\"seed: 1\"") && Catch::Contains("\"seed: 3\""));
    writeCase(folder.path() / "data", {"two"}, {"liver"});
    said = runTrainer(train);
    CHECK(said.code == 4);
    CHECK_THAT(said.output, Catch::Contains("case data/two: training"));
}

TEST_CASE("a training that weighs its classes otherwise is another training")
{
    TrainerSettings plain, weighted;
    weighted.emphasised = bitOf(27);
    CHECK(purposeOf(plain, {}, {}, {}) != purposeOf(weighted, {}, {}, {}));
    CHECK_THAT(purposeOf(weighted, {}, {}, {}), Catch::Matchers::Contains("class 27 counts 4 times"));
}

TEST_CASE("a training by muon is another training")
{
    TrainerSettings plain, muon;
    muon.muon = true;
    CHECK_THAT(purposeOf(plain, {}, {}, {}), !Catch::Matchers::Contains("optimizer"));
    CHECK_THAT(purposeOf(muon, {}, {}, {}), Catch::Matchers::Contains("optimizer: muon"));
}

TEST_CASE("a training that grows its model is another one than a training that does not")
{
    auto model = std::make_shared<ModelPack>();
    model->widths.encoder = {16, 32, 64, 128};
    TrainerSettings plain, grown;
    plain.from = grown.from = model;
    plain.widths = model->widths;
    grown.widths = model->widths;
    grown.widths.encoder = {16, 64, 128, 256};
    CHECK_THAT(purposeOf(plain, {}, {}, {}), !Catch::Matchers::Contains("grown"));
    CHECK_THAT(purposeOf(grown, {}, {}, {}), Catch::Matchers::Contains("grown to: 16 64 128 256"));
}

TEST_CASE("the row that was learned for one new class is not published as another's")
{
    const TemporaryFolder folder;
    tinyPack(folder.path() / "pack");
    writeCase(folder.path() / "data", {"one"}, {"heart", "aneurysm"});
    const auto extend = [&](const std::string& name) {
        return runTrainer("extend --model " + quoted(folder.path() / "pack") + " --class " + name +
                          " --data " + quoted(folder.path() / "data") + " --out " +
                          quoted(folder.path() / "longer") +
                          " --steps 3 --batch 1 --pool 1 --threads 2 --device cpu");
    };
    REQUIRE(extend("Heart").code == 0);
    const Said said = extend("Aneurysm");
    INFO(said.output);
    CHECK(said.code == 4);
    CHECK_THAT(said.output, Catch::Contains("class: Heart") && Catch::Contains("class: Aneurysm"));
    CHECK(openPackFolder(folder.path() / "longer").classById(33).name == "Heart");
}

TEST_CASE("validation that saw no class, or found nothing, does not choose the first weights")
{
    Validation silent, nothing, something;
    silent.dice = {std::nullopt, std::nullopt};
    nothing.dice = {std::nullopt, 0.0};
    something.dice = {std::nullopt, 0.3};
    something.meanDice = 0.3;
    CHECK_FALSE(silent.isBetterThan(-1));
    CHECK(nothing.isBetterThan(-1));
    CHECK(nothing.isBetterThan(0)); // the later one
    CHECK_FALSE(nothing.isBetterThan(0.3));
    CHECK(something.isBetterThan(0));
    CHECK_FALSE(something.isBetterThan(0.3));

    const TemporaryFolder folder;
    TrainingScan empty = BoxSource().next();
    std::fill(empty.labels.begin(), empty.labels.end(), ClassBits{0});
    TrainerSettings settings = tinySettings(20);
    settings.validateEvery = 5;
    BoxSource source;
    Progress progress;
    Trainer trainer(settings, table(), folder.path() / "state");
    trainer.run(
        source, {empty}, [](const TrainingReport&) {}, progress);
    CHECK(trainer.bestStep() == 20);
}

TEST_CASE("a batch of scans where nobody looked for anything teaches nothing and ends nothing")
{
    const TemporaryFolder folder;
    Unlooked source;
    Progress progress;
    // By LibTorch's way, where it once ended training, on a card and in builds without oneDNN alone.
    Trainer trainer(tinySettings(3), table(), folder.path() / "state");
    CHECK_NOTHROW(trainer.run(
        source, [](const TrainingReport&) {}, progress));
    CHECK(trainer.step() == 3);
}

TEST_CASE("sizes that no model could have, and a card that is not there, are told before training")
{
    const TemporaryFolder folder;
    writeCase(folder.path() / "data", {"one"}, {"liver"});
    const std::string train = "train --data " + quoted(folder.path() / "data") + " --out " +
                              quoted(folder.path() / "ours") + " --steps 2 --spacing 4 --device cpu ";
    for (const char* wrong : {"--roi 100 100 50", "--widths 16 40 80 160", "--card none.md"}) {
        const Said said = runTrainer(train + wrong);
        INFO(said.output);
        CHECK(said.code == 2);
        CHECK_FALSE(fs::exists(folder.path() / "ours.state"));
    }
    const Said said = runTrainer("train --data " + quoted(folder.path() / "data") + " --out " +
                                 quoted(folder.path() / "no folder" / "ours") + tiny);
    CHECK(said.code == 5);
    CHECK_THAT(said.output, Catch::Contains("cannot be written"));
}

TEST_CASE("one broken scan costs no figures of the others, and a label map is scored as training sees it")
{
    const TemporaryFolder folder;
    tinyPack(folder.path() / "pack");
    writeCase(folder.path() / "data", {"one"}, {"liver"});
    writeCase(folder.path() / "data", {"two"}, {"liver"});
    writeFile(folder.path() / "data" / "one" / "segmentations" / "liver.nii.gz", "no mask");
    const std::string evaluate =
        "evaluate --threads 2 --device cpu --model " + quoted(folder.path() / "pack");
    Said said = runTrainer(evaluate + " --data " + quoted(folder.path() / "data") + " --csv " +
                           quoted(folder.path() / "figures.csv"));
    INFO(said.output);
    CHECK(said.code == 3);
    CHECK_THAT(said.output,
               Catch::Contains("| Liver |") && Catch::Contains("1 of 2 scans could not be used"));
    CHECK_THAT(readFile(folder.path() / "figures.csv"), Catch::Contains("data/two,Liver"));
    said = runTrainer(evaluate + " --validation-only --data " + quoted(folder.path() / "data"));
    CHECK(said.code == 2);
    // The liver is half of the box, the tumor the whole of it: both count as liver, as in a folder of cases.
    const fs::path scan = folder.path() / "data" / "two" / "ct.nii.gz";
    const auto half = [](std::int64_t from) {
        return Mask::fromBox(boxGrid(), {{from, 8, 8}, {from + 3, 14, 14}},
                             std::vector<std::uint8_t>(108, 1));
    };
    const Mask liver = half(8), tumor = half(11);
    writeLabelMap({{1, "Liver", "", {}, &liver}, {2, "Liver Tumor", "", {}, &tumor}},
                  folder.path() / "labels.nii.gz", folder.path() / "labels.csv");
    said = runTrainer(evaluate + " --scan " + quoted(scan) + " --labels " +
                      quoted(folder.path() / "labels.nii.gz") + " --map 1:6,2:27 --csv " +
                      quoted(folder.path() / "map.csv"));
    INFO(said.output);
    CHECK(said.code == 0);
    INFO(readFile(folder.path() / "map.csv"));
    CHECK_THAT(readFile(folder.path() / "map.csv"),
               Catch::Contains("13.824")); // 216 voxels of 64 mm3, of the whole box
    // The same into the pack, whose lights go by it.
    said = runTrainer(evaluate + " --data " + quoted(folder.path() / "data") + " --into " +
                      quoted(folder.path() / "pack"));
    INFO(said.output);
    CHECK_THAT(said.output, Catch::Contains("Reliability of 1 classes written"));
    const ModelPack stated = openPackFolder(folder.path() / "pack");
    CHECK(stated.classById(6).reliability->scans == 1);
    CHECK(stated.classById(1).reliability->scans == 0);
    CHECK(runTrainer(evaluate + " --count 1 --into " + quoted(folder.path() / "pack")).code == 2);
}

TEST_CASE("a file that the model to begin with lacks is reported before the first step")
{
    const TemporaryFolder folder;
    writeCase(folder.path() / "data", {"one"}, {"liver"});
    tinyPack(folder.path() / "pack");
    fs::remove(folder.path() / "pack" / "card.md");
    const Said said = runTrainer("train --data " + quoted(folder.path() / "data") + " --from " +
                                 quoted(folder.path() / "pack") + " --out " + quoted(folder.path() / "ours") +
                                 " --steps 2");
    INFO(said.output);
    CHECK(said.code != 0);
    CHECK_THAT(said.output, Catch::Contains("card.md") && !Catch::Contains("step 2"));
    CHECK_FALSE(fs::exists(folder.path() / "ours.state"));
}

TEST_CASE("a training on scans and synthetic patients names both in its card, and goes on with the same "
          "share alone")
{
    const TemporaryFolder folder;
    writeCase(folder.path() / "data", {"one"}, {"liver"});
    const std::string train =
        "train --data " + quoted(folder.path() / "data") + " --out " + quoted(folder.path() / "ours") + tiny;
    const Said said = runTrainer(train + " --synthetic-share 0.5");
    INFO(said.output);
    REQUIRE(said.code == 0);
    const std::string card = readFile(folder.path() / "ours" / "card.md");
    CHECK_THAT(card, Catch::Contains("| data | 1 | 0 | Liver |") &&
                         Catch::Contains("| synthetic patients | made up as needed |"));
    CHECK_THAT(card, !Catch::Contains("No scan of a patient was trained on"));
    CHECK(openPackFolder(folder.path() / "ours")
              .source.ends_with("on the owner's scans and synthetic patients"));
    CHECK_THAT(runTrainer(train + " --synthetic-share 0.25").output, Catch::Contains("another training"));
}
