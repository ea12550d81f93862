// SPDX-License-Identifier: Apache-2.0
#include "inference/training/text/TextNetwork.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/TensorOperators.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/embedding.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/full.h>
#include <ATen/ops/layer_norm.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/sigmoid.h>
#include <ATen/ops/softmax.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/triu.h>
#include <ATen/ops/zeros.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace hounsfield::training {
namespace {

at::Tensor dropped(const at::Tensor& x, double share, const at::Generator& random)
{
    if (share <= 0)
        return x;
    return x * at::empty_like(x).bernoulli_(1 - share, random).div_(1 - share);
}

at::Tensor normalise(const WeightScope& scope, const std::string& name, const at::Tensor& x)
{
    return at::layer_norm(x, {x.size(-1)}, scope[name + ".weight"], scope[name + ".bias"], 1e-5);
}

/// @param x texts x tokens x width
at::Tensor attend(const WeightScope& scope, const at::Tensor& x, std::int64_t heads)
{
    const std::int64_t texts = x.size(0), tokens = x.size(1), width = x.size(2), part = width / heads;
    const at::Tensor qkv = at::linear(x, scope["in_proj_weight"], scope["in_proj_bias"])
                               .reshape({texts, tokens, 3, heads, part})
                               .permute({2, 0, 3, 1, 4});
    const at::Tensor later = at::triu(at::full({tokens, tokens}, -std::numeric_limits<float>::infinity()), 1);
    const at::Tensor scores =
        at::matmul(qkv[0] * (1 / std::sqrt(double(part))), qkv[1].transpose(2, 3)) + later;
    const at::Tensor mixed =
        at::matmul(at::softmax(scores, -1), qkv[2]).transpose(1, 2).reshape({texts, tokens, width});
    return at::linear(mixed, scope["out_proj.weight"], scope["out_proj.bias"]);
}

/// The same where only one token's answer is wanted, each text's last: most of a last block's work is for
/// tokens that no one looks at.
/// @param x texts x tokens x width, normalised @param ends of the texts @returns texts x width
at::Tensor attendFrom(const WeightScope& scope, const at::Tensor& x, const std::vector<std::int64_t>& ends,
                      std::int64_t heads)
{
    const std::int64_t texts = x.size(0), tokens = x.size(1), width = x.size(2), part = width / heads;
    const at::Tensor& weight = scope["in_proj_weight"];
    const at::Tensor& bias = scope["in_proj_bias"];
    const at::Tensor last = at::tensor(ends, at::kLong);
    const at::Tensor from =
        x.reshape({texts * tokens, width}).index_select(0, last + at::arange(texts, at::kLong) * tokens);
    const at::Tensor q = at::linear(from, weight.narrow(0, 0, width), bias.narrow(0, 0, width))
                             .reshape({texts, heads, 1, part});
    const at::Tensor kv = at::linear(x, weight.narrow(0, width, 2 * width), bias.narrow(0, width, 2 * width))
                              .reshape({texts, tokens, 2, heads, part})
                              .permute({2, 0, 3, 1, 4});
    const at::Tensor later =
        at::arange(tokens, at::kLong).unsqueeze(0).gt(last.unsqueeze(1)).reshape({texts, 1, 1, tokens});
    const at::Tensor scores = at::matmul(q * (1 / std::sqrt(double(part))), kv[0].transpose(2, 3))
                                  .masked_fill(later, -std::numeric_limits<float>::infinity());
    return at::linear(at::matmul(at::softmax(scores, -1), kv[1]).reshape({texts, width}),
                      scope["out_proj.weight"], scope["out_proj.bias"]);
}

at::Tensor perceive(const WeightScope& scope, const at::Tensor& x)
{
    const at::Tensor hidden = at::linear(x, scope["c_fc.weight"], scope["c_fc.bias"]);
    return at::linear(hidden * at::sigmoid(1.702 * hidden), scope["c_proj.weight"], scope["c_proj.bias"]);
}

double deviationOf(const std::string& name, const TextEncoderSettings& settings)
{
    const double width = settings.width, deep = 1 / std::sqrt(2.0 * settings.blocks);
    if (name == "token_embedding.weight")
        return 0.02;
    if (name == "positional_embedding")
        return 0.01;
    if (name.ends_with("c_fc.weight"))
        return 1 / std::sqrt(2 * width);
    if (name.ends_with("out_proj.weight") || name.ends_with("c_proj.weight"))
        return deep / std::sqrt(width);
    return 1 / std::sqrt(width);
}

} // namespace

