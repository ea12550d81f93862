// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "inference/ModelPack.h"
#include "inference/internal/Tensors.h"
#include "inference/internal/TextShapes.h"

namespace hounsfield {

/// A text transformer of CLIP's architecture (Radford et al. 2021), of any width: ids to the embedding of
/// what they say, not normalised.
class TextTower {
public:
    /// @param weights of either public source, by their own names
    /// @throws Error(Model) that names what is missing or of another shape than `settings` say
    TextTower(const Weights& weights, const TextEncoderSettings& settings);
    /// @param ids framed by start and end, at most settings.context. @returns 512 values, float32: what the
    /// first end token has gathered
    at::Tensor embed(const std::vector<std::int32_t>& ids) const;

private:
    TextEncoderSettings m_settings;
    Weights m_weights;
};

} // namespace hounsfield
