// SPDX-License-Identifier: Apache-2.0
#include "inference/internal/cpu/CpuBackbone.h"
#include "inference/internal/Network.h"
#include "inference/internal/SwinUnetr.h"
#include "inference/internal/UnetShapes.h"
#include "tests/inference/engine/Recorded.h"
#include "tests/inference/engine/RecordedForward.h"
#include "tests/support/Formula.h"

#include <ATen/Parallel.h>
#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/abs.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/sigmoid.h>
#include <ATen/ops/tensor.h>

using namespace hounsfield;
using namespace hounsfield::test;

namespace {

at::Tensor plain(const FeatureMap& map)
{
    at::Tensor tensor = at::empty({1, map.channels, map.size[0], map.size[1], map.size[2]}, at::kFloat);
    toPlain(map, tensor.data_ptr<float>());
    return tensor;
}

at::Tensor inputOf(const nlohmann::json& recorded)
{
    const auto shape = recorded.at("input_shape").get<std::vector<std::int64_t>>();
    std::size_t count = 1;
    for (auto n : shape)
        count *= static_cast<std::size_t>(n);
    return at::tensor(uniform01("input", count)).reshape(shape);
}

/// Backbone and head in the processor's own form beside a recorded run of the published network.
void compareCpuForm(const std::string& file, const TensorShapes& shapes)
{
    REQUIRE_SHARED(shared);
    if (!CpuBackbone::available()) {
        WARN("skipped: this build has no oneDNN");
        return;
    }
    const auto recorded = nlohmann::json::parse(readFile(shared / "reference" / file));
    const at::NoGradGuard inference;
    at::set_num_threads(2);
    const Weights weights = toWeights(formulaWeights(shapes));
    const at::Tensor input = inputOf(recorded);
    const bool swin = weights.count("backbone.swinViT.patch_embed.proj.weight") > 0;
    const auto backbone =
        CpuBackbone::make(weights, swin, {input.size(2), input.size(3), input.size(4)}, MapType::Float32);
    for (int time = 0; time < 2; ++time) { // the second window finds the memory of the first
        const CpuMaps maps = backbone->run(input.data_ptr<float>());
        CHECK(largestDifference(plain(maps.bottleneck), recorded["bottleneck"]) < 1e-3);
        CHECK(largestDifference(plain(maps.features), recorded["features"]) < 1e-3);
    }

    const Network network(weights, at::Device(at::kCPU), Precision::Fp32);
    const Network::Output out = network.run(input);
    CHECK(largestDifference(out.gap, recorded["gap"]) < 1e-3);
    CHECK(largestDifference(out.reduced, recorded["precls"]) < 1e-3);
    const at::Tensor parameters = network.head().controller(out.gap, weights.at("organ_embedding"));
    const at::Tensor logits = PromptHead::logits(out.reduced.flatten(2), parameters);
    CHECK(largestDifference(logits, recorded["logits"]) < 1e-3);

    if (!CpuBackbone::computesInBFloat16()) {
        WARN("bfloat16 not compared: this processor would emulate it");
        return;
    }
    const Network half(weights, at::Device(at::kCPU), Precision::Bf16);
    REQUIRE(half.precision() == Precision::Bf16);
    const Network::Output rough = half.run(input);
    const at::Tensor roughLogits = PromptHead::logits(
        rough.reduced.flatten(2), half.head().controller(rough.gap, weights.at("organ_embedding")));
    CHECK((at::sigmoid(roughLogits) - at::sigmoid(logits)).abs().max().item<float>() < 0.05f);
    CHECK((at::sigmoid(roughLogits) - at::sigmoid(logits)).abs().mean().item<float>() < 0.005f);
}

} // namespace

TEST_CASE("the processor's own U-Net gives the published numbers on a small window")
{
    compareCpuForm("unet_forward_32x40x48.json", expectedUnetTensors(UnetWidths{}));
}

TEST_CASE("the processor's own U-Net gives the published numbers on a full window")
{
    compareCpuForm("unet_forward_96x96x96.json", expectedUnetTensors(UnetWidths{}));
}

TEST_CASE("the processor's own Swin UNETR gives the published numbers on a small window")
{
    compareCpuForm("swinunetr_forward_64x64x96.json", expectedSwinTensors());
}

TEST_CASE(
    "a first convolution of a width that is no multiple of sixteen gives what LibTorch's operators give")
{
    if (!CpuBackbone::available()) {
        WARN("skipped: this build has no oneDNN");
        return;
    }
    const at::NoGradGuard inference;
    const Weights weights = toWeights(formulaWeights(expectedUnetTensors({{16, 32, 64, 128}, 8})));
    const at::Tensor input = at::tensor(uniform01("narrow", 16 * 24 * 32)).reshape({1, 1, 16, 24, 32});
    const BackboneOutput expected = unetForward(WeightScope(weights)("backbone"), input);
    const auto backbone = CpuBackbone::make(weights, false, {16, 24, 32}, MapType::Float32);
    const CpuMaps maps = backbone->run(input.data_ptr<float>());
    CHECK((plain(maps.features) - expected.features).abs().max().item<float>() < 1e-4f);
    CHECK((plain(maps.bottleneck) - expected.bottleneck).abs().max().item<float>() < 1e-4f);
}
