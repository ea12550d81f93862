// SPDX-License-Identifier: Apache-2.0
#include "inference/internal/cpu/CpuUnet.h"

#include "inference/internal/cpu/Steps.h"

namespace hounsfield {
namespace {

class CpuUnet final : public CpuBackbone {
public:
    CpuUnet(const WeightScope& scope, const Index3& size, MapType type) : m_size(size), m_type(type)
    {
        Index3 at = size;
        for (const char* name : {"down_tr64", "down_tr128", "down_tr256", "down_tr512"}) {
            m_down.push_back(stage(scope(name), at));
            at = halved(at);
        }
        for (const char* name : {"up_tr256", "up_tr128", "up_tr64"}) {
            const auto level = std::size_t(2) - m_up.size();
            Index3 fine = size;
            for (std::size_t l = 0; l < level; ++l)
                fine = halved(fine);
            const WeightScope up = scope(name)("up_conv");
            m_up.push_back(
                {DoubleSize(up["weight"], up["bias"], halved(fine), type), stage(scope(name), fine)});
        }
    }

    CpuMaps run(const float* window, const Progress* stop) override
    {
        // Where what is sampled up and what is skipped lie side by side: the concatenation is made where it
        // is read.
        std::vector<MapPool::Taken> joined;
        MapPool::Taken x = plainInput(window, m_size, m_type, *m_pool);
        Index3 at = m_size;
        for (std::size_t level = 0; level < 4; ++level) {
            const Stage& stage = m_down[level];
            const auto middle = m_pool->take(stage.first.outputs(), at, m_type);
            stage.first.run(x.map, middle.map, stop);
            const int width = stage.second.outputs();
            if (level == 3) {
                x = m_pool->take(width, at, m_type);
                stage.second.run(middle.map, x.map, stop);
                break;
            }
            const int sampledUp = m_up[2 - level].sample.outputs();
            joined.push_back(m_pool->take(sampledUp + width, at, m_type));
            const FeatureMap skip = joined.back().map.part(sampledUp, width);
            stage.second.run(middle.map, skip, stop);
            at = halved(at);
            x = m_pool->take(width, at, m_type);
            maxPool(skip, x.map);
        }
        const MapPool::Taken bottleneck = x;
        for (std::size_t level = 3; level-- > 0;) {
            const Up& up = m_up[2 - level];
            const MapPool::Taken both = std::move(joined[level]);
            up.sample.run(x.map, both.map.part(0, up.sample.outputs()), *m_pool, stop);
            const auto middle = m_pool->take(up.stage.first.outputs(), both.map.size, m_type);
            up.stage.first.run(both.map, middle.map, stop);
            x = m_pool->take(up.stage.second.outputs(), both.map.size, m_type);
            up.stage.second.run(middle.map, x.map, stop);
        }
        return {x.map, bottleneck.map, {x.memory, bottleneck.memory}};
    }

    void release() override { m_pool->release(); }
    const Index3& size() const override { return m_size; }

private:
    struct Stage {
        ConvolveNormaliseRelu first, second;
    };
    struct Up {
        DoubleSize sample;
        Stage stage;
    };
    Stage stage(const WeightScope& scope, const Index3& size) const
    {
        return {ConvolveNormaliseRelu(scope("ops.0"), size, m_type),
                ConvolveNormaliseRelu(scope("ops.1"), size, m_type)};
    }

    Index3 m_size;
    MapType m_type;
    std::vector<Stage> m_down;
    std::vector<Up> m_up; ///< coarse to fine
    std::shared_ptr<MapPool> m_pool = MapPool::make();
};

} // namespace

std::unique_ptr<CpuBackbone> makeCpuUnet(const WeightScope& scope, const Index3& size, MapType type)
{
    return std::make_unique<CpuUnet>(scope, size, type);
}

} // namespace hounsfield
