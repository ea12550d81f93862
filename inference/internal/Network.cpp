// SPDX-License-Identifier: Apache-2.0
#include "inference/internal/Network.h"

#include "inference/internal/PackWeights.h"
#include "inference/internal/SwinUnetr.h"
#include "inference/internal/cpu/CpuBackbone.h"
#include "volume/Error.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/cat.h>
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

} // namespace

Network::Network(const ModelPack& pack, const at::Device& device, Precision precision)
    : Network(packWeights(pack), device, precision)
{
}

Network::Network(const Weights& weights, const at::Device& device, Precision precision)
    : m_device(device), m_precision(precision == Precision::Auto ? Precision::Fp32 : precision),
      m_type(typeOf(precision)), m_swin(weights.count("backbone.swinViT.patch_embed.proj.weight") > 0),
      m_ownCpu(device.is_cpu() && CpuBackbone::available() && precision != Precision::Fp16)
{
    for (const auto& [name, tensor] : weights)
        if (name.starts_with("backbone."))
            // Its own form on the processor is made of float32 weights, whatever it computes in.
            m_backbone.emplace(name, tensor.detach().to(device, m_ownCpu ? at::kFloat : m_type));
        else if (name.starts_with("precls_conv.") || name.starts_with("GAP."))
            m_head.emplace(name, tensor.detach().to(device, at::kFloat));
        else
            m_prompt.emplace(name, tensor.detach().to(at::kCPU, at::kFloat));
}

Network::~Network() = default;

void Network::release() const
{
    if (m_cpu)
        m_cpu->release();
}

Network::Output Network::run(const at::Tensor& windows, const Progress* stop) const
{
    const at::NoGradGuard inference;
    if (m_ownCpu)
        return runOnCpu(windows, stop);
    const WeightScope backbone = WeightScope(m_backbone)("backbone");
    const at::Tensor input = windows.to(m_device, m_type);
    const BackboneOutput out = m_swin ? swinUnetrForward(backbone, input) : unetForward(backbone, input);
    const PromptHead own{WeightScope(m_head)};
    return {own.gap(out.bottleneck.to(at::kFloat)), own.reduce(out.features.to(at::kFloat))};
}

Network::Output Network::runOnCpu(const at::Tensor& windows, const Progress* stop) const
{
    const Index3 size{windows.size(2), windows.size(3), windows.size(4)};
    if (!m_cpu || m_cpu->size() != size)
        m_cpu = CpuBackbone::make(m_backbone, m_swin, size,
                                  m_type == at::kBFloat16 ? MapType::BFloat16 : MapType::Float32);
    const WeightScope scope = WeightScope(m_head)("precls_conv");
    std::vector<at::Tensor> gaps;
    at::Tensor reduced =
        at::empty({windows.size(0), PromptHead::channels, size[0], size[1], size[2]}, at::kFloat);
    for (std::int64_t n = 0; n < windows.size(0); ++n) {
        const at::Tensor window = windows[n].contiguous();
        const CpuMaps maps = m_cpu->run(window.data_ptr<float>(), stop);
        const FeatureMap& b = maps.bottleneck;
        at::Tensor bottleneck = at::empty({1, b.channels, b.size[0], b.size[1], b.size[2]}, at::kFloat);
        toPlain(b, bottleneck.data_ptr<float>());
        gaps.push_back(PromptHead(WeightScope(m_head)).gap(bottleneck));
        const ChannelAffine affine =
            normalisation(maps.features, scope["0.weight"].data_ptr<float>(),
                          scope["0.bias"].data_ptr<float>(), maps.features.channels / 16);
        reduceToEight(maps.features, affine, scope["2.weight"].data_ptr<float>(),
                      scope["2.bias"].data_ptr<float>(), reduced[n].data_ptr<float>());
    }
    return {at::cat(gaps), reduced};
}

at::Tensor Network::embeddings(const std::vector<int>& ids) const
{
    const at::Tensor table = WeightScope(m_prompt)["organ_embedding"];
    std::vector<at::Tensor> rows;
    for (int id : ids) {
        if (id < 1 || id > table.size(0))
            throw Error(ErrorKind::Model, "The model has no class number " + std::to_string(id) + ".");
        rows.push_back(table[id - 1]);
    }
    return at::stack(rows);
}

} // namespace hounsfield
