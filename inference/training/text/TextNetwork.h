// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "inference/internal/Tensors.h"
#include "inference/internal/TextShapes.h"

#include <ATen/core/Generator.h>

namespace hounsfield::training {

/// The first weights of a text encoder of these sizes (Radford et al. 2021), leaves that require gradients.
/// The same seed gives the same ones.
Weights freshTextWeights(const TextEncoderSettings& settings, std::uint64_t seed);

/// What TextTower computes, for many texts at once, with gradients and with dropout. What comes after a
/// text's end token is never looked at, since every token looks at those before it alone: texts of one batch
/// are filled up with anything.
class TextNetwork {
public:
    TextNetwork(const Weights& weights, const TextEncoderSettings& settings)
        : m_weights(weights), m_settings(settings)
    {
    }
    /// @param dropout share of values that are left out; 0: none, then `random` may be empty
    /// @returns texts x 512, not normalised
    at::Tensor embed(const std::vector<std::vector<std::int32_t>>& texts, double dropout,
                     const at::Generator& random) const;

private:
    at::Tensor embedAlike(const std::vector<const std::vector<std::int32_t>*>& texts, double dropout,
                          const at::Generator& random) const;

    const Weights& m_weights;
    TextEncoderSettings m_settings;
};

} // namespace hounsfield::training
