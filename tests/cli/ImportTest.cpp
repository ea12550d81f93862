// SPDX-License-Identifier: Apache-2.0
#include "inference/internal/TensorFile.h"
#include "inference/internal/TextShapes.h"
#include "inference/internal/UnetShapes.h"
#include "tests/cli/Program.h"
#include "tests/support/Formula.h"
#include "tests/support/Paths.h"
#include "tests/support/TorchFile.h"
#include "tests/support/catch.h"
#include "volume/Geometry.h"
#include "volume/io/MaskWriter.h"

using namespace hounsfield;
using namespace hounsfield::test;
namespace fs = std::filesystem;

TEST_CASE("a checkpoint of the published width is imported under the published licence, and segments a scan")
{
    // The older file of the Swin UNETR spells its backbone's keys without "backbone.".
    const bool swin = GENERATE(false, true);
    const std::string model = swin ? "clip_driven_universal_swin_unetr" : "clip_driven_universal_unet";
    INFO(model);
    const TemporaryFolder folder;
    StoredTensors published;
    for (auto& [name, tensor] :
         formulaWeights(swin ? expectedSwinTensors() : expectedUnetTensors(UnetWidths{})))
        published.emplace("module." + (swin && name.starts_with("backbone.") ? name.substr(9) : name),
                          std::move(tensor));
    writeFile(folder.path() / (model + ".safetensors"), writeSafetensors(published, {}));
    published.clear();
    const std::string models = "env HOUNSFIELD_MODELS=" + quoted(folder.path() / "models");

    const Outcome imported = runProgram(
        "model import " + quoted(folder.path() / (model + ".safetensors")) + " --accept-licence", models);
    INFO(imported.output);
    REQUIRE(imported.code == 0);
    CHECK(runProgram("model verify " + model, models).code == 0);

    const auto grid =
        Geometry::fromSpacing({24, 20, 12}, {-10, 5, 40}, {2, 2.5, 4}, {{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}});
    writeVolume(Volume(grid, std::vector<std::int16_t>(static_cast<std::size_t>(grid.voxelCount()), 60)),
                folder.path() / "block.nii.gz");
    const Outcome outcome =
        runProgram("segment " + quoted(folder.path() / "block.nii.gz") + " --model " + model +
                       " --prompt 'liver' --clean-up none --out " + quoted(folder.path() / "out"),
                   models);
    INFO(outcome.output);
    REQUIRE(outcome.code == 0);
    CHECK(readMask(folder.path() / "out" / "block_liver.nii.gz").geometry().sameGrid(grid, 1e-3));
    const auto json = readJson(folder.path() / "out" / "block_measurements.json");
    CHECK(json.at("model").at("name") == model);
    CHECK(json.at("model").at("weights_sha256").get<std::string>().size() == 64);
    CHECK(runProgram("model remove " + model, models).code == 0);
}

TEST_CASE("importing the published file with its optimizer takes little memory beside its size")
{
    const TemporaryFolder folder;
    TensorInfos tensors;
    for (const auto& [name, shape] : expectedSwinTensors())
        tensors["module." + (name.starts_with("backbone.") ? name.substr(9) : name)] = {ElementType::Float32,
                                                                                        shape};
    std::vector<float> some(1 << 18, 0.25f);
    writeTorchZip(folder.path() / "swin.pth", tensors, 1,
                  [&](const std::string&, const TensorInfo& tensor, const auto& write) {
                      for (std::uint64_t left = tensor.byteCount(); left > 0;) {
                          const std::uint64_t now =
                              std::min<std::uint64_t>(left, some.size() * sizeof(float));
                          write(std::string_view(reinterpret_cast<const char*>(some.data()),
                                                 static_cast<std::size_t>(now)));
                          left -= now;
                      }
                  });
    REQUIRE(std::filesystem::file_size(folder.path() / "swin.pth") > 470u << 20);
    const Measured idle = measureProgram("model list", folder.path() / "models");
    const Measured import = measureProgram(
        "model import " + quoted(folder.path() / "swin.pth") + " --accept-licence", folder.path() / "models");
    INFO(readFile(folder.path() / "models.log"));
    REQUIRE(import.code == 0);
    INFO("idle " << (idle.peakBytes >> 20) << " MiB, import " << (import.peakBytes >> 20) << " MiB");
    CHECK(import.peakBytes - idle.peakBytes < 40 << 20);
    CHECK(import.peakBytes < 400 << 20);
}

TEST_CASE("models side by side are listed with licence, size and text encoder, and one is given a text "
          "encoder by the command line")
{
    const TemporaryFolder folder;
    const std::string models = "env HOUNSFIELD_MODELS=" + quoted(folder.path() / "models");
    const fs::path checkpoint = folder.path() / "model.safetensors",
                   text = folder.path() / "text.safetensors", words = folder.path() / "merges.txt";
    writeFile(checkpoint, writeSafetensors(formulaWeights(expectedUnetTensors({{16, 16, 32, 32}, 8})), {}));
    TextEncoderSettings settings;
    settings.width = 64;
    settings.blocks = 1;
    writeFile(text, writeSafetensors(formulaWeights(expectedTextTensors(settings)), {}));
    std::string merges = "heading\n";
    for (int i = 0; i < 48894; ++i)
        merges += "a" + std::to_string(i) + " b\n";
    writeFile(words, merges);

    const std::string import = "model import " + quoted(checkpoint) + " --accept-licence --name ";
    CHECK(runProgram(import + "one --text-encoder " + quoted(text), models).code == 2);
    CHECK(runProgram(import + "one --vocabulary " + quoted(words), models).code == 2);
    REQUIRE(runProgram(import + "one", models).code == 0);
    REQUIRE(
        runProgram(import + "two --text-encoder " + quoted(text) + " --vocabulary " + quoted(words), models)
            .code == 0);
    const Outcome listed = runProgram("model list", models);
    INFO(listed.output);
    CHECK(listed.output.find("Text encoder: yes") != std::string::npos);
    CHECK(listed.output.find("Text encoder: no") != std::string::npos);
    CHECK(listed.output.find("Licence: As its owner says") != std::string::npos);
    CHECK(listed.output.find(" MB\n") != std::string::npos);
    CHECK(runProgram("encode 'spleen' --model one", models).code == 4);

    const Outcome added = runProgram(
        "model add-text-encoder one --weights " + quoted(text) + " --vocabulary " + quoted(words), models);
    INFO(added.output);
    REQUIRE(added.code == 0);
    CHECK(added.output.find("byte_pair, width 64, 1 blocks, 49408 tokens") != std::string::npos);
    // By name or by folder.
    CHECK(runProgram("model verify " + quoted(folder.path() / "models" / "one"), models).code == 0);
    CHECK(runProgram("model info " + quoted(folder.path() / "models" / "one"), models)
              .output.find("Text encoder: byte_pair") != std::string::npos);
    CHECK(runProgram("encode 'spleen' --model one", models).code == 0);
}
