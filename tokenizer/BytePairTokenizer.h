// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tokenizer/Tokenizer.h"

#include <filesystem>
#include <unordered_map>

namespace hounsfield {

/// The byte-pair encoding of CLIP (Radford et al. 2021; byte pairs: Sennrich et al. 2016) over the published
/// list of merges, which a person installs with the weights.
class BytePairTokenizer final : public Tokenizer {
public:
    static constexpr std::int32_t start = 49406, end = 49407;

    /// @param merges the published list as text, its first line a heading. @throws Error(Model) where it is
    /// not that list
    explicit BytePairTokenizer(const std::string& merges, int contextLength = 77);
    /// bpe_simple_vocab_16e6.txt.gz, or unpacked. @throws Error(Model)
    static BytePairTokenizer fromFile(const std::filesystem::path& file);
    /// The bytes of such a file, gzip-compressed or plain. @throws Error(Model)
    static BytePairTokenizer fromBytes(const std::string& bytes, int contextLength = 77);

    std::vector<std::int32_t> pieces(const std::string& text) const override;
    std::int32_t startId() const override { return start; }
    std::int32_t endId() const override { return end; }
    int contextLength() const override { return m_contextLength; }
    int vocabularySize() const override { return 49408; }

private:
    void addWord(const std::string& bytes, std::vector<std::int32_t>& ids) const;

    int m_contextLength;
    std::unordered_map<std::string, std::int32_t> m_ids;   ///< by the token's characters
    std::unordered_map<std::string, std::int32_t> m_ranks; ///< of "left right"
};

} // namespace hounsfield
