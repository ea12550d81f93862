// SPDX-License-Identifier: Apache-2.0
#include "inference/internal/SwinUnetr.h"

#include "inference/internal/Layers.h"
#include "inference/internal/WindowAttention.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/constant_pad_nd.h>
#include <ATen/ops/conv3d.h>
#include <ATen/ops/instance_norm.h>
#include <ATen/ops/layer_norm.h>
#include <ATen/ops/leaky_relu.h>
#include <ATen/ops/linear.h>

namespace hounsfield {
namespace {

/// Eight neighbouring tokens become one of twice the channels. The published order: two sub-volumes come
/// twice, two never.
at::Tensor mergePatches(const WeightScope& scope, at::Tensor tokens)
{
    static constexpr std::int64_t order[8][3] = {{0, 0, 0}, {1, 0, 0}, {0, 1, 0}, {0, 0, 1},
                                                 {1, 0, 1}, {0, 1, 0}, {0, 0, 1}, {1, 1, 1}};
    tokens = at::constant_pad_nd(tokens,
                                 {0, 0, 0, tokens.size(3) % 2, 0, tokens.size(2) % 2, 0, tokens.size(1) % 2});
    std::vector<at::Tensor> parts;
    for (const auto& from : order) {
        at::Tensor part = tokens;
        for (std::int64_t axis = 0; axis < 3; ++axis)
            part = part.slice(axis + 1, from[axis], c10::nullopt, 2);
        parts.push_back(part);
    }
    const at::Tensor joined = at::cat(parts, 4);
    return at::linear(
        at::layer_norm(joined, {joined.size(4)}, scope["norm.weight"], scope["norm.bias"], 1e-5),
        scope["reduction.weight"]);
}

/// A stage's tokens as N x C x X x Y x Z, normalised over channels.
at::Tensor hiddenState(const at::Tensor& tokens)
{
    return at::layer_norm(tokens, {tokens.size(4)}, {}, {}, 1e-5).permute({0, 4, 1, 2, 3}).contiguous();
}

at::Tensor normalised(const at::Tensor& input)
{
    return at::instance_norm(input, {}, {}, {}, {}, true, 0.1, 1e-5, false);
}

at::Tensor residualBlock(const WeightScope& scope, const at::Tensor& input, bool changesChannels)
{
    const at::Tensor none;
    at::Tensor x = normalised(at::conv3d(input, scope["conv1.conv.weight"], none, 1, 1));
    x = normalised(at::conv3d(at::leaky_relu(x, 0.01), scope["conv2.conv.weight"], none, 1, 1));
    const at::Tensor shortcut =
        changesChannels ? normalised(at::conv3d(input, scope["conv3.conv.weight"])) : input;
    return at::leaky_relu(x + shortcut, 0.01);
}

at::Tensor upBlock(const WeightScope& scope, const at::Tensor& input, const at::Tensor& skip)
{
    const at::Tensor up = doubleSize(scope["transp_conv.conv.weight"], at::Tensor(), input);
    return residualBlock(scope("conv_block"), at::cat({up, skip}, 1), true);
}

} // namespace

std::vector<at::Tensor> swinTokens(const WeightScope& swin, const at::Tensor& input, const Progress* stop)
{
    std::vector<at::Tensor> stages{
        at::conv3d(input, swin["patch_embed.proj.weight"], swin["patch_embed.proj.bias"], 2)
            .permute({0, 2, 3, 4, 1})
            .contiguous()};
    for (const char* name : {"layers1", "layers2", "layers3", "layers4"}) {
        const WeightScope layer = swin(name)("0");
        const at::Tensor tokens = swinBlock(
            layer("blocks")("1"), swinBlock(layer("blocks")("0"), stages.back(), false, stop), true, stop);
        lookForStop(stop);
        stages.push_back(mergePatches(layer("downsample"), tokens).contiguous());
    }
    return stages;
}

BackboneOutput swinUnetrForward(const WeightScope& scope, const at::Tensor& input)
{
    std::vector<at::Tensor> hidden;
    for (const at::Tensor& tokens : swinTokens(scope("swinViT"), input))
        hidden.push_back(hiddenState(tokens));
    const at::Tensor bottleneck = residualBlock(scope("encoder10.layer"), hidden[4], false);
    at::Tensor x = upBlock(scope("decoder5"), bottleneck, hidden[3]);
    x = upBlock(scope("decoder4"), x, residualBlock(scope("encoder4.layer"), hidden[2], false));
    x = upBlock(scope("decoder3"), x, residualBlock(scope("encoder3.layer"), hidden[1], false));
    x = upBlock(scope("decoder2"), x, residualBlock(scope("encoder2.layer"), hidden[0], false));
    return {upBlock(scope("decoder1"), x, residualBlock(scope("encoder1.layer"), input, true)), bottleneck};
}

} // namespace hounsfield
