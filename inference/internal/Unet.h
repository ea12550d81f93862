// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "inference/ModelPack.h"
#include "inference/internal/Tensors.h"

namespace hounsfield {

/// What a backbone makes of a window: nothing of it depends on the prompt.
struct BackboneOutput {
    at::Tensor features;   ///< N x C x X x Y x Z, C = widths.encoder[0]
    at::Tensor bottleneck; ///< N x B x X/8 x Y/8 x Z/8, B = widths.encoder[3]
};

/// The U-Net of the Universal Model (Liu et al., ICCV 2023; 3-D U-Net of Cicek et al. 2016), at any width.
/// Differentiable where the weights require gradients. `scope` is the part "backbone" of the weights.
/// @param input N x 1 x X x Y x Z, every axis a multiple of 8, in the weights' type
BackboneOutput unetForward(const WeightScope& scope, const at::Tensor& input);

/// Fresh weights (backbone and head) for training: He et al. 2015 for what a ReLU follows. Seeded.
Weights freshUnetWeights(const UnetWidths& widths, std::uint64_t seed);

} // namespace hounsfield
