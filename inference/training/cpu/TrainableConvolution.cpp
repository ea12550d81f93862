// SPDX-License-Identifier: Apache-2.0
#include "inference/training/cpu/TrainableConvolution.h"

#include "inference/internal/cpu/MatrixTiles.h"
#include "inference/internal/cpu/OneDnn.h"
#include "inference/training/cpu/TileConvolution.h"
#include "inference/training/cpu/TrainingKernels.h"
#include "inference/training/cpu/WeightGradient.h"

#include <cstring>

namespace hounsfield::training {
namespace {

using Tag = dnnl::memory::format_tag;
using Type = dnnl::memory::data_type;

/// The library's loops for tiles want another order of values; ours take maps as they lie.
bool tilesSuit(const TrainableConvolution::Shape& shape)
{
    return shape.in > 1 && shape.type == MapType::BFloat16 && shape.size[2] % 8 == 0 && hasMatrixTiles();
}

} // namespace

/// By the processor's matrix tiles.
struct TrainableConvolution::Tiles {
    TileWeights forward, transposed;
    std::vector<float> bias;
};

struct TrainableConvolution::Primitives {
    explicit Primitives(const Shape& shape);
    dnnl::stream stream{processor()};
    MapSide source, destination;
    dnnl::convolution_forward forward;
    dnnl::convolution_backward_data backwardData;
    dnnl::convolution_backward_weights backwardWeights; ///< none where addWeightGradient does its work
    dnnl::memory plainWeights, plainBias;               ///< float32, oidhw
    dnnl::memory forwardWeights, dataWeights;           ///< in the library's own orders
    dnnl::memory weightGradient, plainGradient, biasGradient;
    dnnl::reorder toForward, toData, fromGradient;
};

TrainableConvolution::Primitives::Primitives(const Shape& shape)
    : source(shape.in, shape.size, shape.type, MapSide::Scratch::First),
      destination(shape.out, shape.size, shape.type, MapSide::Scratch::Second)
{
    const Type type = typeOf(shape.type);
    const dnnl::memory::dims weightDims{shape.out, shape.in, shape.kernel, shape.kernel, shape.kernel},
        pad(3, shape.kernel / 2), stride(3, 1);
    const dnnl::memory::desc weights(weightDims, type, Tag::any), gradient(weightDims, Type::f32, Tag::any),
        bias({shape.out}, Type::f32, Tag::x), plain(weightDims, Type::f32, Tag::oidhw);
    const auto direct = dnnl::algorithm::convolution_direct;
    const dnnl::convolution_forward::primitive_desc chosen({dnnl::prop_kind::forward_training, direct,
                                                            source.desc(), weights, bias, destination.desc(),
                                                            stride, pad, pad},
                                                           processor());
    forward = dnnl::convolution_forward(chosen);
    plainWeights = dnnl::memory(plain, processor());
    plainBias = dnnl::memory(bias, processor());
    forwardWeights = dnnl::memory(chosen.weights_desc(), processor());
    toForward = dnnl::reorder(plainWeights, forwardWeights);
    if (shape.in == 1)
        return;
    const dnnl::convolution_backward_data::primitive_desc data(
        {direct, source.desc(), weights, destination.desc(), stride, pad, pad}, processor(), chosen);
    backwardData = dnnl::convolution_backward_data(data);
    dataWeights = dnnl::memory(data.weights_desc(), processor());
    toData = dnnl::reorder(plainWeights, dataWeights);
    if (!hasAvx512() && shape.type == MapType::Float32)
        return;
    const dnnl::convolution_backward_weights::primitive_desc learned(
        {direct, source.desc(), gradient, bias, destination.desc(), stride, pad, pad}, processor(), chosen);
    backwardWeights = dnnl::convolution_backward_weights(learned);
    weightGradient = dnnl::memory(learned.diff_weights_desc(), processor());
    plainGradient = dnnl::memory(plain, processor());
    biasGradient = dnnl::memory(bias, processor());
    fromGradient = dnnl::reorder(weightGradient, plainGradient);
}

TrainableConvolution::TrainableConvolution(const Shape& shape) : m_shape(shape)
{
    if (tilesSuit(shape)) {
        m_tiles = std::make_unique<Tiles>();
        return;
    }
    try {
        m_primitives = std::make_unique<Primitives>(shape);
    } catch (const dnnl::error& error) {
        refuse(error);
    }
}

TrainableConvolution::~TrainableConvolution() = default;
TrainableConvolution::TrainableConvolution(TrainableConvolution&&) noexcept = default;
TrainableConvolution& TrainableConvolution::operator=(TrainableConvolution&&) noexcept = default;

void TrainableConvolution::setWeights(const float* weight, const float* bias)
{
    if (m_tiles) {
        m_tiles->forward.pack(weight, m_shape.out, m_shape.in, m_shape.kernel);
        m_tiles->transposed.packTransposed(weight, m_shape.out, m_shape.in, m_shape.kernel);
        m_tiles->bias.assign(bias, bias + m_shape.out);
        return;
    }
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
    if (m_tiles)
        return convolveByTiles(input, m_tiles->forward, m_tiles->bias.data(), output);
    Primitives& p = *m_primitives;
    dnnl::memory source = p.source.read(p.stream, input), destination = p.destination.target(output);
    p.forward.execute(p.stream, {{DNNL_ARG_SRC, source},
                                 {DNNL_ARG_WEIGHTS, p.forwardWeights},
                                 {DNNL_ARG_BIAS, p.plainBias},
                                 {DNNL_ARG_DST, destination}});
    p.destination.bring(p.stream, destination, output);
    p.stream.wait();
}

void TrainableConvolution::backwardData(const FeatureMap& outputGradient,
                                        const FeatureMap& inputGradient) const
{
    if (m_tiles)
        return convolveByTiles(outputGradient, m_tiles->transposed, nullptr, inputGradient);
    Primitives& p = *m_primitives;
    dnnl::memory source = p.source.target(inputGradient),
                 destination = p.destination.read(p.stream, outputGradient);
    p.backwardData.execute(
        p.stream,
        {{DNNL_ARG_DIFF_DST, destination}, {DNNL_ARG_WEIGHTS, p.dataWeights}, {DNNL_ARG_DIFF_SRC, source}});
    p.source.bring(p.stream, source, inputGradient);
    p.stream.wait();
}

void TrainableConvolution::backwardWeights(const FeatureMap& input, const FeatureMap& outputGradient,
                                           float* weightGradient, float* biasGradient) const
{
    if (m_tiles)
        return addWeightGradientByTiles(input, outputGradient, m_shape.kernel, weightGradient, biasGradient);
    if (m_shape.in == 1) {
        // oneDNN has only slow loops for the weights of a single channel.
        addFirstWeightGradient(input, outputGradient, weightGradient, biasGradient);
        return;
    }
    if (!m_primitives->backwardWeights) {
        addWeightGradient(input, outputGradient, m_shape.kernel, weightGradient, biasGradient);
        return;
    }
    Primitives& p = *m_primitives;
    dnnl::memory source = p.source.read(p.stream, input),
                 destination = p.destination.read(p.stream, outputGradient);
    p.backwardWeights.execute(p.stream, {{DNNL_ARG_SRC, source},
                                         {DNNL_ARG_DIFF_DST, destination},
                                         {DNNL_ARG_DIFF_WEIGHTS, p.weightGradient},
                                         {DNNL_ARG_DIFF_BIAS, p.biasGradient}});
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
