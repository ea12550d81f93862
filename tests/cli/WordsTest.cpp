// SPDX-License-Identifier: Apache-2.0
#include "tests/cli/Program.h"
#include "tests/support/Paths.h"
#include "tests/support/SentencePiece.h"
#include "tests/support/TextPack.h"
#include "tests/support/catch.h"
#include "tokenizer/BytePairTokenizer.h"
#include "volume/Geometry.h"
#include "volume/io/MaskWriter.h"
#include "volume/io/ScanReader.h"

#include <set>
#include <sstream>

using namespace hounsfield;
using namespace hounsfield::test;
namespace fs = std::filesystem;

namespace {

bool contains(const std::string& text, const std::string& part)
{
    return text.find(part) != std::string::npos;
}

/// A small box of soft tissue in air.
fs::path writeBox(const fs::path& folder)
{
    const auto grid = Geometry::fromSpacing({30, 28, 20}, {-60, -50, 100}, {4, 4, 5});
    std::vector<std::int16_t> voxels;
    for (std::int64_t k = 0; k < 20; ++k)
        for (std::int64_t j = 0; j < 28; ++j)
            for (std::int64_t i = 0; i < 30; ++i)
                voxels.push_back(i > 4 && i < 25 && j > 4 && j < 24
                                     ? static_cast<std::int16_t>(40 + (7 * i + 13 * j + 29 * k) % 60)
                                     : std::int16_t(-1000));
    writeVolume(Volume(grid, voxels), folder / "box.nii.gz");
    return folder / "box.nii.gz";
}

nlohmann::json jsonOf(const Outcome& outcome)
{
    INFO(outcome.output);
    REQUIRE(outcome.code == 0);
    return nlohmann::json::parse(outcome.output);
}

} // namespace

TEST_CASE("encode tells ids, embedding and nearest classes, through a pack with sentencepiece and one with "
          "CLIP's byte pairs")
{
    const TemporaryFolder folder;
    const auto check = [&](const fs::path& pack, const std::string& ids) {
        const std::string model = " --model " + quoted(pack);
        const auto json = jsonOf(runProgram("encode 'renal artery' --json" + model));
        CHECK(json["text"] == "A computerized tomography of a renal artery");
        std::string framed;
        for (const auto& id : json["ids"])
            framed += (framed.empty() ? "" : " ") + std::to_string(id.get<int>());
        CHECK(framed == ids);
        CHECK(json["tokens"] == json["ids"].size());
        CHECK(json["tokens_left_out"] == 0);
        CHECK(json["embedding"].size() == 512);
        REQUIRE(json["nearest"].size() == 32);
        CHECK(json["nearest"][0]["centred_cosine"] >= json["nearest"][31]["centred_cosine"]);
        CHECK(json["note"] == "");
        const Outcome shown = runProgram("encode liver" + model);
        CHECK(shown.code == 0);
        CHECK(contains(shown.output, "512 values"));
        CHECK(contains(shown.output, "cosine"));
        CHECK(contains(shown.output, "A known class (Liver)"));
        const Outcome cut = runProgram("encode 'a very long text about many vessels of the whole body and of "
                                       "what lies beside them, arteries and veins and ducts, and more' " +
                                       model);
        CHECK(cut.code == 0);
        CHECK(contains(cut.output, "left out"));
        CHECK(runProgram("encode ' '" + model).code == 6);
        // Zero-shot only where a model has the encoder.
        const auto understood = jsonOf(runProgram("understand 'liver, renal artery' --json" + model));
        CHECK(understood["parts"][0]["zero_shot"] == false);
        CHECK(understood["parts"][1]["zero_shot"] == true);
        CHECK(contains(understood["parts"][1]["explanation"], "(cosine "));
        CHECK(runProgram("understand 'renal artery'").code == 6);
    };
    if (besideLibTorch) {
        const fs::path trained = trainSentencePiece(folder.path());
        check(writeTextPack(folder.path(), "pieces", "sentencepiece", readFile(trained), 400),
              "1 " + sentencePieceIds(trained, "A computerized tomography of a renal artery") + " 2");
    }
    REQUIRE_SHARED(shared);
    const fs::path merges = shared / "reference" / "bpe_simple_vocab_16e6.txt.gz";
    std::string ids;
    for (const std::int32_t id :
         BytePairTokenizer::fromFile(merges).encode("A computerized tomography of a renal artery"))
        ids += (ids.empty() ? "" : " ") + std::to_string(id);
    check(writeTextPack(folder.path(), "pairs", "byte_pair", readFile(merges), 49408), ids);
}

