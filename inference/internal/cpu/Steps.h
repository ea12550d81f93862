#pragma once

#include "inference/internal/Tensors.h"
#include "inference/internal/cpu/Convolution.h"
#include "inference/internal/cpu/Kernels.h"

namespace hounsfield {

/// @param weight out x in x k x k x k float32 on the processor @param bias out, or undefined
Convolution convolutionOf(const at::Tensor& weight, const at::Tensor& bias, const Index3& size, MapType type);

/// 3x3x3 convolution, instance norm with weights, ReLU: the step that the U-Net is made of.
class ConvolveNormaliseRelu {
public:
    ConvolveNormaliseRelu(const WeightScope& scope, const Index3& size, MapType type);
    void run(const FeatureMap& in, const FeatureMap& out) const;
    int outputs() const { return m_outputs; }

private:
    int m_outputs;
    Convolution m_convolution;
    at::Tensor m_weight, m_bias;
};

/// A transposed convolution of kernel 2 and stride 2. Its eight taps never overlap: each is a 1x1x1 convolution whose voxels are spread out.
class DoubleSize {
public:
    /// @param weight in x out x 2 x 2 x 2 @param bias out, or undefined @param size of the input
    DoubleSize(const at::Tensor& weight, const at::Tensor& bias, const Index3& size, MapType type);
    void run(const FeatureMap& in, const FeatureMap& out, MapPool& pool) const;
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
