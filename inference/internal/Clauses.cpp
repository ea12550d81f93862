// SPDX-License-Identifier: Apache-2.0
#include "inference/internal/Clauses.h"

#include "inference/internal/MarkedItems.h"
#include "inference/internal/Questions.h"
#include "inference/internal/Sizes.h"

#include <algorithm>

namespace hounsfield {
namespace {

std::vector<Item> slice(const std::vector<Item>& items, std::size_t from, std::size_t to)
{
    return {items.begin() + std::ptrdiff_t(from), items.begin() + std::ptrdiff_t(to)};
}

bool namesAnything(const std::vector<Item>& items)
{
    return std::any_of(items.begin(), items.end(), [](const Item& item) {
        return item.has({Kind::Thing, Kind::Adjective, Kind::Lesion, Kind::Left, Kind::Right, Kind::Both,
                         Kind::Its, Kind::One, Kind::Whole, Kind::Filter, Kind::Largest});
    });
}

/// "Lesions on top of the liver"; "the gland on top of the kidney" is the text encoder's.
bool saysWhereLesionsLie(const std::vector<Item>& items)
{
    const auto isPlace = [](const Item& item) {
        return item.kind == Kind::Other && item.meaning && item.meaning->also == Also::Place;
    };
    return firstOf(items, {Kind::Lesion}) < items.size() && std::any_of(items.begin(), items.end(), isPlace);
}

bool contains(const std::vector<int>& ids, int id)
{
    return std::find(ids.begin(), ids.end(), id) != ids.end();
}

} // namespace

std::vector<PromptPart> ClauseReader::run()
{
    Items clauseItems, all = withoutQuestions(gatherSizes(m_reading));
    if (m_beyond == ZeroShot::Read) {
        all = m_free.taught(all);
        m_unread = m_free.unread();
    }
    for (const Item& item : all) {
        if (item.kind != Kind::Stop) {
            clauseItems.push_back(item);
            continue;
        }
        clause(std::move(clauseItems));
        clauseItems.clear();
        if (m_reading.words[item.from].stop ==
            '.') { // "No liver, kidney" leaves open how far the "no" reaches; a full stop ends it
            m_negated = m_excluding = m_misplaced = false;
            m_sentence = m_parts.size();
        }
    }
    clause(std::move(clauseItems));
    dropContradicted();
    dropDoubtful();
    std::vector<PromptPart> shown;
    for (Part& part : m_parts)
        shown.push_back(std::move(part.shown));
    return shown;
}

void ClauseReader::clause(Items items)
{
    if (!hasContent(items) ||
        (!m_parts.empty() && std::all_of(items.begin(), items.end(), [](const Item& item) {
            return isFrame(item) || item.kind == Kind::Its;
        })))
        return; // "please"; "segment it" after what was named
    items = exceptionFirst(items);
    const std::size_t first =
        std::size_t(std::find_if(items.begin(), items.end(),
                                 [](const Item& item) {
                                     return !isFrame(item) && !item.has({Kind::And, Kind::Or});
                                 }) -
                    items.begin());
    const bool startsNegated = first < items.size() && items[first].kind == Kind::Not;
    if (m_misplaced)
        return refuseClause(items, placeRefused, reasons::place);
    if (m_negated || firstOf(items, {Kind::Not}) < items.size()) {
        if (!m_negated && !namesAnything(items)) // "drop table" leaves out nothing
            return refuse(items, items.front().from, items.back().to, unknownRefused, reasons::unknownWord);
        m_negated = m_negated || startsNegated;
        return refuseClause(items, negationRefused, reasons::negation);
    }
    if (firstOf(items, {Kind::Place, Kind::ExceptEnd}) < items.size() || saysWhereLesionsLie(items))
        return refusePlace(items, first);
    if (const std::size_t only = firstOf(items, {Kind::ButOnly}); only < items.size())
        return restriction(items, only);
    const std::size_t out = firstOf(items, {Kind::Without, Kind::But});
    if (out < items.size())
        return exclusion(items, out);
    if (m_excluding && continuesExclusion(items))
        return;
    m_excluding = false;
    if (choosesAgain(items))
        return;
    std::vector<Piece> all = pieces(items);
    read(all, m_before);
    for (std::size_t i = 0; i < all.size(); ++i)
        add(all[i], all, i);
}

/// "Lesions around the liver" as a whole; "tumors, outside the liver" with what stands before it, "outside
/// the liver: tumors" with what follows.
void ClauseReader::refusePlace(const Items& items, std::size_t first)
{
    if (first < items.size() && items[first].has({Kind::Place, Kind::In, Kind::Of})) {
        m_misplaced = m_parts.size() == m_sentence;
        m_parts.resize(std::min(m_parts.size(), m_sentence));
    }
    refuseClause(items, placeRefusal(m_reading, items), reasons::place);
}

/// "除肝脏以外的所有器官": the exception stands first.
ClauseReader::Items ClauseReader::exceptionFirst(const Items& items) const
{
    const std::size_t out = firstOf(items, {Kind::Without}), end = firstOf(items, {Kind::ExceptEnd});
    if (end >= items.size() || out >= end)
        return items;
    if (hasContent(slice(items, 0, out))) { // "所有器官除肝脏以外"
        Items kept = slice(items, 0, end);
        kept.insert(kept.end(), items.begin() + std::ptrdiff_t(end) + 1, items.end());
        return kept;
    }
    Items turned = slice(items, end + 1, items.size());
    while (!turned.empty() && turned.front().kind == Kind::Of)
        turned.erase(turned.begin());
    turned.insert(turned.end(), items.begin() + std::ptrdiff_t(out), items.begin() + std::ptrdiff_t(end));
    return turned;
}

/// "Lungs but only the right": as "lungs, the right one". Whatever else "but only" may mean, neither half is
/// run.
void ClauseReader::restriction(const Items& items, std::size_t at)
{
    const Items wanted = slice(items, 0, at);
    const std::size_t first = hasContent(wanted) ? m_parts.size() : m_sentence;
    if (hasContent(wanted))
        clause(wanted);
    std::vector<Piece> choice = pieces(slice(items, at + 1, items.size()));
    read(choice, m_before);
    const bool narrows = choice.size() == 1 && choice[0].named.understood() && choice[0].named.narrows &&
                         m_parts.size() == first + 1 && m_parts.back().ids == m_before.pair &&
                         m_parts.back().ids.size() == 2;
    if (narrows)
        return narrow(choice[0]);
    m_parts.resize(std::min(first, m_parts.size()));
    refuseClause(
        items, "It is not clear what \"but only\" is to choose. Name what is to be found, and nothing else.",
        reasons::unclear);
}

/// "Lung nodules, larger than 6 mm": a size alone chooses of what was named just before.
bool ClauseReader::choosesAgain(const Items& items)
{
    if (!isChoice(items) || m_parts.size() <= m_sentence || m_last.items.empty() ||
        !m_parts.back().shown.understood() || !m_lexicon.areLesions(m_parts.back().ids))
        return false;
    if (!m_last.again) { // something was left out of it already: a size that comes late is not half obeyed
        m_parts.pop_back();
        refuseClause(items, "The size stands too far from what it is of. Put it directly after that.",
                     reasons::sizeUnclear);
        return true;
    }
    Piece piece = m_last;
    std::copy_if(items.begin(), items.end(), std::back_inserter(piece.items), [](const Item& item) {
        return !item.has({Kind::One, Kind::Of, Kind::With});
    });
    piece.to = items.back().to;
    piece.named = readPhrase(m_reading, m_lexicon, piece.items, piece.place);
    m_parts.pop_back();
    add(piece, {piece}, 0);
    return true;
}

void ClauseReader::add(const Piece& piece, const std::vector<Piece>& all, std::size_t at)
{
    const Named& named = piece.named;
    if (!named.understood())
        return refuse(piece.items, piece.from, piece.to, named.refusal, named.reason, named.beyond);
    if (named.narrows && !m_parts.empty() && m_parts.back().ids == m_before.pair &&
        m_parts.back().ids.size() == 2)
        return narrow(piece);
    Part part;
    part.ids = named.ids;
    part.set = named.set || named.ids.size() > 1;
    part.anyOrgan = named.anyOrgan && named.ids == m_lexicon.lesionsOf(named.now.kinds);
    part.all = named.all;
    part.isOrgan = !m_lexicon.areLesions(named.ids) && (!named.set || (named.word && named.word->region));
    part.shown.unsure = named.guess;
    part.shown.text = m_reading.typed(piece.from, piece.to);
    for (const int id : named.ids)
        part.shown.targets.push_back({id, m_lexicon.classOf(id)->name, {}, named.filter});
    if (named.read) {
        part.shown.confidence = named.read->confidence;
        part.shown.unsure = named.guess || named.read->unsure;
        if (named.read->unsure)
            part.shown.suggestions = named.read->nearest;
    }
    part.shown.explanation = explained(m_reading, m_lexicon, named, piece.from, piece.to);
    if (at > 0 && piece.link == Kind::And)
        noteSharedWord(piece, all[at - 1], part.shown);
    m_before = named.now;
    m_last = piece;
    m_parts.push_back(std::move(part));
}

/// "kidneys, the one on the right": the right one of those named just before.
void ClauseReader::narrow(const Piece& piece)
{
    Part& part = m_parts.back();
    part.ids = piece.named.ids;
    std::erase_if(part.shown.targets,
                  [&](const Target& target) { return !contains(part.ids, target.classId); });
    part.shown.explanation = "\"" + m_reading.typed(piece.from, piece.to) + "\" chooses of \"" +
                             part.shown.text + "\": " + namesOf(m_lexicon, part.ids) + ".";
    part.shown.text += ", " + m_reading.typed(piece.from, piece.to);
    m_before.organs = part.ids;
    m_last.again = false;
}

/// "liver and kidney tumors": the last word may have been meant for both.
void ClauseReader::noteSharedWord(const Piece& piece, const Piece& before, PromptPart& part) const
{
    if (piece.to - piece.from < 2 || before.named.ids.size() > 2 || before.named.set ||
        !before.named.understood())
        return;
    const Meaning* last = piece.items.back().kind == Kind::Lesion
                              ? piece.items.back().meaning
                              : m_lexicon.exact({m_reading.words[piece.to - 1]});
    const std::string text = m_reading.typed(before.from, before.to);
    if (last && last->kind == Kind::Lesion && !m_lexicon.areLesions(before.named.ids) &&
        !m_lexicon.lesionsIn(before.named.ids, last->kinds).empty() &&
        firstOf(piece.items, {Kind::Its}) == piece.items.size() && !piece.named.anyOrgan) {
        const std::string word = piece.items.back().kind == Kind::Lesion && last->language != "English"
                                     ? last->phrase
                                     : m_reading.words[piece.to - 1].singular;
        part.explanation += " Note: \"" + text + "\" was taken for the organ; write \"" + text + " " + word +
                            "\" where its " + word + " is meant.";
    } else if (m_lexicon.areLesions(before.named.ids) && before.named.filter == LesionFilter{} &&
               piece.named.filter.chooses() && piece.named.filter.hosts.empty())
        part.explanation += " Note: the choice is of this part only, not of \"" + text + "\".";
}

/// The classes that a negation names, and the lesions of organs that it names: "tumors. Not in the liver."
std::vector<int> ClauseReader::namedIn(const Items& items) const
{
    std::vector<int> organs, all;
    const std::size_t lesion = firstOf(items, {Kind::Lesion});
    for (const Item& item : items)
        if (item.meaning && item.has({Kind::Thing, Kind::Adjective}))
            organs.insert(organs.end(), item.meaning->ids.begin(), item.meaning->ids.end());
    const std::vector<std::string> kinds =
        lesion < items.size() ? items[lesion].meaning->kinds : std::vector<std::string>{"tumor", "cyst"};
    all = organs.empty() && lesion < items.size() ? m_lexicon.lesionsOf(kinds)
                                                  : m_lexicon.lesionsIn(organs, kinds);
    all.insert(all.end(), organs.begin(), organs.end());
    return all;
}

void ClauseReader::refuseClause(const Items& items, const std::string& why, const char* reason)
{
    Part part;
    if (why == negationRefused) // what it names is not run where another part asks for it
        part.leftOut = namedIn(items);
    std::size_t from = items.front().from,
                to = items.front().to; // an exception that stands first was turned round
    for (const Item& item : items) {
        from = std::min(from, item.from);
        to = std::max(to, item.to);
    }
    part.shown.text = m_reading.typed(from, to);
    part.shown.explanation = why;
    part.shown.reason = reason;
    part.shown.suggestions = m_suggestions.nearest(
        {m_reading.words.begin() + std::ptrdiff_t(from), m_reading.words.begin() + std::ptrdiff_t(to)});
    tellRead(part.shown, items);
    m_parts.push_back(std::move(part));
}

/// A refused part whose words the text encoder has read, or is to read.
void ClauseReader::tellRead(PromptPart& part, const Items& items) const
{
    for (const Item& item : items) {
        part.pending = part.pending || item.pending;
        if (item.kind == Kind::Unknown && item.read && !item.read->nearest.empty())
            part.suggestions = item.read->nearest;
    }
}

void ClauseReader::refuse(const Items& items, std::size_t from, std::size_t to, const std::string& why,
                          const char* reason, bool beyond)
{
    Part part;
    part.shown.text = oneLine(m_reading.typed(from, to));
    part.shown.explanation = why;
    part.shown.reason = reason;
    part.shown.suggestions = m_suggestions.nearest(
        {m_reading.words.begin() + std::ptrdiff_t(from), m_reading.words.begin() + std::ptrdiff_t(to)});
    tellRead(part.shown, items);
    if (beyond && m_beyond == ZeroShot::Offered)
        offer(part.shown, items);
    m_before = {};
    m_last = {};
    m_parts.push_back(std::move(part));
}

/// The words between courtesies go to the text encoder; a number is no noun phrase.
bool ClauseReader::offer(PromptPart& part, const Items& items)
{
    std::size_t from = 0, to = items.size();
    while (from + 1 < to && (isFrame(items[from]) || items[from].has({Kind::Whole, Kind::Of})))
        ++from;
    while (to - 1 > from && items[to - 1].kind == Kind::Courtesy)
        --to;
    const std::string typed = oneLine(m_reading.typed(items[from].from, items[to - 1].to));
    if (std::any_of(typed.begin(), typed.end(), [](unsigned char c) { return c >= '0' && c <= '9'; }))
        return false;
    std::string text;
    for (const char c : typed)
        text += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    std::string nearest;
    for (const std::string& name : part.suggestions)
        nearest += (nearest.empty() ? "" : ", ") + name;
    part.text = typed;
    part.reason.clear();
    part.zeroShot = true;
    part.targets.push_back({0, typed, text});
    part.explanation = zeroShotExplanation(nearest);
    m_unread.push_back(text);
    return true;
}

} // namespace hounsfield
