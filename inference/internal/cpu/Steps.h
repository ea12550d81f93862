// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "inference/internal/Tensors.h"
#include "inference/internal/cpu/Convolution.h"
#include "inference/internal/cpu/Kernels.h"
#include "volume/Progress.h"

#include <vector>

namespace hounsfield {

/// Multiplications that one call of a convolution may take: a second or less on two cores without AVX-512. A
/// larger layer is computed some of its outputs at a time, with a look for a stop between.
inline constexpr double largestCall = 5e10;

/// @param weight out x in x k x k x k float32 on the processor @param bias out, or undefined
Convolution convolutionOf(const at::Tensor& weight, const at::Tensor& bias, const Index3& size, MapType type);

/// A convolution whose outputs are computed in as many calls as largestCall asks for. The numbers are those
/// of one call.
class ConvolutionInParts {
public:
    /// As convolutionOf. @param mostPerCall multiplications of a call
    ConvolutionInParts(const at::Tensor& weight, const at::Tensor& bias, const Index3& size, MapType type,
                       double mostPerCall = largestCall);
    void run(const FeatureMap& in, const FeatureMap& out, const Progress* stop) const;
    int calls() const { return int(m_parts.size()); }

private:
    struct Part {
        int first, count; ///< outputs
        Convolution convolution;
    };
    std::vector<Part> m_parts;
};

/// 3x3x3 convolution, instance norm with weights, ReLU: the step that the U-Net is made of.
class ConvolveNormaliseRelu {
public:
    ConvolveNormaliseRelu(const WeightScope& scope, const Index3& size, MapType type);
    void run(const FeatureMap& in, const FeatureMap& out, const Progress* stop) const;
    int outputs() const { return m_outputs; }

private:
    int m_outputs;
    ConvolutionInParts m_convolution;
    at::Tensor m_weight, m_bias;
};

/// A transposed convolution of kernel 2 and stride 2. Its eight taps never overlap: each is a 1x1x1
/// convolution whose voxels are spread out.
class DoubleSize {
public:
    /// @param weight in x out x 2 x 2 x 2 @param bias out, or undefined @param size of the input
    DoubleSize(const at::Tensor& weight, const at::Tensor& bias, const Index3& size, MapType type);
    void run(const FeatureMap& in, const FeatureMap& out, MapPool& pool, const Progress* stop) const;
    int outputs() const { return m_outputs; }

private:
    int m_outputs;
    std::vector<Convolution> m_taps;
};

/// A window as the first convolution reads it: plain, in the maps' type.
MapPool::Taken plainInput(const float* window, const Index3& size, MapType type, MapPool& pool);

inline Index3 halved(const Index3& size)
{
    return {size[0] / 2, size[1] / 2, size[2] / 2};
}

} // namespace hounsfield