TEST_CASE("a prompt that mixes known classes and words is segmented, and what is zero-shot is marked in "
          "every result")
{
    if (!besideLibTorch)
        return;
    const TemporaryFolder folder;
    const std::string scan = quoted(writeBox(folder.path()));
    const fs::path out = folder.path() / "out",
                   pack = writeTextPack(folder.path(), "pieces", "sentencepiece",
                                        readFile(trainSentencePiece(folder.path())), 400);
    const std::string model = " --model " + quoted(pack);
    const Outcome outcome = runProgram(
        "segment " + scan + model +
        " --prompt 'please show me the Renal artery, liver; 肝臓' --threshold 0.3 --label-map --out " +
        quoted(out));
    INFO(outcome.output);
    REQUIRE(outcome.code == 0);
    CHECK(contains(outcome.output, "Renal artery (zero-shot)"));
    CHECK(contains(outcome.output, "Do not trust it without looking"));

    const auto json = readJson(out / "box_measurements.json");
    REQUIRE(json["targets"].size() == 3);
    std::set<std::string> masks;
    for (const auto& target : json["targets"]) {
        const bool known = target["name"] == "Liver";
        INFO(target.dump(2));
        CHECK(target["zero_shot"] == !known);
        CHECK(target["class_id"] == (known ? 6 : 0));
        CHECK(target.contains("nearest") == !known);
        CHECK(masks.insert(target["mask"]).second);
        CHECK(fs::exists(out / target["mask"].get<std::string>()));
        if (known)
            continue;
        REQUIRE(target["nearest"].size() == 3);
        CHECK(target["nearest"][0]["cosine"].get<double>() <= 1);
        CHECK(target["lesions"].empty());
        bool warned = false;
        for (const auto& warning : target["warnings"])
            warned = warned || contains(warning, "Not a class this model was trained on");
        CHECK(warned);
    }
    CHECK(masks.count("box_zero_shot_renal_artery.nii.gz"));
    const std::string csv = readFile(out / "box_measurements.csv"), labels = readFile(out / "box_labels.csv");
    INFO(csv);
    std::istringstream lines(csv);
    std::string head, first, second;
    std::getline(lines, head);
    std::getline(lines, first);
    std::getline(lines, second);
    CHECK(contains(head, "warnings,zero_shot,nearest"));
    CHECK(contains(first, ",true,"));
    CHECK(contains(second, ",false,"));
    CHECK(contains(labels, "33,Renal artery (zero-shot)"));
    CHECK(contains(labels, "6,Liver"));
    CHECK(contains(labels, "34,"));

    // The known class is what a model without words finds.
    const fs::path plain = writeTextPack(folder.path(), "none", "", "", 0);
    REQUIRE(runProgram("segment " + scan + " --model " + quoted(plain) +
                       " --prompt liver --threshold 0.3 --out " + quoted(folder.path() / "plain"))
                .code == 0);
    CHECK(readMask(folder.path() / "plain" / "box_liver.nii.gz").toGrid() ==
          readMask(out / "box_liver.nii.gz").toGrid());
    const Outcome refused = runProgram("segment " + scan + " --model " + quoted(plain) +
                                       " --prompt 'renal artery' --out " + quoted(folder.path() / "none"));
    CHECK(refused.code == 6);
    CHECK(runProgram("segment " + scan + model + " --prompt 'not the renal artery' --out " +
                     quoted(folder.path() / "none"))
              .code == 6);
    // A text encoder that cannot be opened is told before the scan is looked at.
    writeFile(pack / "text_vocabulary.model", "damaged");
    const Outcome damaged = runProgram("segment " + scan + model + " --prompt 'renal artery' --out " +
                                       quoted(folder.path() / "none"));
    CHECK(damaged.code == 4);
    CHECK_FALSE(contains(damaged.output, "looking at the scan"));
}
