// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "inference/training/text/TextReading.h"
#include "inference/training/text/TextTrainer.h"

#include <map>

namespace hounsfield {
class PackFiles;
}

namespace hounsfield::training {

/// Words -> their embedding, by an encoder's files: those of a folder written by hounsfield-train text, or of
/// a pack.
class WordEncoder {
public:
    /// @throws Error(Model) where the files do not belong together
    WordEncoder(const TextEncoderSettings& settings, const PackFiles& files);
    WordEncoder(const TextEncoderSettings& settings, std::unique_ptr<Tokenizer> tokenizer,
                const std::string& weights);
    ~WordEncoder();
    WordEncoder(WordEncoder&&) noexcept;
    std::vector<float> embed(const std::string& words) const;

private:
    struct State;
    std::unique_ptr<State> m_state;
};

/// All that `hounsfield-train text` writes beside the vocabulary and the weights.
struct TextDescription {
    TextEncoderSettings settings;
    std::string promptTemplate;
    std::uint64_t seed = 0;
    std::int64_t steps = 0;
    std::map<std::string, std::size_t> lines; ///< of the corpus, by language
    TextRows rows;
    TextThresholds thresholds;
};

/// @param vocabulary the bytes of a sentencepiece model
std::unique_ptr<Tokenizer> textTokenizer(const std::string& vocabulary, int context);

/// Sizes, and the names that the files of a folder have.
TextEncoderSettings folderSettings(int width, int blocks, int vocabulary);

/// Writes text.json, text_encoder.safetensors, vocabulary.model, recognition.json and
/// recognition.safetensors, each under another name first.
/// @throws Error(Resources)
void writeTextFolder(const std::filesystem::path& folder, const TextDescription& description,
                     const std::string& vocabulary, const std::string& weights);
/// @throws Error(Model) where it is no such folder
TextDescription readTextFolder(const std::filesystem::path& folder);
/// The encoder in such a folder.
WordEncoder openWordEncoder(const std::filesystem::path& folder, const TextEncoderSettings& settings);
/// Its files, for a pack that is trained with it.
std::shared_ptr<const PackFiles> textFiles(const std::filesystem::path& folder);

} // namespace hounsfield::training
