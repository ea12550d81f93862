// SPDX-License-Identifier: Apache-2.0
#include "inference/internal/MarkedItems.h"

#include "inference/internal/Antonyms.h"
#include "inference/internal/Reasons.h"
#include "inference/internal/Slips.h"

#include <algorithm>
#include <set>

namespace hounsfield {

const char* const placeRefused =
    "Structures are found by their names, and lesions by organ, side, size and number, "
    "not by where they lie beside something else.";

namespace {

constexpr const char* dashUnclear =
    "A dash between words may mean \"without\" or \"and\". Write one of these, or a comma.";

bool isKnown(const std::string& stem, const Lexicon& lexicon)
{
    const auto& known = lexicon.vocabulary();
    return stem.size() >= 5 &&
           std::any_of(known.begin(), known.end(), [&](const Lexicon::VocabularyWord& word) {
               return !word.courtesy &&
                      (stem == word.text || stem == word.singular || isSlip(stem, word.text));
           });
}

class Marker {
public:
    Marker(Reading& reading, const Lexicon& lexicon)
        : m_reading(reading), m_items(reading.items), m_lexicon(lexicon)
    {
    }

    void run()
    {
        for (std::size_t i = 0; i < m_items.size(); ++i) {
            Item& item = m_items[i];
            if (item.kind == Kind::Problem) {
                item.problem = dashUnclear;
                item.reason = reasons::twoMeanings;
            } else if (item.kind == Kind::Unknown && saysPlace(i))
                item.kind = Kind::Place;
            else if (item.kind == Kind::Unknown && isOpposite(text(i), m_lexicon))
                m_reading.torn[item.from] =
                    "\"" + m_reading.typed(item.from, item.to) +
                    "\" is the opposite of a word that is known, or nearly so, and is not understood itself";
        }
        for (std::size_t i = 0; i + 1 < m_items.size(); ++i)
            if (isSegment(i))
                joinSegment(i);
    }

private:
    const std::string& text(std::size_t at) const { return m_reading.words[m_items[at].from].text; }
    bool is(std::size_t at, const std::vector<Kind>& kinds) const
    {
        return at < m_items.size() && m_items[at].has(kinds);
    }

    /// "Peripancreatic", "nonhepatic", "extra" before "hepatic", "periampullary" beside "lesions".
    bool saysPlace(std::size_t at) const
    {
        const std::string& word = text(at);
        const std::vector<std::string> stems = behindPlacePrefix(word);
        if (std::any_of(stems.begin(), stems.end(),
                        [this](const std::string& stem) { return isKnown(stem, m_lexicon); }))
            return true;
        if (isPlacePrefix(word) && is(at + 1, {Kind::Thing, Kind::Adjective, Kind::Lesion}))
            return word != "para" || m_reading.text[m_reading.words[m_items[at].from].end] ==
                                         '-'; // "para" is also Spanish for "for"
        return hasPlacePrefix(word) && hasLesion(at);
    }

    bool hasLesion(std::size_t at) const
    {
        std::size_t from = at, to = at;
        while (from > 0 && m_items[from - 1].kind != Kind::Stop)
            --from;
        while (to < m_items.size() && m_items[to].kind != Kind::Stop)
            ++to;
        return std::any_of(m_items.begin() + std::ptrdiff_t(from), m_items.begin() + std::ptrdiff_t(to),
                           [](const Item& item) { return item.kind == Kind::Lesion; });
    }

    static bool isSegmentWord(const std::string& word)
    {
        static const std::set<std::string> words{"seg",      "segs",      "segm",     "segment",   "segments",
                                                 "segmento", "segmentos", "segmente", "segmenten", "段"};
        return words.count(word) > 0;
    }

    /// 1 to 10, or I to X, maybe with "a" or "b".
    bool isSegmentNumber(std::size_t at) const
    {
        static const std::set<std::string> roman{"i", "ii", "iii", "iv",   "iva", "ivb",
                                                 "v", "vi", "vii", "viii", "ix",  "x"};
        if (at >= m_items.size() || m_items[at].kind == Kind::Stop)
            return false;
        const std::string& word = text(at);
        return roman.count(word) > 0 || (is(at, {Kind::Number}) && !m_items[at].meaning && word.size() <= 2 &&
                                         word.find_first_not_of("0123456789") == std::string::npos);
    }

    /// "Seg 7" after what it is of, and with no unit behind: "segment 3 largest tumors" is a verb. "7段" in
    /// Chinese.
    bool isSegment(std::size_t at) const
    {
        const bool after =
            isSegmentWord(text(at)) && isSegmentNumber(at + 1) && !is(at + 2, {Kind::Unit, Kind::Largest});
        const bool before = isSegmentNumber(at) && text(at + 1) == "段";
        if (m_items[at].kind == Kind::Stop || !(after || before))
            return false;
        for (std::size_t i = at;
             i-- > 0 && !is(i, {Kind::Stop, Kind::And, Kind::Or, Kind::Without, Kind::Not});)
            if (is(i, {Kind::Thing, Kind::Adjective, Kind::Lesion}))
                return true;
        return false;
    }

    void joinSegment(std::size_t at)
    {
        static const Meaning segment = [] {
            Meaning meaning;
            meaning.kind = Kind::Courtesy;
            meaning.phrase = "segment";
            meaning.also = Also::Part;
            return meaning;
        }();
        m_items[at].kind = Kind::Courtesy;
        m_items[at].meaning = &segment;
        m_items[at].to = m_items[at + 1].to;
        m_items.erase(m_items.begin() + std::ptrdiff_t(at) + 1);
    }

    Reading& m_reading;
    std::vector<Item>& m_items;
    const Lexicon& m_lexicon;
};

} // namespace

bool isOpposite(const std::string& word, const Lexicon& lexicon)
{
    const auto& known = lexicon.vocabulary();
    const std::vector<Split> splits = splitPrefix(word);
    return word.size() >= 5 &&
           std::any_of(known.begin(), known.end(), [&](const Lexicon::VocabularyWord& other) {
               return !other.courtesy && other.text != word && other.singular != word &&
                      areAntonyms(splits, other.splits);
           });
}

std::string placeRefusal(const Reading& reading, const std::vector<Item>& items)
{
    const auto place = std::find_if(items.begin(), items.end(), [](const Item& item) {
        return item.has({Kind::Place, Kind::ExceptEnd});
    });
    return (place == items.end() ? ""
                                 : "\"" + reading.typed(place->from, place->to) +
                                       "\" says where something lies, or what it is not. ") +
           std::string(placeRefused);
}

void markItems(Reading& reading, const Lexicon& lexicon)
{
    Marker(reading, lexicon).run();
}

} // namespace hounsfield
