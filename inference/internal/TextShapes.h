// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "inference/internal/TensorFile.h"
#include "inference/internal/UnetShapes.h"

#include <optional>

namespace hounsfield {

/// Values of an embedding: as many as the prompt head takes.
inline constexpr std::int64_t embeddingLength = 512;

/// Every tensor of a text encoder of CLIP's architecture (Radford et al. 2021), by the names of its first
/// publication. The hidden layer of a block is four times its width, the projection is width x 512.
TensorShapes expectedTextTensors(const TextEncoderSettings& settings);

/// Width, heads (one for every 64 values), blocks, context and vocabulary as the tensors tell them, spelled
/// as above; nothing where they are not of such an encoder.
std::optional<TextEncoderSettings> textSettingsOf(const TensorInfos& tensors);
/// Whether an encoder of these sizes can be.
bool arePossible(const TextEncoderSettings& settings);

} // namespace hounsfield
