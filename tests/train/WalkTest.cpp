// SPDX-License-Identifier: Apache-2.0
#include "inference/ModelPack.h"
#include "tests/support/Paths.h"
#include "tests/support/catch.h"
#include "tests/train/Sets.h"

#include <algorithm>

using namespace hounsfield;
using namespace hounsfield::test;
namespace fs = std::filesystem;

// docs/training.md in small: the same commands, on patients of 10 mm voxels.

TEST_CASE("the walk through training: make data, check it, train, evaluate, add a class")
{
    const TemporaryFolder folder;
    const auto at = [&](const char* name) { return quoted(folder.path() / name); };
    REQUIRE(
        runTrainer("make-data --out " + at("abdomen") + " --count 3 --spacing 10 --classes \"Liver,Spleen\"")
            .code == 0);
    REQUIRE(runTrainer("make-data --out " + at("kidneys") +
                       " --count 2 --spacing 10 --first-seed 820100 --classes \"Left Kidney,Right Kidney\"")
                .code == 0);

    const Said check = runTrainer("check " + at("abdomen") + " " + at("kidneys") + " --validation 0.3");
    CHECK(check.code == 0);
    CHECK_THAT(check.output, Catch::Contains("| Liver | 3 | 3 |") &&
                                 Catch::Contains("| Left Kidney | 2 | 2 |") &&
                                 Catch::Contains("Annotated nowhere: Gall Bladder"));

    const std::string train =
        "train --out " + at("ours") + " --name ours --data " + at("abdomen") + " " + at("kidneys") +
        " --validation 0.3 --steps 12 --validate-every 6 --checkpoint-every 6 --spacing 10 --roi 16 16 16 "
        "--widths 16 16 16 16 --pool 3 --batch 1 --threads 2 --device cpu";
    const Said trained = runTrainer(train);
    INFO(trained.output);
    REQUIRE(trained.code == 0);
    CHECK_THAT(trained.output, Catch::Contains("step 12 of 12") && Catch::Contains("validation Dice") &&
                                   Catch::Contains("Wrote the model"));
    CHECK_THAT(readFile(folder.path() / "ours" / "card.md"),
               Catch::Contains("| abdomen | 2 | 1 | Spleen, Liver |") &&
                   Catch::Contains("| kidneys | 1 | 1 |"));
    CHECK(fs::exists(folder.path() / "ours.log.svg"));
    const std::string log = readFile(folder.path() / "ours.log.csv");
    CHECK(std::count(log.begin(), log.end(), '\n') == 4); // heading, 6, 10, 12

    const Said evaluated = runTrainer("evaluate --model " + at("ours") + " --data " + at("kidneys") +
                                      " --csv " + at("figures.csv"));
    INFO(evaluated.output);
    CHECK(evaluated.code == 0);
    CHECK_THAT(evaluated.output, Catch::Contains("| Left Kidney |") && !Catch::Contains("| Liver |") &&
                                     Catch::Contains("Mean over organs"));
    CHECK_THAT(readFile(folder.path() / "figures.csv"),
               Catch::Contains("kidneys/patient_820100,Left Kidney,1,"));

    REQUIRE(runTrainer("make-data --out " + at("hearts") +
                       " --count 3 --spacing 10 --first-seed 820200 --beyond Heart")
                .code == 0);
    CHECK_THAT(readFile(folder.path() / "hearts" / "dataset.json"),
               Catch::Contains("\"Heart\"") && !Catch::Contains("Liver"));
    const Said extended =
        runTrainer("extend --model " + at("ours") + " --class Heart --data " + at("hearts") + " --out " +
                   at("with") + " --steps 10 --batch 1 --pool 2 --threads 2 --device cpu");
    INFO(extended.output);
    REQUIRE(extended.code == 0);
    CHECK(openPackFolder(folder.path() / "with").classById(33).name == "Heart");
    const Said measured = runTrainer("evaluate --model " + at("with") + " --data " + at("hearts"));
    INFO(measured.output);
    CHECK_THAT(measured.output, Catch::Contains("| Heart |") && !Catch::Contains("| Liver |"));
    const Said hosted = runTrainer(
        "extend --model " + at("ours") + " --class Heart --host Aorta --like Aorta --fine-tune --data " +
        at("hearts") + " --out " + at("tuned") + " --steps 3 --batch 1 --pool 1 --threads 2 --device cpu");
    INFO(hosted.output);
    REQUIRE(hosted.code == 0);
    CHECK(openPackFolder(folder.path() / "tuned").classById(33).hosts == std::vector<int>{8});
}

TEST_CASE("training's errors are one sentence with the name of what is wrong, and leave no model behind")
{
    const TemporaryFolder folder;
    writeCase(folder.path() / "data", {"one"}, {"liver"});
    const std::string data = quoted(folder.path() / "data"), out = quoted(folder.path() / "out");
    Said said = runTrainer("train --data " + quoted(folder.path() / "none") + " --out " + out);
    CHECK(said.code == 2);
    CHECK_THAT(said.output, Catch::Contains((folder.path() / "none").string()));
    said = runTrainer("train --data " + data + " --leave-out \"Gal Bladder\" --out " + out);
    CHECK(said.code == 2);
    CHECK_THAT(said.output, Catch::Contains("Nearest: Gall Bladder"));
    said = runTrainer("train --data " + data + " --patience 3 --out " + out);
    CHECK(said.code == 2);
    CHECK_THAT(said.output, Catch::Contains("--validation"));
    said = runTrainer("train --from small --begin-as \"Liver Tumor\" --out " + out);
    CHECK(said.code == 2);
    CHECK_THAT(said.output, Catch::Contains("Liver Tumor=Liver"));
    said = runTrainer("extend --class Aneurysm --data " + data + " --out " + out);
    CHECK(said.code == 3);
    CHECK_THAT(said.output, Catch::Contains("aneurysm.nii.gz"));
    said = runTrainer("extend --class liver --data " + data + " --out " + out);
    CHECK(said.code == 2);
    writeFile(folder.path() / "data" / "one" / "segmentations" / "liver.nii.gz", "no mask");
    said = runTrainer("check " + data);
    CHECK(said.code == 3);
    CHECK_THAT(said.output,
               Catch::Contains((folder.path() / "data" / "one" / "segmentations" / "liver.nii.gz").string()));
    CHECK_FALSE(fs::exists(folder.path() / "out"));
}
