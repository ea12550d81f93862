// SPDX-License-Identifier: Apache-2.0
#include "inference/internal/Items.h"

#include "inference/internal/Antonyms.h"
#include "inference/internal/MarkedItems.h"
#include "inference/internal/Slips.h"

#include <algorithm>

namespace hounsfield {
namespace {

constexpr int unknownCost = 1000; ///< more than any number of phrases

struct Segmented {
    std::vector<Item> items;
    int cost = 0;
};

/// What a word is that no phrase of the lexicon begins with.
Kind kindBeyondLexicon(const Word& word)
{
    if (word.stop)
        return Kind::Stop;
    if (word.isNumber())
        return Kind::Number;
    if (word.text == "-")
        return Kind::To;
    return word.text == "--" ? Kind::Problem : Kind::Unknown;
}

/// The cheapest way to cover the words [from, to) with phrases.
Segmented cover(const std::vector<Word>& words, std::size_t from, std::size_t to, const Lexicon& lexicon)
{
    std::vector<int> cost(to - from + 1, 0);
    std::vector<Lexicon::Match> chosen(to - from);
    for (std::size_t i = to; i-- > from;) {
        cost[i - from] = cost[i + 1 - from] + (words[i].stop || words[i].isNumber() || words[i].text == "-" ||
                                                       words[i].text == "--"
                                                   ? 1
                                                   : unknownCost);
        chosen[i - from] = {1, nullptr};
        for (const Lexicon::Match& match : lexicon.matches(words, i))
            if (const std::size_t next = i + match.words;
                next <= to && cost[next - from] + 1 <= cost[i - from]) {
                cost[i - from] = cost[next - from] + 1;
                chosen[i - from] = match;
            }
    }
    Segmented result{{}, cost[0]};
    for (std::size_t i = from; i < to; i += chosen[i - from].words) {
        const Lexicon::Match& match = chosen[i - from];
        const Kind kind = match.meaning ? match.meaning->kind : kindBeyondLexicon(words[i]);
        result.items.push_back({kind, match.meaning, i, i + match.words});
    }
    return result;
}

const Item& itemAt(const std::vector<Item>& items, std::size_t word)
{
    return *std::find_if(items.begin(), items.end(), [word](const Item& item) { return word < item.to; });
}

bool isPlainWord(const std::string& text)
{
    return text.size() >= 5 && text.size() <= 40 &&
           std::all_of(text.begin(), text.end(), [](unsigned char c) { return c >= 'a' && c <= 'z'; });
}

/// Edits from what was typed to a known word, as it is or in the singular; 1000 where it is no slip for it.
int slips(const Word& typed, const Lexicon::VocabularyWord& known)
{
    int fewest = 1000;
    for (const std::string& a : {typed.text, typed.singular})
        for (const std::string& b : {known.text, known.singular})
            if (isSlip(a, b) && !areAntonyms(splitPrefix(a), splitPrefix(b)))
                fewest = std::min(fewest, editDistance(a, b));
    return fewest;
}

/// The known words that are nearest to a typed one. A word that leaves something out goes before all others:
/// it is never taken for a courtesy; courtesies are corrected by one letter only.
std::vector<const Lexicon::VocabularyWord*> nearest(const Word& typed, const Lexicon& lexicon)
{
    std::vector<const Lexicon::VocabularyWord*> found;
    std::vector<const Lexicon::VocabularyWord*> negations;
    int fewest = 1000, fewestNegations = 1000;
    for (const Lexicon::VocabularyWord& known : lexicon.vocabulary()) {
        const int edits = slips(typed, known);
        if (edits >= 1000 || known.text == typed.text ||
            (known.courtesy && (edits > 1 || typed.text.size() < 6)))
            continue;
        if (known.negation) {
            if (edits < fewestNegations)
                negations.clear();
            if (edits <= fewestNegations)
                negations.push_back(&known);
            fewestNegations = std::min(fewestNegations, edits);
            continue;
        }
        if (edits < fewest)
            found.clear();
        if (edits <= fewest)
            found.push_back(&known);
        fewest = std::min(fewest, edits);
    }
    if (fewestNegations <= fewest)
        found.clear();
    else // "encluding" is nearer to "including": which one is meant is asked back
        std::erase_if(found, [&](const Lexicon::VocabularyWord* known) {
            return known->courtesy && !negations.empty();
        });
    found.insert(found.begin(), negations.begin(), negations.end());
    if (found.size() > 12)
        found.resize(12);
    return found;
}

class Corrector {
public:
    Corrector(Reading& reading, const Lexicon& lexicon) : m_reading(reading), m_lexicon(lexicon) {}

