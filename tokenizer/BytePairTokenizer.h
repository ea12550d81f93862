#pragma once

#include "tokenizer/Tokenizer.h"

#include <filesystem>
#include <unordered_map>

namespace hounsfield {

/// The byte-pair encoding of CLIP (Radford et al. 2021; byte pairs: Sennrich et al. 2016) over the published list of merges, which a
/// person installs with the weights.
class BytePairTokenizer final : public Tokenizer {
public:
    static constexpr std::int32_t start = 49406, end = 49407;

    /// @param merges the published list as text, its first line a heading. @throws Error(Model) where it is not that list
    explicit BytePairTokenizer(const std::string& merges);
    /// bpe_simple_vocab_16e6.txt.gz, or unpacked. @throws Error(Model)
    static BytePairTokenizer fromFile(const std::filesystem::path& file);

    std::vector<std::int32_t> encode(const std::string& text) const override;
    /// Without the frame, however many.
    std::vector<std::int32_t> pieces(const std::string& text) const;
    int contextLength() const override { return 77; }
    int vocabularySize() const override { return 49408; }

private:
    void addWord(const std::string& bytes, std::vector<std::int32_t>& ids) const;

    std::unordered_map<std::string, std::int32_t> m_ids;   ///< by the token's characters
    std::unordered_map<std::string, std::int32_t> m_ranks; ///< of "left right"
};

} // namespace hounsfield
