// SPDX-License-Identifier: Apache-2.0
#include "inference/internal/PromptHead.h"
#include "inference/internal/Unet.h"
#include "inference/internal/cpu/Convolution.h"
#include "inference/training/Loss.h"
#include "inference/training/cpu/CpuTrainingUnet.h"
#include "tests/support/catch.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/tensor.h>

using namespace hounsfield;
using namespace hounsfield::training;

namespace {

constexpr Index3 size{32, 16, 24};
const std::vector<std::int64_t> classes{0, 3, 7};

TrainingPatch patchOf(std::uint64_t seed)
{
    std::mt19937_64 random(seed);
    TrainingPatch patch;
    for (std::int64_t v = 0; v < size[0] * size[1] * size[2]; ++v) {
        const ClassBits other = v % 11 == 0 ? 8u | 128u : 0u, bits = v % 7 < 3 ? 1u : other;
        patch.labels.push_back(bits);
        patch.image.push_back(0.3f * float(bits & 1) +
                              std::uniform_real_distribution<float>(0, 0.7f)(random));
    }
    patch.annotated = 0xFF;
    return patch;
}

Weights learnable(std::uint64_t seed)
{
    UnetWidths widths;
    widths.encoder = {16, 32, 32, 64};
    widths.firstConvolution = 16;
    Weights weights = freshUnetWeights(widths, seed);
    for (auto& [name, tensor] : weights)
        if (name != "organ_embedding")
            tensor.requires_grad_(true);
    return weights;
}

double byLibTorch(Weights& weights, const TrainingPatch& patch,
                  const std::vector<std::int64_t>& named = classes)
{
    const at::Tensor image = at::tensor(patch.image).reshape({1, 1, size[0], size[1], size[2]});
    const BackboneOutput out = unetForward(WeightScope(weights)("backbone"), image);
    const PromptHead head{WeightScope(weights)};
    const at::Tensor rows = weights.at("organ_embedding").index_select(0, at::tensor(named, at::kLong));
    const at::Tensor logits =
        PromptHead::logits(head.reduce(out.features).flatten(2),
                           head.controller(head.gap(out.bottleneck), rows), passedByShutRelu)[0];
    at::Tensor truth = at::empty({std::int64_t(named.size()), std::int64_t(patch.labels.size())});
    float* to = truth.data_ptr<float>();
    for (std::int64_t c : named)
        for (ClassBits bits : patch.labels)
            *to++ = float(bits >> c & 1);
    const at::Tensor loss = segmentationLoss(logits, truth);
    loss.backward();
    return loss.item<double>();
}

/// A norm follows these and takes them off again: their gradient is zero but for rounding.
bool isTakenOff(const std::string& name)
{
    return name.ends_with("conv1.bias") || name == "backbone.up_tr64.ops.1.bn1.weight";
}

/// The largest difference of any tensor's gradient, as part of that tensor's own length.
double worst(const Weights& a, const Weights& b, std::string& where)
{
    double most = 0;
    for (const auto& [name, tensor] : a) {
        if (!tensor.requires_grad() || isTakenOff(name))
            continue;
        INFO(name);
        REQUIRE(b.at(name).grad().defined());
        const at::Tensor x = tensor.grad(), y = b.at(name).grad();
        const double part = (x - y).norm().item<double>() / (x.norm().item<double>() + 1e-6);
        if (part > most) {
            most = part;
            where = name;
        }
    }
    return most;
}

} // namespace

TEST_CASE("a training step on the processor gives the loss and every gradient that LibTorch gives")
{
    const TrainingPatch patch = patchOf(3);
    Weights torch = learnable(5), own = learnable(5);
    CpuTrainingUnet network(own, size, false);
    const double expected = byLibTorch(torch, patch), loss = network.addGradients(own, patch, classes, 1);
    CHECK(loss == Approx(expected).epsilon(1e-4));
    std::string where;
    const double difference = worst(torch, own, where);
    INFO(where);
    CHECK(difference < 2e-3);
}

TEST_CASE("a class that is named several times counts so often")
{
    const TrainingPatch patch = patchOf(3);
    const std::vector<std::int64_t> named{0, 3, 3, 7, 3};
    Weights torch = learnable(5), own = learnable(5), once = learnable(5);
    CpuTrainingUnet network(own, size, false);
    const double expected = byLibTorch(torch, patch, named);
    CHECK(network.addGradients(own, patch, named, 1) == Approx(expected).epsilon(1e-4));
    std::string where;
    const double difference = worst(torch, own, where);
    INFO(where);
    CHECK(difference < 2e-3);
    // Once each is something else.
    CHECK(std::abs(expected - byLibTorch(once, patch)) > 1e-3);
}

TEST_CASE("a training step in bfloat16 points the same way")
{
    if (!hasFastBFloat16()) {
        WARN("skipped: this processor has no bfloat16");
        return;
    }
    const TrainingPatch patch = patchOf(4);
    Weights torch = learnable(6), own = learnable(6);
    CpuTrainingUnet network(own, size, true);
    CHECK(network.addGradients(own, patch, classes, 1) == Approx(byLibTorch(torch, patch)).epsilon(0.02));
    double both = 0, one = 0, other = 0;
    for (const auto& [name, tensor] : torch) {
        if (!tensor.requires_grad() || isTakenOff(name))
            continue;
        const at::Tensor x = tensor.grad(), y = own.at(name).grad();
        both += (x * y).sum().item<double>();
        one += (x * x).sum().item<double>();
        other += (y * y).sum().item<double>();
    }
    CHECK(both / std::sqrt(one * other) > 0.9);
}

TEST_CASE("gradients of several patches add up, each with its weight")
{
    Weights once = learnable(7), twice = learnable(7);
    CpuTrainingUnet a(once, size, false), b(twice, size, false);
    const double whole = a.addGradients(once, patchOf(1), classes, 1);
    const double halves =
        b.addGradients(twice, patchOf(1), classes, 0.25) + b.addGradients(twice, patchOf(1), classes, 0.75);
    CHECK(whole == Approx(halves).epsilon(1e-5));
    std::string where;
    CHECK(worst(once, twice, where) < 1e-4);
}

TEST_CASE("no convolution of a network runs in the library's reference loops")
{
    const std::vector<float> none(std::size_t(64) * 64 * 27, 0.0f);
    for (const auto& [in, out, kernel] : {std::tuple(1, 16, 3),
                                          {1, 64, 3},
                                          {8, 32, 3},
                                          {16, 16, 3},
                                          {48, 64, 3},
                                          {64, 64, 3},
                                          {64, 64, 1},
                                          {32, 16, 1}}) {
        const Convolution convolution({in, out, kernel, {16, 16, 16}, MapType::Float32}, none.data(),
                                      nullptr);
        INFO(in << " to " << out << ", kernel " << kernel << ": " << convolution.implementation());
        CHECK(convolution.implementation().find("ref") == std::string::npos);
    }
}