    void run()
    {
        // A word of a longer phrase that stands alone may be a slip, too: "hepatocelular" is Spanish, but not
        // with "carcinoma cell".
        for (const Item& item : cover(m_reading.words, 0, m_reading.words.size(), m_lexicon).items)
            if (item.kind == Kind::Unknown && isPlainWord(m_reading.words[item.from].text) &&
                !isOpposite(m_reading.words[item.from].text, m_lexicon))
                correct(item.from);
    }

private:
    struct Choice {
        Word word;
        int cost = 0;
        Meaning meaning; ///< of the phrase that it becomes part of
    };

    /// What a word would be among its neighbours.
    Choice tried(std::size_t at, const Lexicon::VocabularyWord& known)
    {
        const auto& words = m_reading.words;
        std::size_t from = at, to = at + 1;
        while (from > 0 && at - from < 6 && !words[from - 1].stop)
            --from;
        while (to < words.size() && to - at < 6 && !words[to].stop)
            ++to;
        std::vector<Word> around(words.begin() + std::ptrdiff_t(from), words.begin() + std::ptrdiff_t(to));
        Word& word = around[at - from];
        word.text = known.text;
        word.singular = known.singular;
        const Segmented segmented = cover(around, 0, around.size(), m_lexicon);
        const Item& item = itemAt(segmented.items, at - from);
        return {word, segmented.cost, item.meaning ? *item.meaning : Meaning{}};
    }

    void correct(std::size_t at)
    {
        std::vector<Choice> best;
        for (const Lexicon::VocabularyWord* known : choices(m_reading.words[at])) {
            const Choice choice = tried(at, *known);
            if (choice.meaning.kind == Kind::Unknown)
                continue;
            if (choice.meaning.kind == Kind::Other && !best.empty())
                continue; // as near to a word that means nothing here
            if (!best.empty() && choice.cost < best.front().cost)
                best.clear();
            if (!best.empty() && best.front().meaning.kind == Kind::Other &&
                choice.meaning.kind != Kind::Other)
                best.clear();
            if (best.empty() || choice.cost == best.front().cost)
                best.push_back(choice);
        }
        if (best.empty() || best.front().meaning.kind == Kind::Other)
            return;
        const Meaning& first = best.front().meaning;
        for (const Choice& choice : best)
            if (choice.meaning.kind != first.kind || choice.meaning.ids != first.ids ||
                choice.meaning.kinds != first.kinds || choice.meaning.value != first.value ||
                choice.meaning.also != first.also) {
                m_reading.torn[at] = "It may mean \"" + best.front().word.text + "\" or \"" +
                                     choice.word.text + "\". Write out which one";
                return;
            }
        m_reading.words[at] = best.front().word;
        m_reading.corrected[at] = true;
    }

    const std::vector<const Lexicon::VocabularyWord*>& choices(const Word& word)
    {
        const auto [found, fresh] = m_choices.try_emplace(word.text);
        if (fresh)
            found->second = nearest(word, m_lexicon);
        return found->second;
    }

    Reading& m_reading;
    const Lexicon& m_lexicon;
    std::map<std::string, std::vector<const Lexicon::VocabularyWord*>> m_choices;
};

} // namespace

bool Item::has(const std::vector<Kind>& kinds) const
{
    return std::find(kinds.begin(), kinds.end(), kind) != kinds.end();
}

std::string Reading::typed(std::size_t from, std::size_t to) const
{
    return from < to ? text.substr(words[from].begin, words[to - 1].end - words[from].begin) : "";
}

bool Reading::isCorrected(std::size_t from, std::size_t to) const
{
    return std::find(corrected.begin() + std::ptrdiff_t(from), corrected.begin() + std::ptrdiff_t(to),
                     true) != corrected.begin() + std::ptrdiff_t(to);
}

Reading readItems(const std::string& text, const Lexicon& lexicon)
{
    Reading reading{text, splitWords(text), {}, {}, {}};
    reading.corrected.resize(reading.words.size());
    Corrector(reading, lexicon).run();
    reading.items = cover(reading.words, 0, reading.words.size(), lexicon).items;
    markItems(reading, lexicon);
    return reading;
}

} // namespace hounsfield
