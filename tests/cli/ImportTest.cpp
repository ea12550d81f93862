#include "inference/internal/TensorFile.h"
#include "inference/internal/UnetShapes.h"
#include "tests/cli/Program.h"
#include "tests/support/Formula.h"
#include "tests/support/Paths.h"
#include "tests/support/catch.h"
#include "volume/Geometry.h"
#include "volume/io/MaskWriter.h"

using namespace hounsfield;
using namespace hounsfield::test;

TEST_CASE("a checkpoint of the published width is imported under the published licence, and segments a scan")
{
    // The older file of the Swin UNETR spells its backbone's keys without "backbone.".
    const bool swin = GENERATE(false, true);
    const std::string model = swin ? "clip_driven_universal_swin_unetr" : "clip_driven_universal_unet";
    INFO(model);
    const TemporaryFolder folder;
    StoredTensors published;
    for (auto& [name, tensor] : formulaWeights(swin ? expectedSwinTensors() : expectedUnetTensors(UnetWidths{})))
        published.emplace("module." + (swin && name.starts_with("backbone.") ? name.substr(9) : name), std::move(tensor));
    writeFile(folder.path() / (model + ".safetensors"), writeSafetensors(published, {}));
    published.clear();
    const std::string models = "env HOUNSFIELD_MODELS=" + quoted(folder.path() / "models");

    const Outcome imported = runProgram("model import " + quoted(folder.path() / (model + ".safetensors")) + " --accept-licence", models);
    INFO(imported.output);
    REQUIRE(imported.code == 0);
    CHECK(runProgram("model verify " + model, models).code == 0);

    const auto grid = Geometry::fromSpacing({24, 20, 12}, {-10, 5, 40}, {2, 2.5, 4}, {{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}});
    writeVolume(Volume(grid, std::vector<std::int16_t>(static_cast<std::size_t>(grid.voxelCount()), 60)), folder.path() / "block.nii.gz");
    const Outcome outcome = runProgram("segment " + quoted(folder.path() / "block.nii.gz") + " --model " + model + " --prompt 'liver' --clean-up none --out " + quoted(folder.path() / "out"), models);
    INFO(outcome.output);
    REQUIRE(outcome.code == 0);
    CHECK(readMask(folder.path() / "out" / "block_liver.nii.gz").geometry().sameGrid(grid, 1e-3));
    const auto json = readJson(folder.path() / "out" / "block_measurements.json");
    CHECK(json.at("model").at("name") == model);
    CHECK(json.at("model").at("weights_sha256").get<std::string>().size() == 64);
    CHECK(runProgram("model remove " + model, models).code == 0);
}
