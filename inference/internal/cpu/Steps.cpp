// SPDX-License-Identifier: Apache-2.0
#include "inference/internal/cpu/Steps.h"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace hounsfield {

Convolution convolutionOf(const at::Tensor& weight, const at::Tensor& bias, const Index3& size, MapType type)
{
    const Convolution::Shape shape{int(weight.size(1)), int(weight.size(0)), int(weight.size(2)), size, type};
    return Convolution(shape, weight.data_ptr<float>(), bias.defined() ? bias.data_ptr<float>() : nullptr);
}

ConvolutionInParts::ConvolutionInParts(const at::Tensor& weight, const at::Tensor& bias, const Index3& size,
                                       MapType type, double mostPerCall)
{
    constexpr int lanes = FeatureMap::lanes;
    const int outputs = int(weight.size(0)), groups = (outputs + lanes - 1) / lanes;
    const double work = double(weight.numel()) * double(size[0] * size[1] * size[2]);
    const int calls = std::clamp(int(std::min(std::ceil(work / mostPerCall), double(groups))), 1, groups);
    const int perCall = (groups + calls - 1) / calls * lanes;
    for (int first = 0; first < outputs; first += perCall) {
        const int count = std::min(perCall, outputs - first);
        const at::Tensor some = weight.narrow(0, first, count).contiguous();
        const at::Tensor biases = bias.defined() ? bias.narrow(0, first, count).contiguous() : bias;
        m_parts.push_back({first, count, convolutionOf(some, biases, size, type)});
    }
}

void ConvolutionInParts::run(const FeatureMap& in, const FeatureMap& out, const Progress* stop) const
{
    for (const Part& part : m_parts) {
        lookForStop(stop);
        part.convolution.run(in, m_parts.size() == 1 ? out : out.part(part.first, part.count));
    }
}

ConvolveNormaliseRelu::ConvolveNormaliseRelu(const WeightScope& scope, const Index3& size, MapType type)
    : m_outputs(int(scope["conv1.weight"].size(0))),
      m_convolution(scope["conv1.weight"], scope["conv1.bias"], size, type), m_weight(scope["bn1.weight"]),
      m_bias(scope["bn1.bias"])
{
}

void ConvolveNormaliseRelu::run(const FeatureMap& in, const FeatureMap& out, const Progress* stop) const
{
    m_convolution.run(in, out, stop);
    applyActivated(out, normalisation(out, m_weight.data_ptr<float>(), m_bias.data_ptr<float>()), 0.0f);
}

DoubleSize::DoubleSize(const at::Tensor& weight, const at::Tensor& bias, const Index3& size, MapType type)
    : m_outputs(int(weight.size(1)))
{
    // in x out x tap -> tap x out x in
    const at::Tensor taps = weight.flatten(2).permute({2, 1, 0}).contiguous();
    for (std::int64_t tap = 0; tap < 8; ++tap)
        m_taps.push_back(
            convolutionOf(taps[tap].reshape({weight.size(1), weight.size(0), 1, 1, 1}), bias, size, type));
}

void DoubleSize::run(const FeatureMap& in, const FeatureMap& out, MapPool& pool, const Progress* stop) const
{
    const auto one = pool.take(m_outputs, in.size, in.type);
    for (std::int64_t tap = 0; tap < 8; ++tap) {
        lookForStop(stop);
        m_taps[std::size_t(tap)].run(in, one.map);
        placeTap(one.map, out, {tap / 4, tap / 2 % 2, tap % 2});
    }
}

MapPool::Taken plainInput(const float* window, const Index3& size, MapType type, MapPool& pool)
{
    auto input = pool.take(1, size, type);
    if (type == MapType::Float32)
        std::memcpy(input.map.data, window, std::size_t(input.map.voxels()) * sizeof(float));
    else
        toBFloat16(window, reinterpret_cast<std::uint16_t*>(input.map.data), input.map.voxels());
    return input;
}

} // namespace hounsfield
