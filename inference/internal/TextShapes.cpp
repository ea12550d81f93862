// SPDX-License-Identifier: Apache-2.0
#include "inference/internal/TextShapes.h"

#include <algorithm>

namespace hounsfield {

TensorShapes expectedTextTensors(const TextEncoderSettings& settings)
{
    const std::int64_t width = settings.width;
    TensorShapes shapes{{"token_embedding.weight", {settings.vocabulary, width}},
                        {"positional_embedding", {settings.context, width}},
                        {"ln_final.weight", {width}},
                        {"ln_final.bias", {width}},
                        {"text_projection", {width, embeddingLength}}};
    for (int n = 0; n < settings.blocks; ++n) {
        const std::string block = "transformer.resblocks." + std::to_string(n) + ".";
        for (const char* norm : {"ln_1", "ln_2"})
            shapes[block + norm + ".weight"] = shapes[block + norm + ".bias"] = {width};
        shapes[block + "attn.in_proj_weight"] = {3 * width, width};
        shapes[block + "attn.in_proj_bias"] = {3 * width};
        shapes[block + "attn.out_proj.weight"] = {width, width};
        shapes[block + "mlp.c_fc.weight"] = {4 * width, width};
        shapes[block + "mlp.c_fc.bias"] = {4 * width};
        shapes[block + "mlp.c_proj.weight"] = {width, 4 * width};
        shapes[block + "attn.out_proj.bias"] = shapes[block + "mlp.c_proj.bias"] = {width};
    }
    return shapes;
}

std::optional<TextEncoderSettings> textSettingsOf(const TensorInfos& tensors)
{
    const auto positions = tensors.find("positional_embedding"),
               words = tensors.find("token_embedding.weight");
    if (positions == tensors.end() || words == tensors.end() || positions->second.shape.size() != 2 ||
        words->second.shape.size() != 2)
        return std::nullopt;
    constexpr std::int64_t longest = 1 << 20;
    if (std::max(positions->second.shape[0], words->second.shape[0]) > longest ||
        positions->second.shape[1] > longest)
        return std::nullopt;
    TextEncoderSettings settings;
    settings.context = static_cast<int>(positions->second.shape[0]);
    settings.width = static_cast<int>(positions->second.shape[1]);
    settings.vocabulary = static_cast<int>(words->second.shape[0]);
    settings.heads = std::max(1, settings.width / 64);
    settings.blocks = 0;
    while (tensors.count("transformer.resblocks." + std::to_string(settings.blocks) + ".ln_1.weight"))
        ++settings.blocks;
    return settings;
}

bool arePossible(const TextEncoderSettings& settings)
{
    const auto within = [](int value, int low, int high) { return value >= low && value <= high; };
    return within(settings.width, 8, 4096) && within(settings.heads, 1, 64) &&
           settings.width % settings.heads == 0 && within(settings.blocks, 1, 64) &&
           within(settings.context, 4, 1024) && within(settings.vocabulary, 8, 1 << 20);
}

} // namespace hounsfield
