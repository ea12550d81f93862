// SPDX-License-Identifier: Apache-2.0
#include "inference/internal/UnetShapes.h"

#include <tuple>

namespace hounsfield {
namespace {

void addConvolution(TensorShapes& shapes, const std::string& prefix, std::int64_t in, std::int64_t out)
{
    shapes[prefix + "conv1.weight"] = {out, in, 3, 3, 3};
    shapes[prefix + "conv1.bias"] = {out};
    shapes[prefix + "bn1.weight"] = {out};
    shapes[prefix + "bn1.bias"] = {out};
}

void addLinear(TensorShapes& shapes, const std::string& name, std::vector<std::int64_t> weight)
{
    shapes[name + ".bias"] = {weight.front()};
    shapes[name + ".weight"] = std::move(weight);
}

void addHead(TensorShapes& shapes, std::int64_t features, std::int64_t bottleneck)
{
    shapes["organ_embedding"] = {32, 512};
    shapes["precls_conv.0.weight"] = shapes["precls_conv.0.bias"] = {features};
    addLinear(shapes, "precls_conv.2", {8, features, 1, 1, 1});
    shapes["GAP.0.weight"] = shapes["GAP.0.bias"] = {bottleneck};
    addLinear(shapes, "GAP.3", {256, bottleneck, 1, 1, 1});
    addLinear(shapes, "controller", {153, 512, 1, 1, 1});
    addLinear(shapes, "text_to_vision", {256, 512});
}

} // namespace

TensorShapes expectedUnetTensors(const UnetWidths& widths)
{
    const char* const names[4] = {"64", "128", "256", "512"};
    const auto& channels = widths.encoder;
    TensorShapes shapes;
    std::int64_t in = 1;
    for (std::size_t s = 0; s < 4; ++s) {
        const std::string stage = std::string("backbone.down_tr") + names[s] + ".ops.";
        const std::int64_t middle = s == 0 ? widths.firstConvolution : in;
        addConvolution(shapes, stage + "0.", in, middle);
        addConvolution(shapes, stage + "1.", middle, channels[s]);
        in = channels[s];
    }
    for (std::size_t s = 3; s-- > 0;) {
        const std::string stage = std::string("backbone.up_tr") + names[s] + ".";
        shapes[stage + "up_conv.weight"] = {in, in, 2, 2, 2};
        shapes[stage + "up_conv.bias"] = {in};
        addConvolution(shapes, stage + "ops.0.", in + channels[s], channels[s]);
        addConvolution(shapes, stage + "ops.1.", channels[s], channels[s]);
        in = channels[s];
    }
    addHead(shapes, channels[0], channels[3]);
    return shapes;
}

TensorShapes expectedSwinTensors(int featureSize)
{
    TensorShapes shapes;
    std::int64_t c = featureSize, heads = 3;
    const auto convolution = [&](const std::string& name, std::int64_t out, std::int64_t in,
                                 std::int64_t side) {
        shapes["backbone." + name + ".conv.weight"] = {out, in, side, side, side};
    };
    shapes["backbone.swinViT.patch_embed.proj.weight"] = {c, 1, 2, 2, 2};
    shapes["backbone.swinViT.patch_embed.proj.bias"] = {c};
    for (const char* layer : {"layers1", "layers2", "layers3", "layers4"}) {
        const std::string name = std::string("backbone.swinViT.") + layer + ".0.";
        for (const char* number : {"0", "1"}) {
            const std::string block = name + "blocks." + number + ".";
            for (const char* norm : {"norm1", "norm2"})
                shapes[block + norm + ".weight"] = shapes[block + norm + ".bias"] = {c};
            shapes[block + "attn.relative_position_bias_table"] = {13 * 13 * 13, heads};
            addLinear(shapes, block + "attn.qkv", {3 * c, c});
            addLinear(shapes, block + "attn.proj", {c, c});
            addLinear(shapes, block + "mlp.linear1", {4 * c, c});
            addLinear(shapes, block + "mlp.linear2", {c, 4 * c});
        }
        shapes[name + "downsample.reduction.weight"] = {2 * c, 8 * c};
        shapes[name + "downsample.norm.weight"] = shapes[name + "downsample.norm.bias"] = {8 * c};
        c *= 2;
        heads *= 2;
    }
    const std::int64_t f = featureSize;
    for (const auto& [name, out, in] : {std::tuple{"encoder1", f, std::int64_t{1}},
                                        {"encoder2", f, f},
                                        {"encoder3", 2 * f, 2 * f},
                                        {"encoder4", 4 * f, 4 * f},
                                        {"encoder10", 16 * f, 16 * f}}) {
        convolution(std::string(name) + ".layer.conv1", out, in, 3);
        convolution(std::string(name) + ".layer.conv2", out, out, 3);
        if (in != out)
            convolution(std::string(name) + ".layer.conv3", out, in, 1);
    }
    for (const auto& [name, in, out] : {std::tuple{"decoder5", 16 * f, 8 * f},
                                        {"decoder4", 8 * f, 4 * f},
                                        {"decoder3", 4 * f, 2 * f},
                                        {"decoder2", 2 * f, f},
                                        {"decoder1", f, f}}) {
        const std::string decoder = name;
        convolution(decoder + ".transp_conv", in, out, 2);
        convolution(decoder + ".conv_block.conv1", out, 2 * out, 3);
        convolution(decoder + ".conv_block.conv2", out, out, 3);
        convolution(decoder + ".conv_block.conv3", out, 2 * out, 1);
    }
    addHead(shapes, f, 16 * f);
    return shapes;
}

TensorShapes expectedTensors(const std::string& architecture, const UnetWidths& widths)
{
    return architecture == swinArchitecture ? expectedSwinTensors(widths.encoder[0])
                                            : expectedUnetTensors(widths);
}

} // namespace hounsfield
