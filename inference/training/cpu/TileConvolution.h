// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "inference/internal/cpu/Blocked.h"

#include <cstdint>
#include <vector>

namespace hounsfield::training {

/// A convolution of kernel 3x3x3 or 1x1x1 and stride 1 with "same" padding over bfloat16 maps whose channels
/// are multiples of 16, by the processor's matrix tiles. Sums are float32. Only where hasMatrixTiles().
class TileWeights {
public:
    /// @param weight out x in x kernel^3, row-major @param kernel 3 or 1
    void pack(const float* weight, int out, int in, int kernel);
    /// For the gradient of what was convolved: input and output change places, taps are turned round.
    void packTransposed(const float* weight, int out, int in, int kernel);
    int kernel() const { return m_kernel; }
    /// Of a group of output channels: products in the order in which convolveByTiles makes them, 16 x 16
    /// pairs each.
    const std::uint16_t* group(int outGroup) const
    {
        return m_packed.data() + std::size_t(outGroup) * m_stride;
    }

private:
    template <typename At> void packFrom(const At& at, int out, int in);
    int m_kernel = 3;
    std::size_t m_stride = 0;
    std::vector<std::uint16_t> m_packed;
};

/// @param bias a value for each output channel, or null @param input, output of one size, its z a multiple of
/// 8
void convolveByTiles(const FeatureMap& input, const TileWeights& weights, const float* bias,
                     const FeatureMap& output);

/// Adds to the gradients of weight (out x in x kernel^3) and bias.
void addWeightGradientByTiles(const FeatureMap& input, const FeatureMap& outputGradient, int kernel,
                              float* weightGradient, float* biasGradient);

} // namespace hounsfield::training
