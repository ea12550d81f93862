// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "inference/internal/Unet.h"

namespace hounsfield {

/// The Swin UNETR backbone of the Universal Model (Hatamizadeh et al. 2022; windows by Liu et al., ICCV
/// 2021), with the order of patch merging that the published weights were trained with, which takes two of
/// the eight sub-volumes twice. `scope` is the part "backbone" of the weights; features C and bottleneck 16 C
/// channels at X/32 x Y/32 x Z/32.
/// @param input N x 1 x X x Y x Z, every axis a multiple of 32, in the weights' type
BackboneOutput swinUnetrForward(const WeightScope& scope, const at::Tensor& input);

/// Its transformer alone: the tokens after the patch embedding and after each of the four stages, N x X x Y x
/// Z x C, not normalised.
/// @param stop looked at within every block; may be null. @throws Cancelled
std::vector<at::Tensor> swinTokens(const WeightScope& swin, const at::Tensor& input,
                                   const Progress* stop = nullptr);

} // namespace hounsfield
