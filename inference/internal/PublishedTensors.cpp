// SPDX-License-Identifier: Apache-2.0
#include "inference/internal/PublishedTensors.h"

#include "volume/Error.h"

#include <algorithm>

namespace hounsfield {
namespace {

bool endsWith(const std::string& text, const std::string& end)
{
    return text.size() >= end.size() && text.compare(text.size() - end.size(), end.size(), end) == 0;
}

/// Keys are spelled with and without "module." (written by a distributed model) and "backbone." (older
/// files).
std::string publishedName(std::string key)
{
    if (key.rfind("module.", 0) == 0)
        key = key.substr(7);
    for (const char* part : {"down_tr", "up_tr", "swinViT.", "encoder", "decoder"})
        if (key.rfind(part, 0) == 0)
            return "backbone." + key;
    return key;
}

/// What the network computes for itself: statistics of its training, and indices that follow from the
/// window's size.
bool isDerived(const std::string& name)
{
    return endsWith(name, "running_mean") || endsWith(name, "running_var") ||
           endsWith(name, "num_batches_tracked") || endsWith(name, "relative_position_index");
}

/// The checkpoint's tensors by their published names, and their keys.
struct Named {
    TensorInfos tensors;
    std::map<std::string, std::string> keys;
};

Named namedTensors(const Checkpoint& checkpoint)
{
    Named named;
    for (const auto& [key, tensor] : checkpoint.tensors()) {
        const std::string name = publishedName(key);
        if (!isDerived(name) && !named.keys.emplace(name, key).second)
            throw Error(ErrorKind::Model, "The checkpoint names the tensor " + name + " twice.");
        named.tensors.emplace(name, tensor);
    }
    return named;
}

/// What kind of backbone the tensors are of.
std::string architectureOf(const TensorInfos& tensors)
{
    return tensors.count("backbone.swinViT.patch_embed.proj.weight") ? swinArchitecture : unetArchitecture;
}

std::string spokenName(const std::string& architecture)
{
    return architecture == swinArchitecture ? "a Universal Model with a Swin UNETR"
                                            : "a Universal Model with a U-Net";
}

UnetWidths swinWidthsOf(const TensorInfos& tensors)
{
    const auto& shape = tensors.at("backbone.swinViT.patch_embed.proj.weight").shape;
    if (shape.size() != 5 || shape[0] < 3 || shape[0] > 768 || shape[0] % 48)
        throw Error(
            ErrorKind::Model,
            "The checkpoint's feature size is not one that this version runs (48, or a multiple of it).");
    const int size = static_cast<int>(shape[0]);
    return {{size, 2 * size, 4 * size, 16 * size}, size};
}

/// Channels as the tensors tell them. @throws Error(Model) where the stages are not there
UnetWidths unetWidthsOf(const TensorInfos& tensors)
{
    const auto channels = [&](const std::string& name) {
        const auto found = tensors.find(name);
        if (found == tensors.end() || found->second.shape.size() != 5)
            throw Error(ErrorKind::Model, "The checkpoint lacks the tensor " + name +
                                              ", so it is not a Universal Model with a U-Net.");
        return static_cast<int>(std::min<std::int64_t>(found->second.shape[0], 1 << 20));
    };
    UnetWidths widths;
    const char* const stages[4] = {"64", "128", "256", "512"};
    for (std::size_t s = 0; s < 4; ++s)
        widths.encoder[s] = channels(std::string("backbone.down_tr") + stages[s] + ".ops.1.conv1.weight");
    widths.firstConvolution = channels("backbone.down_tr64.ops.0.conv1.weight");
    return widths;
}

} // namespace

PublishedTensors publishedTensors(const Checkpoint& checkpoint)
{
    const Named named = namedTensors(checkpoint);
    PublishedTensors published;
    published.architecture = architectureOf(named.tensors);
    published.widths = published.architecture == swinArchitecture ? swinWidthsOf(named.tensors)
                                                                  : unetWidthsOf(named.tensors);
    const std::string spoken = spokenName(published.architecture);
    const TensorShapes expected = expectedTensors(published.architecture, published.widths);
    for (const auto& [name, shape] : expected) {
        const auto key = named.keys.find(name);
        if (key == named.keys.end())
            throw Error(ErrorKind::Model,
                        "The checkpoint lacks the tensor " + name + ", so it is not " + spoken + ".");
        const TensorInfo& tensor = named.tensors.at(name);
        if (tensor.shape != shape)
            throw Error(ErrorKind::Model, "The checkpoint's tensor " + name + " is " +
                                              shapeText(tensor.shape) + " where " + shapeText(shape) +
                                              " belongs.");
        published.mappings[name] = {{key->second}, false, {ElementType::Float32, shape}};
    }
    for (const auto& [name, key] : named.keys)
        if (!expected.count(name))
            throw Error(ErrorKind::Model,
                        "The checkpoint holds the tensor " + name + ", which " + spoken + " does not have.");
    return published;
}

} // namespace hounsfield
