// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "inference/ModelPack.h"

#include <string>

namespace hounsfield::training {

/// The weights half way between two models of which one was trained on from the other, as safetensors in half
/// precision. Such a mean often stands scans of another kind better than either (Wortsman et al. 2022,
/// "Robust fine-tuning of zero-shot models").
/// @throws Error(Model) where they are not of the same shapes, or not of the same embeddings
std::string averagedWeights(const ModelPack& a, const ModelPack& b);

} // namespace hounsfield::training
