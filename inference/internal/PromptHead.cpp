// SPDX-License-Identifier: Apache-2.0
#include "inference/internal/PromptHead.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/adaptive_avg_pool3d.h>
#include <ATen/ops/baddbmm.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/clamp_max.h>
#include <ATen/ops/conv3d.h>
#include <ATen/ops/group_norm.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/relu.h>

namespace hounsfield {
namespace {

at::Tensor normaliseRelu(const WeightScope& scope, const at::Tensor& input)
{
    at::Tensor normalised = at::group_norm(input, 16, scope["weight"], scope["bias"], 1e-5, false);
    return at::GradMode::is_enabled() ? at::relu(normalised) : normalised.relu_();
}

/// One layer for all classes of all windows: batch x out x in times batch x in x V.
at::Tensor layer(const at::Tensor& weight, const at::Tensor& bias, const at::Tensor& input)
{
    return at::baddbmm(bias.unsqueeze(-1), weight, input);
}

at::Tensor activate(at::Tensor x, double surrogate)
{
    if (!at::GradMode::is_enabled())
        return x.relu_();
    if (surrogate == 0)
        return at::relu(x);
    const at::Tensor shut = at::clamp_max(x, 0), nothing = shut - shut.detach();
    if (nothing.requires_grad())
        nothing.register_hook(
            [surrogate](const at::Tensor& gradient) { return surrogate * at::clamp_max(gradient, 0); });
    return at::relu(x) + nothing;
}

} // namespace

at::Tensor PromptHead::gap(const at::Tensor& bottleneck) const
{
    const WeightScope scope = m_scope("GAP");
    const at::Tensor pooled = at::adaptive_avg_pool3d(normaliseRelu(scope("0"), bottleneck), {1, 1, 1});
    return at::conv3d(pooled, scope["3.weight"], scope["3.bias"]).flatten(1);
}

at::Tensor PromptHead::reduce(const at::Tensor& features) const
{
    const WeightScope scope = m_scope("precls_conv");
    return at::conv3d(normaliseRelu(scope("0"), features), scope["2.weight"], scope["2.bias"]);
}

at::Tensor PromptHead::textToVision(const at::Tensor& embeddings) const
{
    const WeightScope scope = m_scope("text_to_vision");
    return at::linear(embeddings, scope["weight"], scope["bias"]);
}

at::Tensor PromptHead::controller(const at::Tensor& gap, const at::Tensor& embeddings) const
{
    const WeightScope scope = m_scope("controller");
    const std::int64_t windows = gap.size(0), classes = embeddings.size(0);
    const at::Tensor task = at::relu(textToVision(embeddings)).unsqueeze(0).expand({windows, classes, -1});
    const at::Tensor content = gap.unsqueeze(1).expand({windows, classes, -1});
    return at::linear(at::cat({content, task}, 2), scope["weight"].flatten(1), scope["bias"]);
}

at::Tensor PromptHead::logits(const at::Tensor& reduced, const at::Tensor& parameters, double surrogate)
{
    const std::int64_t n = parameters.size(0), k = parameters.size(1), voxels = reduced.size(2);
    const auto part = [&](std::int64_t begin, std::int64_t count) {
        return parameters.narrow(2, begin, count);
    };
    const at::Tensor w1 = part(0, 64).reshape({n, k * 8, 8}), b1 = part(136, 8).reshape({n, k * 8});
    const at::Tensor w2 = part(64, 64).reshape({n * k, 8, 8}), b2 = part(144, 8).reshape({n * k, 8});
    const at::Tensor w3 = part(128, 8).reshape({n * k, 1, 8}), b3 = part(152, 1).reshape({n * k, 1});
    // The first layer reads the same 8 channels for every class, so all classes are the rows of one matrix.
    at::Tensor x = activate(layer(w1, b1, reduced), surrogate).reshape({n * k, 8, voxels});
    x = activate(layer(w2, b2, x), surrogate);
    return layer(w3, b3, x).reshape({n, k, voxels});
}

} // namespace hounsfield
