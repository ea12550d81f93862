// SPDX-License-Identifier: Apache-2.0
#include "inference/internal/cpu/CpuSwin.h"

#include "inference/internal/SwinUnetr.h"
#include "inference/internal/cpu/Steps.h"

#include <ATen/ops/from_blob.h>

#include <optional>

namespace hounsfield {
namespace {

constexpr float leak = 0.01f;

/// Two convolutions with instance norms and leaky ReLUs, beside a shortcut that is a convolution of its own
/// where the channels change.
class ResidualBlock {
public:
    ResidualBlock(const WeightScope& scope, const Index3& size, MapType type)
        : m_outputs(int(scope["conv1.conv.weight"].size(0))),
          m_first(scope["conv1.conv.weight"], at::Tensor(), size, type),
          m_second(scope["conv2.conv.weight"], at::Tensor(), size, type)
    {
        if (scope["conv1.conv.weight"].size(1) != m_outputs)
            m_shortcut.emplace(scope["conv3.conv.weight"], at::Tensor(), size, type);
    }

    void run(const FeatureMap& in, const FeatureMap& out, MapPool& pool, const Progress* stop) const
    {
        const auto middle = pool.take(m_outputs, in.size, in.type);
        m_first.run(in, middle.map, stop);
        applyActivated(middle.map, normalisation(middle.map, nullptr, nullptr), leak);
        m_second.run(middle.map, out, stop);
        const ChannelAffine affine = normalisation(out, nullptr, nullptr);
        if (!m_shortcut) {
            applySumActivated(out, affine, in, nullptr, leak);
            return;
        }
        m_shortcut->run(in, middle.map, stop);
        const ChannelAffine beside = normalisation(middle.map, nullptr, nullptr);
        applySumActivated(out, affine, middle.map, &beside, leak);
    }
    int outputs() const { return m_outputs; }

private:
    int m_outputs;
    ConvolutionInParts m_first, m_second;
    std::optional<ConvolutionInParts> m_shortcut;
};

class CpuSwin final : public CpuBackbone {
public:
    CpuSwin(const WeightScope& scope, const Index3& size, MapType type)
        : m_scope(scope), m_size(size), m_type(type)
    {
        std::vector<Index3> sizes{size};
        for (int level = 0; level < 5; ++level)
            sizes.push_back(halved(sizes.back()));
        const char* const encoders[] = {"encoder1", "encoder2", "encoder3", "encoder4"};
        const char* const decoders[] = {"decoder1", "decoder2", "decoder3", "decoder4", "decoder5"};
        for (std::size_t level = 0; level < 4; ++level)
            m_encoders.emplace_back(scope(encoders[level])("layer"), sizes[level], type);
        m_encoders.emplace_back(scope("encoder10")("layer"), sizes[5], type);
        for (std::size_t level = 0; level < 5; ++level) {
            const WeightScope decoder = scope(decoders[level]);
            m_decoders.push_back(
                {DoubleSize(decoder["transp_conv.conv.weight"], at::Tensor(), sizes[level + 1], type),
                 ResidualBlock(decoder("conv_block"), sizes[level], type)});
        }
    }

    CpuMaps run(const float* window, const Progress* stop) override
    {
        const at::Tensor input =
            at::from_blob(const_cast<float*>(window), {1, 1, m_size[0], m_size[1], m_size[2]}, at::kFloat);
        lookForStop(stop);
        const std::vector<at::Tensor> stages = swinTokens(m_scope("swinViT"), input, stop);
        // What is skipped lies beside the place of what is sampled up, at each level.
        std::vector<MapPool::Taken> joined;
        for (std::size_t level = 0; level < 5; ++level) {
            const int width = m_decoders[level].sample.outputs();
            const Index3 size = level == 0 ? m_size : halved(joined.back().map.size);
            joined.push_back(m_pool->take(2 * width, size, m_type));
            const FeatureMap skip = joined.back().map.part(width, width);
            if (level == 0)
                m_encoders[0].run(plainInput(window, m_size, m_type, *m_pool).map, skip, *m_pool, stop);
            else if (level < 4)
                m_encoders[level].run(hidden(stages[level - 1]).map, skip, *m_pool, stop);
            else
                fromTokensNormalised(stages[3].data_ptr<float>(), skip);
        }
        const MapPool::Taken deepest = hidden(stages[4]),
                             bottleneck = m_pool->take(m_encoders[4].outputs(), deepest.map.size, m_type);
        m_encoders[4].run(deepest.map, bottleneck.map, *m_pool, stop);
        MapPool::Taken x = bottleneck;
        for (std::size_t level = 5; level-- > 0;) {
            const MapPool::Taken both = std::move(joined[level]);
            const Decoder& decoder = m_decoders[level];
            decoder.sample.run(x.map, both.map.part(0, decoder.sample.outputs()), *m_pool, stop);
            x = m_pool->take(decoder.block.outputs(), both.map.size, m_type);
            decoder.block.run(both.map, x.map, *m_pool, stop);
        }
        return {x.map, bottleneck.map, {x.memory, bottleneck.memory}};
    }

    void release() override { m_pool->release(); }
    const Index3& size() const override { return m_size; }

private:
    struct Decoder {
        DoubleSize sample;
        ResidualBlock block;
    };

    /// A stage's tokens as a map, normalised over channels.
    MapPool::Taken hidden(const at::Tensor& tokens)
    {
        auto map =
            m_pool->take(int(tokens.size(4)), {tokens.size(1), tokens.size(2), tokens.size(3)}, m_type);
        fromTokensNormalised(tokens.data_ptr<float>(), map.map);
        return map;
    }

    WeightScope m_scope;
    Index3 m_size;
    MapType m_type;
    std::vector<ResidualBlock> m_encoders; ///< 1 to 4, then 10
    std::vector<Decoder> m_decoders;       ///< 1 to 5
    std::shared_ptr<MapPool> m_pool = MapPool::make();
};

} // namespace

std::unique_ptr<CpuBackbone> makeCpuSwin(const WeightScope& scope, const Index3& size, MapType type)
{
    return std::make_unique<CpuSwin>(scope, size, type);
}

} // namespace hounsfield
