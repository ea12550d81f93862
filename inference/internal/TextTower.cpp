// SPDX-License-Identifier: Apache-2.0
#include "inference/internal/TextTower.h"

#include "volume/Error.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/bmm.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/full.h>
#include <ATen/ops/layer_norm.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/mv.h>
#include <ATen/ops/sigmoid.h>
#include <ATen/ops/softmax.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/triu.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace hounsfield {
namespace {

/// The other public source spells the same tensors in its own way, keeps q, k and v apart and the projection
/// transposed.
Weights firstSpelling(const Weights& given, int blocks)
{
    if (!given.count("text_model.final_layer_norm.weight"))
        return given;
    const WeightScope other(given);
    Weights own{{"token_embedding.weight", other["text_model.embeddings.token_embedding.weight"]},
                {"positional_embedding", other["text_model.embeddings.position_embedding.weight"]},
                {"ln_final.weight", other["text_model.final_layer_norm.weight"]},
                {"ln_final.bias", other["text_model.final_layer_norm.bias"]},
                {"text_projection", other["text_projection.weight"].t().contiguous()}};
    for (int n = 0; n < blocks; ++n) {
        const WeightScope from = other("text_model")("encoder")("layers")(std::to_string(n));
        const std::string to = "transformer.resblocks." + std::to_string(n) + ".";
        for (const char* kind : {"weight", "bias"}) {
            const std::string ending = std::string(".") + kind;
            own[to + "attn.in_proj_" + kind] =
                at::cat({from["self_attn.q_proj" + ending], from["self_attn.k_proj" + ending],
                         from["self_attn.v_proj" + ending]});
            own[to + "attn.out_proj" + ending] = from["self_attn.out_proj" + ending];
            own[to + "ln_1" + ending] = from["layer_norm1" + ending];
            own[to + "ln_2" + ending] = from["layer_norm2" + ending];
            own[to + "mlp.c_fc" + ending] = from["mlp.fc1" + ending];
            own[to + "mlp.c_proj" + ending] = from["mlp.fc2" + ending];
        }
    }
    return own;
}

at::Tensor normalise(const WeightScope& scope, const std::string& name, const at::Tensor& x)
{
    return at::layer_norm(x, {x.size(-1)}, scope[name + ".weight"], scope[name + ".bias"], 1e-5);
}

/// Every token looks at itself and those before it. @param x tokens x width
at::Tensor attend(const WeightScope& scope, const at::Tensor& x, std::int64_t heads)
{
    const std::int64_t tokens = x.size(0), width = x.size(1), part = width / heads;
    const at::Tensor qkv = at::linear(x, scope["in_proj_weight"], scope["in_proj_bias"])
                               .reshape({tokens, 3, heads, part})
                               .permute({1, 2, 0, 3});
    const at::Tensor later = at::triu(at::full({tokens, tokens}, -std::numeric_limits<float>::infinity()), 1);
    const at::Tensor scores = at::bmm(qkv[0] * (1 / std::sqrt(double(part))), qkv[1].transpose(1, 2)) + later;
    const at::Tensor mixed =
        at::bmm(at::softmax(scores, -1), qkv[2]).transpose(0, 1).reshape({tokens, width});
    return at::linear(mixed, scope["out_proj.weight"], scope["out_proj.bias"]);
}

at::Tensor perceive(const WeightScope& scope, const at::Tensor& x)
{
    const at::Tensor hidden = at::linear(x, scope["c_fc.weight"], scope["c_fc.bias"]);
    return at::linear(hidden * at::sigmoid(1.702 * hidden), scope["c_proj.weight"], scope["c_proj.bias"]);
}

} // namespace

TextTower::TextTower(const Weights& weights, const TextEncoderSettings& settings) : m_settings(settings)
{
    const Weights all = firstSpelling(weights, settings.blocks);
    for (const auto& [name, shape] : expectedTextTensors(settings)) {
        const at::Tensor& tensor = WeightScope(all)[name];
        if (tensor.sizes() != at::IntArrayRef(shape))
            throw Error(ErrorKind::Model, "The text encoder's tensor " + name +
                                              " is not of the shape that the model describes. Install the "
                                              "model again with the text encoder it was made for.");
        m_weights.emplace(name, tensor.detach().to(at::kCPU, at::kFloat).contiguous());
    }
}

at::Tensor TextTower::embed(const std::vector<std::int32_t>& ids) const
{
    if (ids.empty() || ids.size() > std::size_t(m_settings.context) ||
        std::any_of(ids.begin(), ids.end(),
                    [&](std::int32_t id) { return id < 0 || id >= m_settings.vocabulary; }))
        throw Error(ErrorKind::Model, "The text encoder takes 1 to " + std::to_string(m_settings.context) +
                                          " tokens of its own vocabulary. Install the model again with the "
                                          "vocabulary that belongs to it.");
    const at::NoGradGuard inference;
    const WeightScope scope(m_weights);
    // What comes after the first end token is never looked at: it is left out.
    const std::int64_t tokens = std::find(ids.begin(), ids.end(), ids.back()) - ids.begin() + 1;
    at::Tensor x =
        scope["token_embedding.weight"].index_select(
            0, at::tensor(std::vector<std::int32_t>(ids.begin(), ids.begin() + tokens), at::kInt)) +
        scope["positional_embedding"].narrow(0, 0, tokens);
    for (int n = 0; n < m_settings.blocks; ++n) {
        const WeightScope block = scope("transformer")("resblocks")(std::to_string(n));
        x = x + attend(block("attn"), normalise(block, "ln_1", x), m_settings.heads);
        x = x + perceive(block("mlp"), normalise(block, "ln_2", x));
    }
    return at::mv(scope["text_projection"].t(), normalise(scope, "ln_final", x)[tokens - 1]);
}

} // namespace hounsfield
