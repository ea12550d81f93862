// SPDX-License-Identifier: Apache-2.0
#include "inference/internal/Explain.h"

#include "inference/internal/Sizes.h"
#include "inference/internal/Slips.h"
#include "volume/TextList.h"

#include <algorithm>
#include <map>

namespace hounsfield {
namespace {

/// Lower case, one blank between words, singular: to tell whether a word is just the class's name.
std::string plain(const std::string& text)
{
    std::vector<std::string> words;
    for (const Word& word : splitWords(text))
        if (!word.stop)
            words.push_back(word.singular);
    return joinWords(words);
}

/// Whether a phrase says no other than the classes' own names.
bool saysTheName(const Meaning& meaning, const Lexicon& lexicon, const std::vector<int>& ids)
{
    const std::string phrase = plain(meaning.phrase);
    return std::any_of(ids.begin(), ids.end(), [&](int id) {
        return (" " + plain(lexicon.classOf(id)->name) + " ").find(" " + phrase + " ") != std::string::npos;
    });
}

std::string languageOf(const Reading& reading, std::size_t from, std::size_t to)
{
    // Most words of the part decide; where languages share them, those of the whole prompt.
    std::map<std::string, double> words;
    for (const Item& item : reading.items)
        if (item.meaning)
            for (const std::string& language : item.meaning->languages)
                words[language] +=
                    double(item.to - item.from) * (item.from >= from && item.to <= to ? 1 : 0.001);
    std::string most = "English";
    for (const auto& [language, count] : words)
        if (count > words[most])
            most = language;
    return most;
}

std::string correctedWords(const Reading& reading, std::size_t from, std::size_t to)
{
    std::vector<std::string> words;
    for (std::size_t i = from; i < to; ++i)
        if (!reading.words[i].stop)
            words.push_back(reading.words[i].text);
    return joinWords(words);
}

std::string chosenLesions(const Lexicon& lexicon, const Named& named)
{
    const LesionFilter& filter = named.filter;
    std::string text;
    if (const std::string size = sizeWords(filter); !size.empty())
        text += " Only lesions " + size + ".";
    if (!filter.hosts.empty())
        text += " Only those in " + namesOf(lexicon, filter.hosts) + ".";
    if (filter.largest > 0)
        text += (filter.largest == 1 ? " Only the largest one"
                                     : " Only the " + std::to_string(filter.largest) + " largest") +
                std::string(named.ids.size() > 1 ? " of each class" : "") + ", by volume.";
    return text;
}

} // namespace

std::string namesOf(const Lexicon& lexicon, const std::vector<int>& ids)
{
    std::vector<std::string> names;
    for (const int id : ids)
        names.push_back(lexicon.classOf(id)->name);
    return listText(names);
}

std::string allClasses(std::size_t count)
{
    return "all " + std::to_string(count) + " classes";
}

std::string readExplanation(const WordsRead& read, const std::string& names)
{
    const std::string sure = "(confidence " + std::to_string(percentOf(read.confidence)) + " %)";
    std::string text;
    if (!read.part.empty())
        text = "Read as " + names + " by the text encoder " + sure + ", but \"" + read.part +
               "\" is a part: the model knows no parts of organs, and what is found may lie elsewhere in the "
               "organ or be all of it. Check that this is what is meant.";
    else if (!read.unsure)
        text = "Read as " + names + " by the text encoder " + sure + ": \"" + read.words +
               "\" is not in the word list.";
    else {
        text = "The text encoder is unsure: its best guess for \"" + read.words +
               "\", which is not in the word list, is " + names + " " + sure + ".";
        for (std::size_t i = 0; i < read.nearest.size(); ++i)
            text += (i == 0 ? " It may also be " : ", ") + read.nearest[i] +
                    (i + 1 == read.nearest.size() ? "." : "");
        text += " Check that this is what is meant.";
    }
    return read.note.empty() ? text : text + " " + read.note;
}

std::string explained(const Reading& reading, const Lexicon& lexicon, const Named& named, std::size_t from,
                      std::size_t to)
{
    const bool everyClass = named.ids.size() == lexicon.classes().size() && named.ids.size() > mostListed;
    const std::string names = everyClass ? allClasses(named.ids.size()) : namesOf(lexicon, named.ids);
    const std::string language = languageOf(reading, from, to);
    std::string text;
    if (named.read)
        text = readExplanation(*named.read, names);
    else if (reading.isCorrected(from, to))
        text = "Read as \"" + correctedWords(reading, from, to) + "\"" +
               (language == "English" ? "" : " (" + language + ")") + ": " + names + ".";
    else if (language != "English")
        text = "\"" + reading.typed(from, to) + "\" is read as " + language + " for " + names + ".";
    else if (named.word && !named.set && !saysTheName(*named.word, lexicon, named.ids))
        text = "\"" + reading.typed(from, to) + "\" is read as " + names + ".";
    else
        text = names + ".";
    text += chosenLesions(lexicon, named);
    for (const std::string& note : named.notes)
        text += " Note: " + note + ".";
    return text;
}

std::vector<std::string> Suggestions::nearest(const std::vector<Word>& words)
{
    constexpr int mostAsked = 24;
    if (++m_asked > mostAsked)
        return {};
    std::vector<std::string> typed;
    for (const Word& word : words)
        if (!word.stop && !word.isNumber() && typed.size() < 12) {
            const Meaning* one = m_lexicon.exact({word});
            if (!one || one->kind == Kind::Thing || one->kind == Kind::Adjective || one->kind == Kind::Left ||
                one->kind == Kind::Right || one->kind == Kind::Other)
                typed.push_back(word.singular);
            else if (one->kind == Kind::Lesion)
                typed.push_back(one->kinds.front());
        }
    std::vector<std::pair<double, int>> near;
    for (const ModelClass& known : m_lexicon.classes())
        near.emplace_back(10, known.id);
    for (const Meaning& meaning : m_lexicon.meanings()) {
        if (meaning.kind != Kind::Thing || meaning.ids.size() > 2)
            continue;
        std::vector<std::string> phrase;
        for (const Word& word : splitWords(meaning.phrase))
            phrase.push_back(word.singular);
        const double apart = unlikeness(typed, phrase);
        for (auto& [least, id] : near)
            if (std::find(meaning.ids.begin(), meaning.ids.end(), id) != meaning.ids.end())
                least = std::min(least, apart);
    }
    std::stable_sort(near.begin(), near.end(),
                     [](const auto& a, const auto& b) { return a.first < b.first; });
    std::vector<std::string> names;
    for (std::size_t i = 0; i < std::min<std::size_t>(3, near.size()); ++i)
        names.push_back(m_lexicon.classOf(near[i].second)->name);
    return names;
}

} // namespace hounsfield
