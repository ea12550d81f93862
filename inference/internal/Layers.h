// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "inference/internal/Tensors.h"

namespace hounsfield {

/// A transposed convolution of kernel 2 and stride 2, which doubles every axis. @param weight in x out x 2 x
/// 2 x 2
/// @param bias out, or an undefined tensor
at::Tensor doubleSize(const at::Tensor& weight, const at::Tensor& bias, const at::Tensor& input);

} // namespace hounsfield
