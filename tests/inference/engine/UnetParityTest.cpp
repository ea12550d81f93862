// SPDX-License-Identifier: Apache-2.0
#include "inference/internal/PromptHead.h"
#include "inference/internal/Unet.h"
#include "inference/internal/UnetShapes.h"
#include "tests/inference/engine/Recorded.h"
#include "tests/inference/engine/RecordedForward.h"
#include "tests/support/Formula.h"

#include <ATen/Functions.h>
#include <ATen/Parallel.h>
#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/tensor.h>

using namespace hounsfield;
using namespace hounsfield::test;

namespace {

void compareStageByStage(const std::filesystem::path& file)
{
    const auto recorded = nlohmann::json::parse(readFile(file));
    const auto shape = recorded.at("input_shape").get<std::vector<std::int64_t>>();
    std::size_t count = 1;
    for (auto n : shape)
        count *= static_cast<std::size_t>(n);
    const at::NoGradGuard inference;
    at::set_num_threads(2);
    const Weights weights = toWeights(formulaWeights(expectedUnetTensors(UnetWidths{})));
    const at::Tensor input = at::tensor(uniform01("input", count)).reshape(shape);

    const BackboneOutput out = unetForward(WeightScope(weights)("backbone"), input);
    compareWithRecorded(weights, out, recorded);
}

} // namespace

TEST_CASE("the formula streams are those of the reference")
{
    REQUIRE_SHARED(shared);
    const auto spot = nlohmann::json::parse(readFile(shared / "reference" / "spot_checks.json"));
    for (const auto& [name, values] : spot["uniform01"].items())
        CHECK(uniform01(name, values.size()) == values.get<std::vector<float>>());
    const auto weights = fill("backbone.down_tr64.ops.0.conv1.weight", {32, 1, 3, 3, 3});
    for (std::size_t i = 0; i < 5; ++i)
        CHECK(weights[i] ==
              Approx(spot["fill_backbone.down_tr64.ops.0.conv1.weight"][i].get<float>()).epsilon(1e-6));
}

TEST_CASE("the U-Net and its head give the published numbers, stage by stage, on a small window")
{
    REQUIRE_SHARED(shared);
    compareStageByStage(shared / "reference" / "unet_forward_32x40x48.json");
}

TEST_CASE("the U-Net and its head give the published numbers, stage by stage, on a full window")
{
    REQUIRE_SHARED(shared);
    compareStageByStage(shared / "reference" / "unet_forward_96x96x96.json");
}

TEST_CASE("windows in a batch give what each gives alone")
{
    const at::NoGradGuard inference;
    const Weights weights = toWeights(formulaWeights(expectedUnetTensors({{16, 32, 64, 128}, 8})));
    const at::Tensor both = at::tensor(uniform01("batch", 2 * 16 * 24 * 16)).reshape({2, 1, 16, 24, 16});
    const auto together = unetForward(WeightScope(weights)("backbone"), both);
    for (int n = 0; n < 2; ++n) {
        const auto alone = unetForward(WeightScope(weights)("backbone"), both.narrow(0, n, 1));
        CHECK((together.features.narrow(0, n, 1) - alone.features).abs().max().item<float>() < 1e-4);
        CHECK((together.bottleneck.narrow(0, n, 1) - alone.bottleneck).abs().max().item<float>() < 1e-4);
    }
}

TEST_CASE("the head for some classes gives the same logits as the head for all")
{
    const at::NoGradGuard inference;
    const Weights weights = toWeights(formulaWeights(expectedUnetTensors({{16, 32, 64, 128}, 8})));
    const PromptHead head{WeightScope(weights)};
    const at::Tensor gap = at::tensor(uniform01("gap", 256)).reshape({1, 256});
    const at::Tensor reduced = at::tensor(uniform01("reduced", 8 * 100)).reshape({1, 8, 100});
    const at::Tensor table = weights.at("organ_embedding");
    const at::Tensor all = PromptHead::logits(reduced, head.controller(gap, table));
    const at::Tensor liver = PromptHead::logits(reduced, head.controller(gap, table.narrow(0, 5, 1)));
    CHECK((all.narrow(1, 5, 1) - liver).abs().max().item<float>() < 1e-5);
    CHECK((all.narrow(1, 4, 1) - liver).abs().max().item<float>() > 1e-3);
}
