// SPDX-License-Identifier: Apache-2.0
#include "inference/training/Widened.h"
#include "inference/internal/PromptHead.h"
#include "inference/internal/Unet.h"
#include "inference/internal/UnetShapes.h"
#include "tests/support/catch.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/rand.h>
#include <ATen/ops/randn.h>

using namespace hounsfield;
using namespace hounsfield::training;

namespace {

UnetWidths widthsOf(std::array<int, 4> encoder, int first)
{
    UnetWidths widths;
    widths.encoder = encoder;
    widths.firstConvolution = first;
    return widths;
}

/// Weights whose norms are no identity, so that a channel that takes another's is seen.
Weights weightsOf(const UnetWidths& widths)
{
    Weights weights = freshUnetWeights(widths, 3);
    for (auto& [name, tensor] : weights)
        if (tensor.dim() == 1)
            tensor.add_(at::randn(tensor.sizes()) * 0.3);
    return weights;
}

at::Tensor logitsOf(const Weights& weights, const at::Tensor& image)
{
    const BackboneOutput out = unetForward(WeightScope(weights)("backbone"), image);
    const PromptHead head{WeightScope(weights)};
    return PromptHead::logits(head.reduce(out.features).flatten(2),
                              head.controller(head.gap(out.bottleneck), weights.at("organ_embedding")), 0);
}

} // namespace

TEST_CASE("a network that has grown has the shapes of its widths and computes what it did")
{
    const UnetWidths narrow = widthsOf({16, 32, 32, 64}, 16);
    const Weights before = weightsOf(narrow);
    const at::Tensor image = at::rand({1, 1, 16, 16, 24}), expected = logitsOf(before, image);
    for (const UnetWidths& wide :
         {widthsOf({16, 64, 64, 128}, 16), widthsOf({32, 32, 96, 64}, 16), widthsOf({16, 32, 32, 64}, 32)}) {
        const Weights after = widened(before, narrow, wide, 1);
        TensorShapes shapes = expectedUnetTensors(wide);
        for (const auto& [name, shape] : shapes) {
            INFO(name);
            CHECK(after.at(name).sizes().vec() == shape);
        }
        CHECK((logitsOf(after, image) - expected).abs().max().item<double>() <
              1e-3 * expected.abs().max().item<double>());
    }
}

TEST_CASE("what repeats a channel in a grown network is read with another weight, and goes ways of its own "
          "in training")
{
    const UnetWidths narrow = widthsOf({16, 32, 32, 64}, 16), wide = widthsOf({16, 64, 64, 128}, 16);
    Weights after = widened(weightsOf(narrow), narrow, wide, 1);
    at::Tensor weight = after.at("backbone.down_tr256.ops.1.conv1.weight");
    weight.requires_grad_(true);
    logitsOf(after, at::rand({1, 1, 16, 16, 16})).square().mean().backward();
    const at::Tensor first = weight.grad()[0], second = weight.grad()[1];
    CHECK(at::equal(weight.detach()[0], weight.detach()[1]) == false);
    CHECK((first - second).norm().item<double>() > 0.05 * first.norm().item<double>());
}

TEST_CASE("a network grows by whole factors alone")
{
    const UnetWidths narrow = widthsOf({16, 32, 32, 64}, 16);
    CHECK(canGrow(narrow, narrow));
    CHECK_FALSE(canGrow(narrow, widthsOf({16, 48, 32, 64}, 16)));
    CHECK_FALSE(canGrow(narrow, widthsOf({16, 16, 32, 64}, 16)));
    CHECK_THROWS_AS(widened(weightsOf(narrow), narrow, widthsOf({16, 48, 32, 64}, 16), 1), Error);
}
