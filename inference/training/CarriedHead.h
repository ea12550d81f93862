// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "inference/internal/Tensors.h"

namespace hounsfield::training {

/// text_to_vision.weight for another table of embeddings, so that a trained head keeps what it has learned of
/// its classes: the smallest change of weights W' with new * W'^T near old * W^T (ridge regression, Hoerl and
/// Kennard 1970: rows that nearly coincide do not make it large).
/// @param weight 256 x 512 @param oldTable, newTable K x 512, row by row the same classes @param penalty part
/// of the rows' mean square
/// @returns 256 x 512
at::Tensor carriedHead(const at::Tensor& weight, const at::Tensor& oldTable, const at::Tensor& newTable,
                       double penalty = 1e-3);

} // namespace hounsfield::training
