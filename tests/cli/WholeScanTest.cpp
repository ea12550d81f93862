// SPDX-License-Identifier: Apache-2.0
#include "inference/PackWriter.h"
#include "inference/Segmenter.h"
#include "inference/internal/TensorFile.h"
#include "inference/internal/UnetShapes.h"
#include "tests/cli/Program.h"
#include "tests/support/Formula.h"
#include "tests/support/Paths.h"
#include "tests/support/catch.h"
#include "volume/io/ScanReader.h"

#include <cmath>
#include <cstring>

using namespace hounsfield;
using namespace hounsfield::test;
namespace fs = std::filesystem;

namespace {

/// A U-Net of fewer channels than the published one: a whole scan within a test's time.
ModelPack formulaPack(const nlohmann::json& recorded, const fs::path& folder)
{
    ModelPack pack;
    pack.name = "formula";
    pack.title = "Formula weights";
    pack.version = "1";
    pack.licence = "Apache-2.0";
    pack.source = "a formula";
    pack.architecture = unetArchitecture;
    for (int& width : pack.widths.encoder)
        width /= recorded.at("narrow").get<int>();
    pack.widths.firstConvolution /= recorded.at("narrow").get<int>();
    pack.promptTemplate = "{}";
    pack.classes = universalClasses();
    pack.weightsFile = "weights.safetensors";
    StoredTensors tensors =
        formulaWeights(expectedUnetTensors(pack.widths), recorded.at("seed").get<std::uint64_t>());
    std::string& bias = tensors.at("controller.bias").bytes;
    float b3 = 0;
    std::memcpy(&b3, bias.data() + bias.size() - sizeof b3, sizeof b3);
    b3 += recorded.at("b3_shift").get<float>();
    std::memcpy(bias.data() + bias.size() - sizeof b3, &b3, sizeof b3);
    writePack(pack, writeSafetensors(tensors, {}), "card", folder);
    return openPackFolder(folder);
}

bool bit(const std::string& hexadecimal, std::size_t n)
{
    return std::stoi(hexadecimal.substr(n / 4, 1), nullptr, 16) >> (3 - n % 4) & 1;
}

} // namespace

TEST_CASE("a whole CT gives the masks of an independent implementation, raw and after the published clean-up")
{
    REQUIRE_SHARED(shared);
    const auto recorded = readJson(sourceFolder() / "tests" / "independent" / "recorded.json");
    const TemporaryFolder folder;
    const ModelPack pack = formulaPack(recorded, folder.path() / "formula");
    EngineSettings settings;
    settings.device = "cpu";
    settings.precision = Precision::Fp32;
    const auto segmenter = Segmenter::open(pack, settings);
    Progress silent;
    const Scan scan = readScan(shared / "data" / recorded.at("scan").get<std::string>(), {}, silent);
    const auto prepared = segmenter->prepare(scan.volume, {}, silent);
    for (const auto& [rules, name] :
         {std::pair(CleanUp::None, "none"), std::pair(CleanUp::Published, "published")}) {
        const auto findings = segmenter->segment(
            *prepared, PromptResolver(pack.classes).everything().targets(), {{}, rules}, silent);
        REQUIRE(findings.size() == recorded.at(name).size());
        for (const Finding& finding : findings) {
            const auto& expected = recorded.at(name).at(static_cast<std::size_t>(finding.target.classId - 1));
            const auto bits = expected.at("inside").get<std::string>();
            const std::vector<std::uint8_t> inside = finding.mask.toGrid();
            const auto places = uniform01("parity", bits.size() * 4);
            int differ = 0;
            for (std::size_t n = 0; n < places.size(); ++n)
                differ += bool(inside[static_cast<std::size_t>(double(places[n]) * double(inside.size()))]) !=
                          bit(bits, n);
            INFO(name << ", " << finding.target.name);
            CHECK(differ <= 1);
            CHECK(std::abs(finding.mask.count() - expected.at("voxels").get<std::int64_t>()) <=
                  2 + finding.mask.count() / 1000);
        }
    }
}
