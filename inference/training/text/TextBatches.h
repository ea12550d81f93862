// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "inference/training/text/PieceSplits.h"
#include "inference/training/text/TextCorpus.h"
#include "tokenizer/Tokenizer.h"

namespace hounsfield::training {

/// Phrases as an encoder takes them, and what they mean.
struct TextBatch {
    std::vector<std::vector<std::int32_t>> ids; ///< framed by start and end
    std::vector<int> meanings;                  ///< rows of the corpus' concepts
};

/// Draws phrases to learn from: half of classes, half of things the program does not know, each concept and
/// each language as often as any other; bare, in the prompt's template or in one of the language's own, with
/// the slips of a hurried hand, cut into pieces in ever other ways.
class TextBatches {
public:
    /// @param vocabulary the bytes of the tokenizer's .model file @param promptTemplate what the pack puts
    /// around every zero-shot text
    TextBatches(const TextCorpus& corpus, const Tokenizer& tokenizer, const std::string& vocabulary,
                std::string promptTemplate, std::uint64_t seed);
    TextBatch next(std::size_t size);

private:
    using ByLanguage =
        std::vector<std::vector<const TextPhrase*>>; ///< languages without a phrase are left out

    const TextPhrase& phrase();
    std::string framed(const TextPhrase& phrase);
    std::vector<std::int32_t> madeUp();
    void add(TextBatch& batch, std::vector<std::int32_t> pieces, int meaning) const;

    const TextCorpus& m_corpus;
    const Tokenizer& m_tokenizer;
    PieceSplits m_splits;
    std::string m_template;
    std::vector<ByLanguage> m_known, m_others;
    int m_nonsense; ///< the concept of what means nothing; -1: none
    Dice m_dice;
};

/// "A computerized tomography of a {}" and "liver" -> the text with the words in it.
std::string filledTemplate(const std::string& promptTemplate, const std::string& words);

} // namespace hounsfield::training
