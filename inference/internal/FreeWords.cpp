// SPDX-License-Identifier: Apache-2.0
#include "inference/internal/FreeWords.h"

#include "inference/internal/Explain.h"
#include "inference/internal/MarkedItems.h"
#include "inference/internal/Reasons.h"

#include <algorithm>

namespace hounsfield {
namespace {

/// What keeps its own meaning, and is not read to the text encoder.
bool choosesItself(const Item& item)
{
    return item.has({Kind::Filter, Kind::Problem, Kind::Largest, Kind::Smallest, Kind::Number, Kind::Unit,
                     Kind::OrMore, Kind::OrLess, Kind::Diameter, Kind::Volume});
}

bool isSide(const Item& item)
{
    return item.has({Kind::Left, Kind::Right, Kind::Both});
}

/// Whether a phrase may begin or end with it.
bool isContent(const Item& item)
{
    return !isFrame(item) && !choosesItself(item) && !item.has({Kind::In, Kind::Of, Kind::Whole, Kind::To});
}

} // namespace

std::string oneLine(const std::string& text)
{
    std::string line;
    for (const char c : text)
        if (!(c == ' ' || (c >= '\t' && c <= '\r')))
            line += c;
        else if (!line.empty() && line.back() != ' ')
            line += ' ';
    return line;
}

std::vector<Item> FreeWords::taught(const Items& items)
{
    return stretchByStretch(items, [this](const Items& between, Items& out) { stretch(between, out); });
}

/// Not where a word may mean two things, or points at what was named before: the text encoder sees these
/// words alone.
bool FreeWords::isFree(const Items& items) const
{
    bool beyond = false;
    for (const Item& item : items) {
        if (item.has({Kind::Its, Kind::One, Kind::Place}))
            return false;
        for (std::size_t word = item.from; word < item.to; ++word)
            if (m_reading.torn.count(word))
                return false;
        beyond = beyond || item.has({Kind::Unknown, Kind::Other});
    }
    return beyond;
}

void FreeWords::stretch(const Items& items, Items& out)
{
    const auto first = std::find_if(items.begin(), items.end(), isContent);
    const auto last = std::find_if(items.rbegin(), items.rend(), isContent).base();
    std::string words;
    Items kept;
    std::size_t from = 0, to = 0; // the run of words in hand
    const auto flush = [&] {
        if (to > from)
            words += (words.empty() ? "" : " ") + oneLine(m_reading.typed(from, to));
        to = from = 0;
    };
    for (auto item = first; item < last; ++item) {
        if (choosesItself(*item) || isSide(*item))
            kept.push_back(*item);
        if (choosesItself(*item)) {
            flush();
            continue;
        }
        from = to > from ? from : item->from;
        to = item->to;
    }
    flush();
    const bool numbered =
        std::any_of(words.begin(), words.end(), [](unsigned char c) { return c >= '0' && c <= '9'; });
    if (!isFree(items) || numbered || words.empty()) {
        out.insert(out.end(), items.begin(), items.end());
        return;
    }
    const Items within(first, last);
    Item item = meant(words, within);
    item.from = first->from;
    item.to = (last - 1)->to;
    item.asked = std::any_of(first, last, [](const Item& one) { return one.asked; });
    // "Small" is part of a name such as "small bowel loops", but a size without a number of what is told
    // apart one by one.
    if (item.kind == Kind::Thing && m_lexicon.areLesions(item.meaning->ids))
        std::copy_if(within.begin(), within.end(), std::back_inserter(kept),
                     [](const Item& one) { return one.kind == Kind::Vague; });
    out.insert(out.end(), items.begin(), first);
    out.insert(out.end(), kept.begin(), kept.end());
    out.push_back(item);
    out.insert(out.end(), last, items.end());
}

const WordsRead* FreeWords::readOf(const std::string& words) const
{
    const auto found =
        std::find_if(m_read.begin(), m_read.end(), [&](const WordsRead& one) { return one.words == words; });
    return found == m_read.end() ? nullptr : &*found;
}

Item FreeWords::meant(const std::string& words, const Items& within)
{
    const WordsRead* read = readOf(words);
    if (read && !read->classIds.empty())
        return known(*read, within);
    Item item;
    item.read = read;
    item.pending = !read;
    if (!read && std::find(m_unread.begin(), m_unread.end(), words) == m_unread.end())
        m_unread.push_back(words);
    if (!read) {
        item.reason = reasons::reading;
        item.problem = "It is not in the word list: the text encoder reads it.";
        return item;
    }
    item.reason = reasons::unknownWord;
    item.problem =
        "I do not know this: it is not in the word list, and the text encoder takes it for none of the " +
        std::to_string(m_lexicon.classes().size()) + " structures that the model knows.";
    if (!read->note.empty())
        item.problem += " " + read->note;
    return item;
}

/// Words that say "tumor" are no organ, whatever the text encoder takes them for.
std::string FreeWords::kindNot(const WordsRead& read, const Items& within) const
{
    for (const Item& item : within)
        if (item.kind == Kind::Lesion)
            for (const int id : read.classIds)
                if (std::find(item.meaning->kinds.begin(), item.meaning->kinds.end(),
                              m_lexicon.classOf(id)->kind) == item.meaning->kinds.end())
                    return m_reading.typed(item.from, item.to);
    return "";
}

/// No class is a part of an organ: what such words are read as is more than they ask for, however sure the
/// text encoder is, and so a guess.
const WordsRead* FreeWords::wholeOf(const WordsRead& read, const Items& within)
{
    const auto part = std::find_if(within.begin(), within.end(), [](const Item& item) {
        return item.has({Kind::Other}) && item.meaning && item.meaning->also == Also::Part;
    });
    if (part == within.end())
        return guessOf(read, within);
    m_whole.push_back(read);
    // "Body of the": the phrase tells an organ's from the person's, the noun is what is named.
    std::size_t end = part->to;
    const auto joins = [&](std::size_t word) {
        const Meaning* meaning = m_lexicon.exact({m_reading.words[word]});
        return meaning && (meaning->kind == Kind::Of || meaning->kind == Kind::Article);
    };
    while (end - 1 > part->from && joins(end - 1))
        --end;
    m_whole.back().part = m_reading.typed(part->from, end);
    m_whole.back().unsure = true;
    return &m_whole.back();
}

/// "Above the liver" is not the liver, whatever the text encoder takes it for, nor what lies in it.
bool FreeWords::saysOther(const WordsRead& read, const Items& within) const
{
    const auto place = std::find_if(within.begin(), within.end(), [](const Item& item) {
        return item.kind == Kind::Other && item.meaning && item.meaning->also == Also::Place;
    });
    return std::any_of(place, within.end(), [&](const Item& item) {
        return item.has({Kind::Thing, Kind::Adjective}) &&
               std::any_of(item.meaning->ids.begin(), item.meaning->ids.end(), [&](int organ) {
                   return std::any_of(read.classIds.begin(), read.classIds.end(),
                                      [&](int id) { return id == organ || m_lexicon.liesIn(id, organ); });
               });
    });
}

/// Words that change nothing of what the list's own words mean were not used: "squidgy" of "squidgy liver
/// tumor". Whether they matter is left to the person.
const WordsRead* FreeWords::guessOf(const WordsRead& read, const Items& within)
{
    Items listed;
    std::string beyond;
    for (const Item& item : within)
        if (!item.has({Kind::Unknown, Kind::Other}))
            listed.push_back(item);
        else
            beyond += (beyond.empty() ? "\"" : ", \"") + m_reading.typed(item.from, item.to) + "\"";
    if (std::none_of(listed.begin(), listed.end(), [](const Item& item) {
            return item.has({Kind::Thing, Kind::Lesion});
        }))
        return &read;
    const Place place;
    const Named alone = readPhrase(m_reading, m_lexicon, listed, place);
    if (alone.ids != read.classIds)
        return &read;
    m_whole.push_back(read);
    m_whole.back().unsure = true;
    m_whole.back().note += (read.note.empty() ? "" : " ") + beyond + " made no difference.";
    return &m_whole.back();
}

Item FreeWords::known(const WordsRead& read, const Items& within)
{
    Item item;
    item.read = &read;
    if (const std::string kind = kindNot(read, within); !kind.empty()) {
        item.reason = reasons::unclear;
        item.problem = "The text encoder takes it for " + namesOf(m_lexicon, read.classIds) +
                       ", which does not go with \"" + kind + "\". Ask for it in other words.";
        return item;
    }
    if (saysOther(read, within)) {
        item.reason = reasons::place;
        item.problem = placeRefused;
        return item;
    }
    item.read = wholeOf(read, within);
    Meaning meaning;
    meaning.kind = item.kind = Kind::Thing;
    meaning.phrase = read.words;
    meaning.language = "English";
    meaning.ids = read.classIds;
    meaning.set = read.classIds.size() > 2 && !m_lexicon.areLesions(read.classIds);
    m_meanings.push_back(std::move(meaning));
    item.meaning = &m_meanings.back();
    return item;
}

} // namespace hounsfield
