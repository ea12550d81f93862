// SPDX-License-Identifier: Apache-2.0
#include "inference/internal/cpu/Convolution.h"

#include "inference/internal/cpu/OneDnn.h"

#include <algorithm>
#include <cstring>
#include <vector>

namespace hounsfield {
namespace {

using Tag = dnnl::memory::format_tag;
using Type = dnnl::memory::data_type;

int wholeGroups(int channels)
{
    return (channels + FeatureMap::lanes - 1) / FeatureMap::lanes * FeatureMap::lanes;
}

/// Weights with zeros for the lanes beyond the last channel: oneDNN has its fast loops for whole groups
/// alone.
std::vector<float> paddedWeights(const float* weight, int in, int out, int paddedIn, int paddedOut, int taps)
{
    std::vector<float> padded(std::size_t(paddedIn) * std::size_t(paddedOut) * std::size_t(taps), 0.0f);
    for (int o = 0; o < out; ++o)
        std::copy(weight + std::ptrdiff_t(o) * in * taps, weight + std::ptrdiff_t(o + 1) * in * taps,
                  padded.begin() + std::ptrdiff_t(o) * paddedIn * taps);
    return padded;
}

} // namespace

struct Convolution::Primitive {
    dnnl::convolution_forward convolution;
    MapSide source, destination;
    dnnl::memory weights, bias;
    std::string implementation;
    dnnl::stream stream{processor()};
};

Convolution::Convolution(const Shape& shape, const float* weight, const float* bias)
{
    try {
        const int in = shape.in == 1 ? 1 : wholeGroups(shape.in), out = wholeGroups(shape.out),
                  taps = shape.kernel * shape.kernel * shape.kernel;
        std::vector<float> padded = paddedWeights(weight, shape.in, shape.out, in, out, taps);
        const dnnl::memory::dims weightDims{out, in, shape.kernel, shape.kernel, shape.kernel};
        const dnnl::memory::dims pad(3, shape.kernel / 2), stride(3, 1);
        const MapSide source(in, shape.size, shape.type, MapSide::Scratch::First),
            destination(out, shape.size, shape.type, MapSide::Scratch::Second);
        const dnnl::memory::desc anyWeights(weightDims, typeOf(shape.type), Tag::any),
            biases({out}, Type::f32, Tag::x);
        const dnnl::convolution_forward::desc wanted(
            dnnl::prop_kind::forward_inference, dnnl::algorithm::convolution_direct, source.desc(),
            anyWeights, biases, destination.desc(), stride, pad, pad);
        const dnnl::convolution_forward::primitive_desc chosen(wanted, processor());
        auto made =
            std::make_unique<Primitive>(Primitive{dnnl::convolution_forward(chosen), source, destination,
                                                  dnnl::memory(chosen.weights_desc(), processor()),
                                                  dnnl::memory(biases, processor()), chosen.impl_info_str()});
        std::memset(made->bias.get_data_handle(), 0, std::size_t(out) * sizeof(float));
        if (bias)
            std::memcpy(made->bias.get_data_handle(), bias, std::size_t(shape.out) * sizeof(float));
        dnnl::memory plain({weightDims, Type::f32, Tag::oidhw}, processor(), padded.data());
        dnnl::reorder(plain, made->weights).execute(made->stream, plain, made->weights);
        made->stream.wait();
        m_primitive = std::move(made);
    } catch (const dnnl::error& error) {
        refuse(error);
    }
}

Convolution::~Convolution() = default;
Convolution::Convolution(Convolution&&) noexcept = default;
Convolution& Convolution::operator=(Convolution&&) noexcept = default;

void Convolution::run(const FeatureMap& input, const FeatureMap& output) const
{
    try {
        Primitive& p = *m_primitive;
        dnnl::memory source = p.source.read(p.stream, input), destination = p.destination.target(output);
        p.convolution.execute(p.stream, {{DNNL_ARG_SRC, source},
                                         {DNNL_ARG_WEIGHTS, p.weights},
                                         {DNNL_ARG_BIAS, p.bias},
                                         {DNNL_ARG_DST, destination}});
        p.destination.bring(p.stream, destination, output);
        p.stream.wait();
    } catch (const dnnl::error& error) {
        refuse(error);
    }
}

std::string Convolution::implementation() const
{
    return m_primitive->implementation;
}

int instructionSetNumber()
{
    return int(dnnl::get_effective_cpu_isa());
}

bool hasFastBFloat16()
{
    const auto isa = dnnl::get_effective_cpu_isa();
    return isa == dnnl::cpu_isa::avx512_core_bf16 || isa == dnnl::cpu_isa::avx512_core_amx;
}

} // namespace hounsfield
