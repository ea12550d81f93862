// SPDX-License-Identifier: Apache-2.0
#include "inference/training/text/TextBatches.h"

#include "inference/training/text/TextNoise.h"

#include <algorithm>

namespace hounsfield::training {
namespace {

constexpr double knownShare = 0.55, nonsenseShare = 0.005, inPromptTemplate = 0.2, inOwnTemplate = 0.2,
                 cutShare = 0.6, cutProbability = 0.2;

} // namespace

TextBatches::TextBatches(const TextCorpus& corpus, const Tokenizer& tokenizer, const std::string& vocabulary,
                         std::string promptTemplate, std::uint64_t seed)
    : m_corpus(corpus), m_tokenizer(tokenizer), m_splits(vocabulary), m_template(std::move(promptTemplate)),
      m_nonsense(corpus.conceptNamed("other.nonsense")), m_dice(seed)
{
    std::vector<ByLanguage> all(corpus.concepts.size(), ByLanguage(corpus.languages.size()));
    for (const TextPhrase& phrase : corpus.phrases)
        all[static_cast<std::size_t>(phrase.meaning)][static_cast<std::size_t>(phrase.language)].push_back(
            &phrase);
    for (std::size_t n = 0; n < all.size(); ++n) {
        std::erase_if(all[n], [](const auto& phrases) { return phrases.empty(); });
        if (!all[n].empty())
            (corpus.concepts[n].known() ? m_known : m_others).push_back(std::move(all[n]));
    }
}

const TextPhrase& TextBatches::phrase()
{
    const bool known = m_others.empty() || (!m_known.empty() && m_dice.chance(knownShare));
    const ByLanguage& one = m_dice.oneOf(known ? m_known : m_others);
    return *m_dice.oneOf(m_dice.oneOf(one));
}

std::string TextBatches::framed(const TextPhrase& phrase)
{
    const std::string words = hurried(phrase.text, m_dice);
    const auto& own = m_corpus.templates[static_cast<std::size_t>(phrase.language)];
    const double which = m_dice.uniform();
    if (which < inPromptTemplate)
        return filledTemplate(m_template, words);
    if (which < inPromptTemplate + inOwnTemplate && !own.empty())
        return filledTemplate(m_dice.oneOf(own), words);
    return words;
}

/// Pieces as they come: what looks like words and means nothing.
std::vector<std::int32_t> TextBatches::madeUp()
{
    constexpr std::size_t controls = 3; // unknown, start and end
    std::vector<std::int32_t> ids(2 + m_dice.below(6));
    for (std::int32_t& id : ids)
        id = static_cast<std::int32_t>(controls + m_dice.below(m_splits.size() - controls));
    return ids;
}

void TextBatches::add(TextBatch& batch, std::vector<std::int32_t> pieces, int meaning) const
{
    pieces.resize(std::min(pieces.size(), static_cast<std::size_t>(m_tokenizer.contextLength()) - 2));
    pieces.insert(pieces.begin(), m_tokenizer.startId());
    pieces.push_back(m_tokenizer.endId());
    batch.ids.push_back(std::move(pieces));
    batch.meanings.push_back(meaning);
}

TextBatch TextBatches::next(std::size_t size)
{
    TextBatch batch;
    while (batch.ids.size() < size) {
        if (m_nonsense >= 0 && m_dice.chance(nonsenseShare)) {
            add(batch, madeUp(), m_nonsense);
            continue;
        }
        const TextPhrase& drawn = phrase();
        std::vector<std::int32_t> pieces = m_tokenizer.pieces(framed(drawn));
        if (m_dice.chance(cutShare))
            pieces = m_splits.cut(pieces, cutProbability, m_dice);
        add(batch, std::move(pieces), drawn.meaning);
    }
    return batch;
}

std::string filledTemplate(const std::string& promptTemplate, const std::string& words)
{
    const std::size_t at = promptTemplate.find("{}");
    return at == std::string::npos ? words
                                   : promptTemplate.substr(0, at) + words + promptTemplate.substr(at + 2);
}

} // namespace hounsfield::training
