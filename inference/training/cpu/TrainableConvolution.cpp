#include "inference/training/cpu/TrainableConvolution.h"

#include "inference/training/cpu/TrainingKernels.h"
#include "volume/Error.h"

#include <oneapi/dnnl/dnnl.hpp>

#include <cstring>

namespace hounsfield::training {
namespace {

using Tag = dnnl::memory::format_tag;
using Type = dnnl::memory::data_type;

dnnl::engine& processor()
{
    static dnnl::engine engine(dnnl::engine::kind::cpu, 0);
    return engine;
}

Type typeOf(MapType type)
{
    return type == MapType::Float32 ? Type::f32 : Type::bf16;
}

} // namespace

struct TrainableConvolution::Primitives {
    dnnl::stream stream{processor()};
    dnnl::memory::desc source, destination;
    dnnl::convolution_forward forward;
    dnnl::convolution_backward_data backwardData;
    dnnl::convolution_backward_weights backwardWeights;
    dnnl::memory plainWeights, plainBias;      ///< float32, oidhw
    dnnl::memory forwardWeights, dataWeights;  ///< in the library's own orders
    dnnl::memory weightGradient, plainGradient, biasGradient;
    dnnl::reorder toForward, toData, fromGradient;
};

TrainableConvolution::TrainableConvolution(const Shape& shape) : m_shape(shape), m_primitives(std::make_unique<Primitives>())
{
    Primitives& p = *m_primitives;
    const auto [x, y, z] = shape.size;
    const Type type = typeOf(shape.type);
    const dnnl::memory::dims weightDims{shape.out, shape.in, shape.kernel, shape.kernel, shape.kernel}, pad(3, shape.kernel / 2), stride(3, 1);
    p.source = {{1, shape.in, x, y, z}, type, shape.in == 1 ? Tag::ncdhw : Tag::nCdhw16c};
    p.destination = {{1, shape.out, x, y, z}, type, Tag::nCdhw16c};
    const dnnl::memory::desc weights(weightDims, type, Tag::any), gradient(weightDims, Type::f32, Tag::any), bias({shape.out}, Type::f32, Tag::x), plain(weightDims, Type::f32, Tag::oidhw);
    const auto direct = dnnl::algorithm::convolution_direct;
    const dnnl::convolution_forward::primitive_desc forward({dnnl::prop_kind::forward_training, direct, p.source, weights, bias, p.destination, stride, pad, pad}, processor());
    p.forward = dnnl::convolution_forward(forward);
    p.plainWeights = dnnl::memory(plain, processor());
    p.plainBias = dnnl::memory(bias, processor());
    p.forwardWeights = dnnl::memory(forward.weights_desc(), processor());
    p.toForward = dnnl::reorder(p.plainWeights, p.forwardWeights);
    if (shape.in == 1)
        return;
    const dnnl::convolution_backward_data::primitive_desc data({direct, p.source, weights, p.destination, stride, pad, pad}, processor(), forward);
    p.backwardData = dnnl::convolution_backward_data(data);
    p.dataWeights = dnnl::memory(data.weights_desc(), processor());
    p.toData = dnnl::reorder(p.plainWeights, p.dataWeights);
    const dnnl::convolution_backward_weights::primitive_desc learned({direct, p.source, gradient, bias, p.destination, stride, pad, pad}, processor(), forward);
    p.backwardWeights = dnnl::convolution_backward_weights(learned);
    p.weightGradient = dnnl::memory(learned.diff_weights_desc(), processor());
    p.plainGradient = dnnl::memory(plain, processor());
    p.biasGradient = dnnl::memory(bias, processor());
    p.fromGradient = dnnl::reorder(p.weightGradient, p.plainGradient);
}

TrainableConvolution::~TrainableConvolution() = default;
TrainableConvolution::TrainableConvolution(TrainableConvolution&&) noexcept = default;
TrainableConvolution& TrainableConvolution::operator=(TrainableConvolution&&) noexcept = default;

void TrainableConvolution::setWeights(const float* weight, const float* bias)
{
    Primitives& p = *m_primitives;
    std::memcpy(p.plainWeights.get_data_handle(), weight, p.plainWeights.get_desc().get_size());
    std::memcpy(p.plainBias.get_data_handle(), bias, std::size_t(m_shape.out) * sizeof(float));
    p.toForward.execute(p.stream, p.plainWeights, p.forwardWeights);
    if (m_shape.in > 1)
        p.toData.execute(p.stream, p.plainWeights, p.dataWeights);
    p.stream.wait();
}

void TrainableConvolution::forward(const FeatureMap& input, const FeatureMap& output) const
{
    Primitives& p = *m_primitives;
    dnnl::memory source(p.source, processor(), input.data), destination(p.destination, processor(), output.data);
    p.forward.execute(p.stream, {{DNNL_ARG_SRC, source}, {DNNL_ARG_WEIGHTS, p.forwardWeights}, {DNNL_ARG_BIAS, p.plainBias}, {DNNL_ARG_DST, destination}});
    p.stream.wait();
}

void TrainableConvolution::backwardData(const FeatureMap& outputGradient, const FeatureMap& inputGradient) const
{
    Primitives& p = *m_primitives;
    dnnl::memory source(p.source, processor(), inputGradient.data), destination(p.destination, processor(), outputGradient.data);
    p.backwardData.execute(p.stream, {{DNNL_ARG_DIFF_DST, destination}, {DNNL_ARG_WEIGHTS, p.dataWeights}, {DNNL_ARG_DIFF_SRC, source}});
    p.stream.wait();
}

void TrainableConvolution::backwardWeights(const FeatureMap& input, const FeatureMap& outputGradient, float* weightGradient, float* biasGradient) const
{
    if (m_shape.in == 1) {
        // oneDNN has only slow loops for the weights of a single channel.
        addFirstWeightGradient(input, outputGradient, weightGradient, biasGradient);
        return;
    }
    Primitives& p = *m_primitives;
    dnnl::memory source(p.source, processor(), input.data), destination(p.destination, processor(), outputGradient.data);
    p.backwardWeights.execute(p.stream, {{DNNL_ARG_SRC, source}, {DNNL_ARG_DIFF_DST, destination}, {DNNL_ARG_DIFF_WEIGHTS, p.weightGradient}, {DNNL_ARG_DIFF_BIAS, p.biasGradient}});
    p.fromGradient.execute(p.stream, p.weightGradient, p.plainGradient);
    p.stream.wait();
    const auto add = [](const dnnl::memory& from, float* to) {
        const auto* values = static_cast<const float*>(from.get_data_handle());
        const std::size_t count = from.get_desc().get_size() / sizeof(float);
        for (std::size_t i = 0; i < count; ++i)
            to[i] += values[i];
    };
    add(p.plainGradient, weightGradient);
    add(p.biasGradient, biasGradient);
}

} // namespace hounsfield::training
