// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "inference/internal/Tensors.h"

namespace hounsfield {

/// One block of a Swin transformer: x + attention(norm(x)), then x + MLP(norm(x)), the attention inside
/// windows of 7 x 7 x 7.
/// @param stop looked at before the attention of every 16 windows and before the parts of the MLP; may be
/// null. @throws Cancelled
/// @param tokens N x X x Y x Z x C @param shifted windows moved by three voxels along every axis longer than
/// a window
at::Tensor swinBlock(const WeightScope& block, const at::Tensor& tokens, bool shifted,
                     const Progress* stop = nullptr);

} // namespace hounsfield
