// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "inference/internal/cpu/Blocked.h"

namespace hounsfield::training {

/// A convolution of stride 1 with "same" padding over maps of a fixed size, forwards and backwards, by
/// oneDNN, or by the processor's matrix tiles. Weights are float32, maps of either type. Channels are
/// multiples of 16; a single input channel is read as plain X x Y x Z and gets no gradient.
class TrainableConvolution {
public:
    struct Shape {
        int in = 0, out = 0;
        int kernel = 3; ///< 1 or 3
        Index3 size{0, 0, 0};
        MapType type = MapType::Float32;
    };
    explicit TrainableConvolution(const Shape& shape);
    ~TrainableConvolution();
    TrainableConvolution(TrainableConvolution&&) noexcept;
    TrainableConvolution& operator=(TrainableConvolution&&) noexcept;

    /// @param weight out x in x kernel^3, row-major @param bias out values
    void setWeights(const float* weight, const float* bias);
    void forward(const FeatureMap& input, const FeatureMap& output) const;
    /// The gradient of the input from that of the output; overwrites.
    void backwardData(const FeatureMap& outputGradient, const FeatureMap& inputGradient) const;
    /// Adds to the gradients of weight and bias, as setWeights takes them.
    void backwardWeights(const FeatureMap& input, const FeatureMap& outputGradient, float* weightGradient,
                         float* biasGradient) const;
    const Shape& shape() const { return m_shape; }

private:
    struct Primitives;
    struct Tiles;
    Shape m_shape;
    std::unique_ptr<Primitives> m_primitives; ///< or
    std::unique_ptr<Tiles> m_tiles;
};

} // namespace hounsfield::training