Weights freshTextWeights(const TextEncoderSettings& settings, std::uint64_t seed)
{
    const at::Generator random = at::detail::createCPUGenerator(seed);
    Weights weights;
    for (const auto& [name, shape] : expectedTextTensors(settings)) {
        const bool norm = name.find("ln_") != std::string::npos;
        at::Tensor tensor =
            norm && name.ends_with("weight") ? at::ones(shape, at::kFloat) : at::zeros(shape, at::kFloat);
        if (!norm && shape.size() > 1)
            tensor.normal_(0, deviationOf(name, settings), random);
        weights.emplace(name, tensor.set_requires_grad(true));
    }
    return weights;
}

at::Tensor TextNetwork::embed(const std::vector<std::vector<std::int32_t>>& texts, double dropout,
                              const at::Generator& random) const
{
    // Texts of about the same length together, so that little is computed for nothing.
    constexpr std::size_t together = 64;
    std::vector<std::int64_t> order(texts.size()), back(texts.size());
    std::iota(order.begin(), order.end(), 0);
    std::stable_sort(order.begin(), order.end(), [&](std::int64_t a, std::int64_t b) {
        return texts[std::size_t(a)].size() < texts[std::size_t(b)].size();
    });
    std::vector<at::Tensor> parts;
    for (std::size_t from = 0; from < order.size(); from += together) {
        std::vector<const std::vector<std::int32_t>*> part;
        for (std::size_t n = from; n < std::min(order.size(), from + together); ++n) {
            part.push_back(&texts[std::size_t(order[n])]);
            back[std::size_t(order[n])] = static_cast<std::int64_t>(n);
        }
        parts.push_back(embedAlike(part, dropout, random));
    }
    return at::cat(parts).index_select(0, at::tensor(back, at::kLong));
}

at::Tensor TextNetwork::embedAlike(const std::vector<const std::vector<std::int32_t>*>& texts, double dropout,
                                   const at::Generator& random) const
{
    const auto count = static_cast<std::int64_t>(texts.size()),
               tokens = static_cast<std::int64_t>(texts.back()->size());
    const WeightScope scope(m_weights);
    at::Tensor ids = at::zeros({count, tokens}, at::kLong);
    std::vector<std::int64_t> ends;
    for (std::int64_t n = 0; n < count; ++n) {
        std::copy(texts[std::size_t(n)]->begin(), texts[std::size_t(n)]->end(),
                  ids.data_ptr<std::int64_t>() + n * tokens);
        ends.push_back(static_cast<std::int64_t>(texts[std::size_t(n)]->size()) - 1);
    }
    at::Tensor x = dropped(at::embedding(scope["token_embedding.weight"], ids) +
                               scope["positional_embedding"].narrow(0, 0, tokens),
                           dropout, random);
    const auto finish = [&](const WeightScope& block, const at::Tensor& mixed) {
        return mixed + dropped(perceive(block("mlp"), normalise(block, "ln_2", mixed)), dropout, random);
    };
    const auto blockAt = [&](int n) { return scope("transformer")("resblocks")(std::to_string(n)); };
    for (int n = 0; n + 1 < m_settings.blocks; ++n)
        x = finish(blockAt(n),
                   x + dropped(attend(blockAt(n)("attn"), normalise(blockAt(n), "ln_1", x), m_settings.heads),
                               dropout, random));
    const WeightScope last = blockAt(m_settings.blocks - 1);
    const at::Tensor rows = at::tensor(ends, at::kLong) + at::arange(count, at::kLong) * tokens;
    const at::Tensor gathered = x.reshape({count * tokens, m_settings.width}).index_select(0, rows);
    const at::Tensor mixed = attendFrom(last("attn"), normalise(last, "ln_1", x), ends, m_settings.heads);
    return at::matmul(normalise(scope, "ln_final", finish(last, gathered + dropped(mixed, dropout, random))),
                      scope["text_projection"]);
}

} // namespace hounsfield::training
