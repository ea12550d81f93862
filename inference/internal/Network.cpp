#include "inference/internal/Network.h"

#include "inference/internal/SwinUnetr.h"
#include "inference/internal/UnetShapes.h"
#include "volume/Error.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/stack.h>

namespace hounsfield {
namespace {

at::ScalarType typeOf(Precision precision)
{
    switch (precision) {
    case Precision::Bf16:
        return at::kBFloat16;
    case Precision::Fp16:
        return at::kHalf;
    default:
        return at::kFloat;
    }
}

Weights checkedWeights(const ModelPack& pack)
{
    Weights weights = toWeights(readSafetensors(pack.files->read(pack.weightsFile)));
    for (const auto& [name, shape] : expectedTensors(pack.architecture, pack.widths)) {
        const auto found = weights.find(name);
        if (found == weights.end())
            throw Error(ErrorKind::Model, "The model " + pack.name + " lacks the tensor " + name + ". Install it again.");
        if (found->second.sizes() != at::IntArrayRef(shape))
            throw Error(ErrorKind::Model,
                        "In the model " + pack.name + " the tensor " + name + " has a shape that its pack.json does not describe.");
    }
    return weights;
}

} // namespace

Network::Network(const ModelPack& pack, const at::Device& device, Precision precision)
    : Network(checkedWeights(pack), device, precision)
{
}

Network::Network(const Weights& weights, const at::Device& device, Precision precision)
    : m_device(device), m_type(typeOf(precision)), m_swin(weights.count("backbone.swinViT.patch_embed.proj.weight") > 0)
{
    for (const auto& [name, tensor] : weights)
        if (name.starts_with("backbone."))
            m_backbone.emplace(name, tensor.detach().to(device, m_type));
        else
            m_head.emplace(name, tensor.detach().to(device, at::kFloat));
}

Network::Output Network::run(const at::Tensor& windows) const
{
    const at::NoGradGuard inference;
    const WeightScope backbone = WeightScope(m_backbone)("backbone");
    const at::Tensor input = windows.to(m_device, m_type);
    const BackboneOutput out = m_swin ? swinUnetrForward(backbone, input) : unetForward(backbone, input);
    return {head().gap(out.bottleneck.to(at::kFloat)), head().reduce(out.features.to(at::kFloat))};
}

at::Tensor Network::embeddings(const std::vector<int>& ids) const
{
    const at::Tensor table = WeightScope(m_head)["organ_embedding"];
    std::vector<at::Tensor> rows;
    for (int id : ids) {
        if (id < 1 || id > table.size(0))
            throw Error(ErrorKind::Model, "The model has no class number " + std::to_string(id) + ".");
        rows.push_back(table[id - 1]);
    }
    return at::stack(rows);
}

} // namespace hounsfield
