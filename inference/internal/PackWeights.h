#pragma once

#include "inference/ModelPack.h"
#include "inference/internal/Tensors.h"

namespace hounsfield {

/// The weights of a pack, float32 on the processor. Its embedding table has a row for every class id, and 32 at least.
/// @throws Error(Model) where a tensor is missing or of a shape that its pack.json does not describe
Weights packWeights(const ModelPack& pack);

} // namespace hounsfield
