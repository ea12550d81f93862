// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tokenizer/Tokenizer.h"

#include <filesystem>
#include <memory>

namespace hounsfield {

/// A sentencepiece model (Kudo and Richardson 2018). The library itself is in a module beside the program,
/// `hounsfield_sentencepiece.so`, that is opened when the first such model is: in the program's own folder,
/// in ../lib/hounsfield, or in HOUNSFIELD_PLUGINS.
class SentencePieceTokenizer final : public Tokenizer {
public:
    /// A `.model` file. @throws Error(Model): the module or the file is missing, damaged, or without <s> and
    /// </s>
    static SentencePieceTokenizer fromFile(const std::filesystem::path& file, int contextLength = 77);
    static SentencePieceTokenizer fromBytes(const std::string& bytes, int contextLength = 77);

    std::vector<std::int32_t> pieces(const std::string& text) const override;
    std::int32_t startId() const override { return m_start; } ///< of <s>
    std::int32_t endId() const override { return m_end; }     ///< of </s>
    int contextLength() const override { return m_contextLength; }
    int vocabularySize() const override { return m_size; }

private:
    SentencePieceTokenizer() = default;

    std::shared_ptr<void> m_model;
    int m_contextLength = 77;
    int m_size = 0;
    std::int32_t m_start = 0, m_end = 0;
};

} // namespace hounsfield
