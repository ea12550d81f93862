// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "inference/ModelPack.h"
#include "inference/internal/Tensors.h"

namespace hounsfield {

/// The weights of a pack, float32 on the processor. Its embedding table has a row for every class id, and 32
/// at least.
/// @param stop looked at before every tensor
/// @throws Error(Model) where a tensor is missing or of a shape that its pack.json does not describe,
/// Cancelled
Weights packWeights(const ModelPack& pack, const Progress& stop = Progress());

} // namespace hounsfield
