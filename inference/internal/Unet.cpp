// SPDX-License-Identifier: Apache-2.0
#include "inference/internal/Unet.h"

#include "inference/internal/Layers.h"
#include "inference/internal/UnetShapes.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/amax.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/conv3d.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/instance_norm.h>
#include <ATen/ops/max_pool3d.h>
#include <ATen/ops/relu.h>

#include <algorithm>
#include <cmath>
#include <random>

namespace hounsfield {
namespace {

/// The published layer is a batch norm that uses the statistics of the batch at inference too, and the
/// published pipeline runs one window at a time: an instance norm over each window, whatever the batch.
at::Tensor convolveNormaliseRelu(const WeightScope& scope, const at::Tensor& input)
{
    const at::Tensor convolved = at::conv3d(input, scope["conv1.weight"], scope["conv1.bias"], 1, 1);
    at::Tensor normalised =
        at::instance_norm(convolved, scope["bn1.weight"], scope["bn1.bias"], {}, {}, true, 0.1, 1e-5, false);
    return at::GradMode::is_enabled() ? at::relu(normalised) : normalised.relu_();
}

at::Tensor stage(const WeightScope& scope, const at::Tensor& input)
{
    return convolveNormaliseRelu(scope("ops.1"), convolveNormaliseRelu(scope("ops.0"), input));
}

at::Tensor upStage(const WeightScope& scope, const at::Tensor& input, const at::Tensor& skip)
{
    const WeightScope up = scope("up_conv");
    return stage(scope, at::cat({doubleSize(up["weight"], up["bias"], input), skip}, 1));
}

at::Tensor pool(const at::Tensor& input)
{
    if (input.scalar_type() == at::kFloat || input.is_cuda())
        return at::max_pool3d(input, 2);
    // LibTorch's own pooling has no half types on the CPU.
    const auto s = input.sizes();
    return at::amax(input.reshape({s[0], s[1], s[2] / 2, 2, s[3] / 2, 2, s[4] / 2, 2}), {3, 5, 7});
}

} // namespace

BackboneOutput unetForward(const WeightScope& scope, const at::Tensor& input)
{
    const at::Tensor skip64 = stage(scope("down_tr64"), input);
    const at::Tensor skip128 = stage(scope("down_tr128"), pool(skip64));
    const at::Tensor skip256 = stage(scope("down_tr256"), pool(skip128));
    const at::Tensor bottleneck = stage(scope("down_tr512"), pool(skip256));
    at::Tensor x = upStage(scope("up_tr256"), bottleneck, skip256);
    x = upStage(scope("up_tr128"), x, skip128);
    return {upStage(scope("up_tr64"), x, skip64), bottleneck};
}

Weights freshUnetWeights(const UnetWidths& widths, std::uint64_t seed)
{
    Weights weights;
    std::mt19937_64 random(seed);
    for (const auto& [name, shape] : expectedUnetTensors(widths)) {
        at::Tensor tensor = at::empty(shape, at::kFloat);
        const bool isBias = name.ends_with("bias");
        const double fanIn =
            shape.size() > 1 ? static_cast<double>(tensor.numel()) / static_cast<double>(shape[0]) : 1;
        // Weights of norms are 1, biases 0; the text side starts like any linear layer.
        const double deviation = shape.size() > 1 ? std::sqrt(2.0 / fanIn) : 0;
        std::normal_distribution<float> normal(0, deviation > 0 ? static_cast<float>(deviation) : 1.0f);
        float* values = tensor.data_ptr<float>();
        if (deviation > 0)
            std::generate_n(values, tensor.numel(), [&] { return normal(random); });
        else
            tensor.fill_(isBias ? 0 : 1);
        weights.emplace(name, tensor);
    }
    return weights;
}

} // namespace hounsfield
