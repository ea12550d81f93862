// SPDX-License-Identifier: Apache-2.0
#include "inference/Completion.h"

#include "inference/internal/Lexicon.h"

#include <algorithm>
#include <map>
#include <set>

namespace hounsfield {
namespace {

std::string folded(const std::string& text)
{
    std::vector<std::string> words;
    for (const Word& word : splitWords(text))
        if (!word.stop)
            words.push_back(word.text);
    return joinWords(words);
}

} // namespace

Completion::Completion(const std::vector<ModelClass>& classes, const std::string& language)
{
    const Lexicon lexicon(classes);
    std::set<std::string> seen;
    const auto add = [&](const std::string& text) {
        if (const std::string fold = folded(text); !fold.empty() && seen.insert(fold).second)
            m_phrases.push_back({text, fold});
    };
    for (const Meaning& meaning : lexicon.meanings())
        if (meaning.kind == Kind::Thing && !meaning.className &&
            std::find(meaning.languages.begin(), meaning.languages.end(), language) !=
                meaning.languages.end())
            add(meaning.phrase);
    for (const ModelClass& known : classes)
        if (language == "English")
            add(known.name); // "Left Kidney" is two words of the lexicon
    static const std::map<std::string, std::vector<std::string>> sets{
        {"English", {"both kidneys", "all organs", "all tumors", "lungs"}},
        {"German", {"beide Nieren", "alle Organe", "alle Tumoren"}},
        {"French", {"les deux reins", "tous les organes"}},
        {"Spanish", {"ambos riñones", "todos los órganos"}},
        {"Chinese", {"双肾", "所有器官", "所有肿瘤"}}};
    if (const auto of = sets.find(language); of != sets.end())
        for (const std::string& text : of->second)
            add(text);
    std::stable_sort(m_phrases.begin(), m_phrases.end(),
                     [](const Phrase& a, const Phrase& b) { return a.folded.size() < b.folded.size(); });
}

std::vector<std::string> Completion::of(const std::string& typed, std::size_t maxCount) const
{
    constexpr std::size_t mostWords = 5;
    const std::vector<Word> words = splitWords(typed);
    const bool blank = !typed.empty() && typed.back() == ' ';
    std::vector<std::string> found;
    const auto take = [&](std::size_t begin, const std::string& tail, const auto& fits) {
        for (const Phrase& phrase : m_phrases)
            if (found.size() < maxCount && phrase.folded != tail && fits(phrase.folded))
                if (const std::string whole = typed.substr(0, begin) + phrase.text;
                    std::find(found.begin(), found.end(), whole) == found.end())
                    found.push_back(whole);
    };
    std::size_t from = words.size();
    while (from > 0 && words.size() - from < mostWords && !words[from - 1].stop)
        --from;
    for (std::size_t i = from; i < words.size(); ++i) {
        const std::string tail = folded(typed.substr(words[i].begin)) + (blank ? " " : "");
        if (tail.size() >= 2)
            take(words[i].begin, tail, [&](const std::string& phrase) { return phrase.rfind(tail, 0) == 0; });
    }
    // Not within a run of Chinese characters: a part of it would be completed behind what stands before it.
    const bool alone =
        from < words.size() && (words.back().begin == 0 || typed[words.back().begin - 1] == ' ');
    if (alone && !blank && words.back().text.size() >= 3) {
        const std::string& last = words.back().text;
        take(words.back().begin, last,
             [&](const std::string& phrase) { return phrase.find(" " + last) != std::string::npos; });
        take(words.back().begin, last,
             [&](const std::string& phrase) { return phrase.find(last) != std::string::npos; });
    }
    return found;
}

} // namespace hounsfield
