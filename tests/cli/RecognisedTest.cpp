// SPDX-License-Identifier: Apache-2.0
#include "inference/Recognition.h"
#include "inference/TextEncoder.h"
#include "tests/cli/Program.h"
#include "tests/support/Paths.h"
#include "tests/support/SentencePiece.h"
#include "tests/support/TaughtPack.h"
#include "tests/support/catch.h"
#include "volume/Geometry.h"
#include "volume/io/MaskWriter.h"
#include "volume/io/ScanReader.h"

using namespace hounsfield;
using namespace hounsfield::test;
namespace fs = std::filesystem;

namespace {

bool contains(const std::string& text, const std::string& part)
{
    return text.find(part) != std::string::npos;
}

const std::vector<TaughtWords> taught{{"hepatic blastoma", {"liver_tumor"}},
                                      {"beanoids", {"right_kidney", "left_kidney"}},
                                      {"beanish blob", {"kidney_tumor"}},
                                      {"beanish blob", {"kidney_cyst"}},
                                      {"scapula", {}},
                                      {"leberfilter", {"liver"}}};

fs::path writeBox(const fs::path& folder)
{
    const auto grid = Geometry::fromSpacing({24, 24, 16}, {0, 0, 0}, {4, 4, 5});
    std::vector<std::int16_t> voxels;
    for (int n = 0; n < 24 * 24 * 16; ++n)
        voxels.push_back(std::int16_t(40 + (13 * n) % 60));
    writeVolume(Volume(grid, voxels), folder / "box.nii.gz");
    return folder / "box.nii.gz";
}

} // namespace

TEST_CASE("understand tells what the text encoder recognised, with its confidence, what it is unsure of, and "
          "what it does not know")
{
    if (!besideLibTorch)
        return;
    const TemporaryFolder folder;
    const fs::path pack = writeTaughtPack(folder.path(), "taught", taught);
    const std::string model = " --model " + quoted(pack);
    const Outcome told =
        runProgram("understand 'the hepatic blastoma over 10 mm, beanoids and beanish blob' --json" + model);
    INFO(told.output);
    REQUIRE(told.code == 0);
    const auto parts = nlohmann::json::parse(told.output)["parts"];
    REQUIRE(parts.size() == 3);
    const auto open = openPackFolder(pack);
    const double confidence = Recognition::open(open)
                                  ->read(TextEncoder::open(open)->encodeAlone("hepatic blastoma").embedding)
                                  .confidence;
    CHECK(confidence > 0.99);
    CHECK(parts[0]["confidence"].get<double>() == Approx(confidence));
    CHECK(parts[0]["read_by_text_encoder"] == true);
    CHECK(parts[0]["unsure"] == false);
    CHECK(parts[0]["zero_shot"] == false);
    CHECK(parts[0]["targets"][0]["class_id"] == 27);
    CHECK(parts[0]["targets"][0]["part"] == "over 10 mm");
    CHECK(parts[1]["targets"].size() == 2);
    CHECK(parts[2]["unsure"] == true);
    CHECK(parts[2]["confidence"].get<double>() == Approx(0.5).margin(1e-3));
    CHECK(parts[2]["targets"].size() == 1);
    const Outcome words = runProgram("understand 'hepatic blastoma, scapula, liver'" + model);
    CHECK(words.code == 6);
    CHECK(contains(words.output, "Read as Liver Tumor by the text encoder (confidence "));
    CHECK(contains(words.output, "\"scapula\": not understood. I do not know this"));
    CHECK(contains(words.output, " Nearest: "));
    CHECK(contains(words.output, "\"liver\": Liver."));
    CHECK(contains(runProgram("model info " + quoted(pack)).output, "which of its classes"));
    // A file that is not whole is told, and nothing else is affected.
    fs::remove(pack / "recognition.safetensors");
    const Outcome broken = runProgram("understand 'hepatic blastoma'" + model);
    CHECK(broken.code == 4);
    CHECK(contains(broken.output, "recognition.safetensors"));
    CHECK(runProgram("understand 'liver'" + model).code == 0);
}

TEST_CASE("segment finds recognised words as their classes by the model's own rows, with the words and the "
          "confidence in its results")
{
    if (!besideLibTorch)
        return;
    const TemporaryFolder folder;
    const std::string scan = quoted(writeBox(folder.path())),
                      model = " --model " + quoted(writeTaughtPack(folder.path(), "taught", taught));
    const fs::path out = folder.path() / "out", plain = folder.path() / "plain";
    const Outcome outcome = runProgram(
        "segment " + scan + model +
        " --prompt 'leberfilter, scapula' --threshold 0.3 --precision fp32 --overlap 0 --threads 1 --out " +
        quoted(out));
    INFO(outcome.output);
    CHECK(outcome.code == 6); // half of it is not known
    CHECK(contains(outcome.output, "I do not know this"));
    const auto json = readJson(out / "box_measurements.json");
    REQUIRE(json["targets"].size() == 1);
    CHECK(json["targets"][0]["class_id"] == 6);
    CHECK(json["targets"][0]["zero_shot"] == false);
    CHECK(json["targets"][0]["prompt"] == "leberfilter");
    CHECK(contains(json["targets"][0]["understood_as"], "Read as Liver by the text encoder (confidence "));
    CHECK(json["not_understood"][0]["text"] == "scapula");
    REQUIRE(runProgram("segment " + scan + model +
                       " --prompt liver --threshold 0.3 --precision fp32 --overlap 0 --threads 1 --out " +
                       quoted(plain))
                .code == 0);
    CHECK(readMask(plain / "box_liver.nii.gz").toGrid() == readMask(out / "box_liver.nii.gz").toGrid());
    CHECK(runProgram("segment " + scan + model + " --prompt scapula --out " + quoted(folder.path() / "none"))
              .code == 6);
    CHECK_FALSE(fs::exists(folder.path() / "none"));
}

TEST_CASE("a batch understands recognised words as segment does")
{
    if (!besideLibTorch)
        return;
    const TemporaryFolder folder;
    const fs::path scan = writeBox(folder.path()), pack = writeTaughtPack(folder.path(), "taught", taught),
                   out = folder.path() / "out";
    writeFile(folder.path() / "list.csv", "scan,prompt\n" + scan.string() + ",leberfilter\n");
    const Outcome outcome =
        runProgram("batch " + quoted(folder.path() / "list.csv") + " --model " + quoted(pack) +
                   " --threshold 0.3 --precision fp32 --overlap 0 --threads 1 --out " + quoted(out));
    INFO(outcome.output);
    CHECK(outcome.code == 0);
    const auto json = readJson(out / "box" / "box_measurements.json");
    CHECK(json["targets"][0]["class_id"] == 6);
}
