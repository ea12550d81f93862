// SPDX-License-Identifier: Apache-2.0
#include "inference/training/text/HeldBack.h"

#include "inference/training/text/Dice.h"

#include <map>
#include <set>

namespace hounsfield::training {

HeldBack holdBack(const TextCorpus& corpus, std::uint64_t seed)
{
    constexpr double phraseShare = 0.08;
    constexpr std::size_t topicEvery = 12;
    Dice dice(seed);
    std::vector<int> others;
    for (std::size_t n = 0; n < corpus.concepts.size(); ++n)
        if (!corpus.concepts[n].known())
            others.push_back(static_cast<int>(n));
    std::set<int> topics;
    while (topics.size() < others.size() / topicEvery)
        topics.insert(dice.oneOf(others));

    HeldBack parts;
    parts.learned = corpus;
    parts.learned.phrases.clear();
    std::map<std::string, bool> decided;
    for (const TextPhrase& phrase : corpus.phrases) {
        const bool known = corpus.concepts[static_cast<std::size_t>(phrase.meaning)].known();
        // Drawn for every text, so that what is kept of one concept does not follow from another's size.
        const auto [at, first] = decided.emplace(folded(phrase.text), false);
        if (first)
            at->second = dice.chance(phraseShare);
        const bool kept = at->second || topics.count(phrase.meaning) > 0;
        if (kept)
            parts.kept.push_back({known ? phrase.meaning : -1, phrase.language, phrase.text});
        else
            parts.learned.phrases.push_back(phrase);
    }
    return parts;
}

} // namespace hounsfield::training
