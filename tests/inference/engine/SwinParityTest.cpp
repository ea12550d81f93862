// SPDX-License-Identifier: Apache-2.0
#include "inference/internal/SwinUnetr.h"
#include "inference/internal/UnetShapes.h"
#include "tests/inference/engine/Recorded.h"
#include "tests/inference/engine/RecordedForward.h"
#include "tests/support/Formula.h"
#include "tests/support/StopLooks.h"

#include <ATen/Functions.h>
#include <ATen/Parallel.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/tensor.h>

using namespace hounsfield;
using namespace hounsfield::test;

namespace {

void compareStageByStage(const std::filesystem::path& file)
{
    const auto recorded = nlohmann::json::parse(readFile(file));
    const auto shape = recorded.at("input_shape").get<std::vector<std::int64_t>>();
    const at::NoGradGuard inference;
    at::set_num_threads(2);
    const Weights weights = toWeights(formulaWeights(expectedSwinTensors()));
    const at::Tensor input =
        at::tensor(uniform01("input", std::size_t(shape[2] * shape[3] * shape[4]))).reshape(shape);
    const BackboneOutput out = swinUnetrForward(WeightScope(weights)("backbone"), input);
    compareWithRecorded(weights, out, recorded);
}

} // namespace

TEST_CASE("every tensor of the published Swin UNETR is expected, with its shape")
{
    REQUIRE_SHARED(shared);
    const TensorShapes expected = expectedSwinTensors();
    std::size_t seen = 0;
    for (const auto& entry :
         nlohmann::json::parse(readFile(shared / "reference" / "swinunetr_state_dict.json"))) {
        const std::string key = entry["key"];
        if (key.ends_with("relative_position_index"))
            continue;
        INFO(key);
        REQUIRE(expected.count(key));
        CHECK(expected.at(key) == entry["shape"].get<std::vector<std::int64_t>>());
        ++seen;
    }
    CHECK(seen == expected.size());
}

TEST_CASE("the Swin UNETR and its head give the published numbers, stage by stage, on an uneven window")
{
    REQUIRE_SHARED(shared);
    compareStageByStage(shared / "reference" / "swinunetr_forward_64x64x96.json");
}

TEST_CASE("the Swin UNETR and its head give the published numbers, stage by stage, on a full window")
{
    REQUIRE_SHARED(shared);
    compareStageByStage(shared / "reference" / "swinunetr_forward_96x96x96.json");
}

TEST_CASE("the transformer is stopped before every sixteen windows of its attention and before each half of "
          "its perceptrons")
{
    const at::NoGradGuard inference;
    at::set_num_threads(2);
    const Weights weights = toWeights(formulaWeights(expectedSwinTensors(12)));
    const WeightScope swin = WeightScope(weights)("backbone")("swinViT");
    const at::Tensor input = at::tensor(uniform01("input", 64 * 64 * 64)).reshape({1, 1, 64, 64, 64});
    const int looks = checkEveryLookStops([&](const Progress& stop) { swinTokens(swin, input, &stop); });
    // Two blocks and a merge each: 125, 27, 8 and 1 windows of attention.
    CHECK(looks == 2 * (8 + 2) + 1 + 2 * (2 + 2) + 1 + 2 * (2 * (1 + 2) + 1));
}
