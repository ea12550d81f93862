#pragma once

#include "inference/internal/Tensors.h"
#include "inference/internal/UnetShapes.h"

namespace hounsfield {

/// The text transformer of CLIP ViT-B/32 (Radford et al. 2021): ids to the embedding of what they say, not normalised.
class TextTower {
public:
    static constexpr int width = 512, heads = 8, blocks = 12, context = 77, vocabulary = 49408;

    /// @param weights of either public source, by their own names. @throws Error(Model) that names what is missing or of another shape
    explicit TextTower(const Weights& weights);
    /// @param ids framed by start and end, at most 77. @returns 512 values, float32
    at::Tensor embed(const std::vector<std::int32_t>& ids) const;

    /// Every tensor, by the names of the first publication.
    static TensorShapes expectedTensors();

private:
    Weights m_weights;
};

} // namespace hounsfield
