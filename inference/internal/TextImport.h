// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "inference/internal/PackBuilder.h"
#include "inference/internal/TensorImport.h"

namespace hounsfield {

/// A text encoder's weights in either public spelling, or of a compact encoder in the first, and how they
/// become those of a pack.
struct TextTensors {
    TextEncoderSettings settings; ///< sizes only
    TensorMappings
        mappings; ///< by the names of the first publication; float16 where they came so, else float32
};

/// What is not of the text side (visual.*, vision_model.*) is left out. @throws Error(Model) that names the
/// tensor at fault
TextTensors textTensors(const Checkpoint& checkpoint);

/// Adds a text encoder and its vocabulary to a pack in the making.
/// @param vocabulary CLIP's merges (bpe_simple_vocab_16e6.txt.gz, unpacked, or merges.txt), or a
/// sentencepiece model (.model)
/// @throws Error(Model) where one is not what it should be or they do not belong together; Error(Resources)
TextEncoderSettings addTextEncoderFiles(const std::filesystem::path& weights,
                                        const std::filesystem::path& vocabulary, PackBuilder& builder,
                                        Progress& progress);

} // namespace hounsfield
