// SPDX-License-Identifier: Apache-2.0
#include "inference/internal/PhraseWords.h"

#include "inference/internal/MarkedItems.h"

#include "inference/internal/Reasons.h"

#include <algorithm>

namespace hounsfield {

bool PhraseWords::refuse(const char* reason, const std::string& why, bool beyond)
{
    if (m_named.refusal.empty()) {
        m_named.refusal = why;
        m_named.reason = reason;
        m_named.beyond = beyond;
    }
    return false;
}

bool PhraseWords::any(const std::vector<Kind>& kinds) const
{
    return std::any_of(m_items.begin(), m_items.end(), [&](const Item& item) { return item.has(kinds); });
}

std::string PhraseWords::typed(const Item& item) const
{
    return "\"" + m_reading.typed(item.from, item.to) + "\"";
}

void PhraseWords::sort()
{
    bool content = false;
    m_sized = any({Kind::Filter, Kind::Problem, Kind::Number, Kind::Unit, Kind::Largest, Kind::Smallest,
                   Kind::Not, Kind::OrMore, Kind::OrLess, Kind::ExceptEnd});
    for (std::size_t i = 0; i < m_items.size(); ++i) {
        const Item& item = m_items[i];
        const bool early = !content;
        m_asked = m_asked || item.asked;
        content = content || !item.has({Kind::Courtesy, Kind::Lead, Kind::Article, Kind::Whole, Kind::Of,
                                        Kind::In, Kind::To, Kind::Vague});
        switch (item.kind) {
        case Kind::Thing:
            m_things.push_back(item.meaning);
            m_named.read = item.read ? item.read : m_named.read;
            break;
        case Kind::Adjective:
            m_adjectives.push_back(item.meaning);
            break;
        case Kind::Lesion:
            m_lesions.push_back(item.meaning);
            break;
        case Kind::Both:
            if (item.meaning->also == Also::Two && any({Kind::Largest})) { // "les deux plus grosses"
                m_count = 2;
                ++m_numbers;
            } else
                m_sides.push_back(item.kind);
            break;
        case Kind::Left:
        case Kind::Right:
            m_sides.push_back(item.kind);
            break;
        case Kind::In:
        case Kind::Of:
            m_links.push_back(i);
            break;
        case Kind::Filter:
            m_named.filter = item.filter;
            ++m_filters;
            break;
        case Kind::Largest:
            m_largest = true;
            break;
        case Kind::Number:
            m_count = count(item);
            ++m_numbers;
            break;
        case Kind::Its:
            m_its = true;
            break;
        case Kind::One:
            m_one = true;
            break;
        case Kind::Whole:
            m_whole = item.meaning;
            break;
        case Kind::Courtesy:
            unused(item);
            break;
        case Kind::Article:
            if (std::none_of(m_items.begin() + std::ptrdiff_t(i) + 1, m_items.end(), [](const Item& next) {
                    return !next.has({Kind::Courtesy, Kind::Article});
                }))
                m_unfinished = true;
            break;
        case Kind::Lead:
            m_unknown = m_unknown || (!early && item.meaning->also == Also::Noun);
            break; // "liver segment"
        case Kind::To:
            m_unknown = m_unknown || !early || !item.meaning;
            break; // "I would like to"
        case Kind::Unknown:
        case Kind::Other:
        case Kind::Between:
            m_unknown = true;
            break;
        default:
            break;
        }
    }
}

/// Words that say nothing of what is to be found are told, never dropped in silence.
void PhraseWords::unused(const Item& item)
{
    if (!item.meaning || (item.meaning->also != Also::Unused && item.meaning->also != Also::Part))
        return;
    const bool part = item.meaning->also == Also::Part;
    m_named.guess = m_named.guess || part;
    m_named.unused += " " + typed(item) + " was not used.";
    m_named.notes.push_back(typed(item) + (part ? " was not used: the model knows no parts of organs, and "
                                                  "what is found may lie elsewhere in the organ"
                                                : " was not used"));
}

int PhraseWords::count(const Item& item) const
{
    if (item.meaning)
        return static_cast<int>(item.meaning->value);
    const std::string& digits = m_reading.words[item.from].text;
    return digits.size() < 4 && digits.find_first_not_of("0123456789") == std::string::npos
               ? std::stoi(digits)
               : 0;
}

bool PhraseWords::check()
{
    for (const Item& item : m_items) {
        if (item.kind == Kind::Problem)
            return refuse(item.reason, item.problem);
        if (item.kind == Kind::Place)
            return refuse(reasons::place, placeRefused);
        if (item.kind == Kind::Not)
            return refuse(reasons::negation,
                          "It leaves something out (" + typed(item) + "). Name what is to be found.");
        if (item.kind == Kind::Smallest)
            return refuse(reasons::sizeUnclear,
                          "Only the largest lesions can be chosen, not " + typed(item) + ".");
        if (item.has({Kind::Unit, Kind::OrMore, Kind::OrLess}))
            return refuse(reasons::sizeUnclear, vagueSize);
        if (item.kind == Kind::ExceptEnd)
            return refuse(reasons::severalNames, severalNames);
    }
    if (any({Kind::Vague, Kind::Diameter, Kind::Volume}) && (!m_unknown || m_sized))
        return refuse(reasons::sizeUnclear, vagueSize);
    if (m_unknown) {
        for (const Item& item : m_items)
            if (item.kind == Kind::Unknown && !item.problem.empty())
                return refuse(item.reason, item.problem);
        for (const Item& item : m_items)
            for (std::size_t word = item.from; word < item.to; ++word)
                if (const auto torn = m_reading.torn.find(word); torn != m_reading.torn.end())
                    return refuse(reasons::twoMeanings, torn->second + ".");
        return refuse(m_numbers > 0 ? reasons::sizeUnclear : reasons::unknownWord,
                      m_numbers > 0 ? vagueSize : "It is not a structure that this model knows.", true);
    }
    if (m_unfinished)
        return refuse(reasons::unclear, "It ends in the middle.");
    if (m_filters > 1 || m_numbers > 1 || (m_numbers == 1 && m_count < 1))
        return refuse(reasons::sizeUnclear, vagueSize);
    return links();
}

/// "In the pelvis" alone says where, not what; "tumors in" does not say where.
bool PhraseWords::links()
{
    const bool region = m_things.size() == 1 && m_things[0]->region && m_lesions.empty();
    const auto named = [](const Item& item) {
        return item.has({Kind::Thing, Kind::Adjective, Kind::Lesion, Kind::Filter, Kind::Largest, Kind::Its,
                         Kind::One, Kind::Left, Kind::Right, Kind::Both, Kind::Whole, Kind::Number});
    };
    for (const std::size_t at : m_links) {
        const bool before = std::any_of(m_items.begin(), m_items.begin() + std::ptrdiff_t(at), named),
                   after = std::any_of(m_items.begin() + std::ptrdiff_t(at), m_items.end(), named);
        const bool tolerated =
            m_items[at].kind == Kind::Of ? m_items[at].meaning->language != "English" : region;
        if (!after && !(tolerated && region) &&
            !(m_items[at].kind == Kind::Of && m_items[at].meaning->language == "Chinese"))
            return refuse(reasons::unclear, "It ends in the middle.");
        if (!before && after && !tolerated && (m_lesions.empty() || m_things.empty()))
            return refuse(reasons::nothingNamed, "It says where to look, but not for what.");
    }
    return true;
}

bool PhraseWords::sides()
{
    std::sort(m_sides.begin(), m_sides.end());
    m_sides.erase(std::unique(m_sides.begin(), m_sides.end()), m_sides.end());
    if (m_sides.size() > 1)
        return refuse(reasons::contradiction, "It contradicts itself: it names more than one side.");
    if (!m_sides.empty())
        m_side = m_sides[0];
    if (m_numbers == 1 && m_count == 2 && !m_largest && !m_side) {
        m_side = Kind::Both; // "two kidneys"
        m_two = true;
        m_numbers = 0;
    }
    if (m_place.otherSide)
        m_side = !m_side || *m_side == *m_place.otherSide ? *m_place.otherSide : Kind::Both;
    return true;
}

std::size_t firstOf(const std::vector<Item>& items, const std::vector<Kind>& kinds)
{
    return std::size_t(
        std::find_if(items.begin(), items.end(), [&](const Item& item) { return item.has(kinds); }) -
        items.begin());
}

bool isFrame(const Item& item)
{
    return item.has({Kind::Courtesy, Kind::Lead, Kind::Article});
}

bool isBorder(const Item& item)
{
    return item.has({Kind::Stop, Kind::And, Kind::Or, Kind::With, Kind::Without, Kind::But, Kind::ButOnly,
                     Kind::ExceptEnd, Kind::Not});
}

std::vector<Item> stretchByStretch(
    const std::vector<Item>& items,
    const std::function<void(const std::vector<Item>&, std::vector<Item>&)>& rewrite)
{
    std::vector<Item> out, between;
    for (const Item& item : items) {
        if (!isBorder(item)) {
            between.push_back(item);
            continue;
        }
        rewrite(between, out);
        between.clear();
        out.push_back(item);
    }
    rewrite(between, out);
    return out;
}

/// A size or "largest" alone.
bool isChoice(const std::vector<Item>& items)
{
    const std::vector<Kind> choosing{Kind::Filter, Kind::Problem, Kind::Largest, Kind::Number, Kind::Unit};
    return firstOf(items, choosing) < items.size() &&
           std::all_of(items.begin(), items.end(), [&](const Item& item) {
               return item.has(choosing) || isFrame(item) || item.has({Kind::One, Kind::Of, Kind::With});
           });
}

bool hasContent(const std::vector<Item>& items)
{
    return std::any_of(items.begin(), items.end(), [](const Item& item) {
        return !item.has({Kind::Courtesy, Kind::Lead, Kind::Article, Kind::Of});
    });
}

bool isSideOnly(const std::vector<Item>& items)
{
    return std::any_of(items.begin(), items.end(),
                       [](const Item& item) {
                           return item.has({Kind::Left, Kind::Right, Kind::Both});
                       }) &&
           std::all_of(items.begin(), items.end(), [](const Item& item) {
               return item.has({Kind::Left, Kind::Right, Kind::Both, Kind::One, Kind::Article, Kind::Courtesy,
                                Kind::Lead, Kind::Of});
           });
}

} // namespace hounsfield
