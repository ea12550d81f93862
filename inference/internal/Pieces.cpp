// SPDX-License-Identifier: Apache-2.0
#include "inference/internal/Clauses.h"

#include <algorithm>

// What stands between "and": the part of ClauseReader that reads phrases which hang on one another.
namespace hounsfield {
namespace {

bool contains(const std::vector<int>& ids, int id)
{
    return std::find(ids.begin(), ids.end(), id) != ids.end();
}

bool consistsOf(const std::vector<Item>& items, const std::vector<Kind>& kinds)
{
    return std::all_of(items.begin(), items.end(), [&](const Item& item) { return item.has(kinds); });
}

} // namespace

/// "肝胆胰脾": organs of one character each, side by side, with nothing else among them.
bool ClauseReader::isChineseList(const Items& items) const
{
    std::size_t organs = 0;
    for (const Item& item : items) {
        const bool one =
            item.to - item.from == 1 && isHan(characterAt(m_reading.words[item.from].text, 0).code);
        if (item.kind == Kind::Thing && one && !item.meaning->set && !m_lexicon.areLesions(item.meaning->ids))
            ++organs;
        else if (!isFrame(item) && item.kind != Kind::Stop)
            return false;
    }
    return organs > 1;
}

std::vector<ClauseReader::Piece> ClauseReader::pieces(const Items& items) const
{
    std::vector<Piece> all(1);
    const bool list = isChineseList(items);
    for (const Item& item : items) {
        if (list && !all.back().items.empty() && item.kind == Kind::Thing)
            all.emplace_back().link = Kind::And;
        if (item.has({Kind::And, Kind::Or, Kind::With})) {
            const bool with = all.back().items.empty() && all.back().link == Kind::With; // "and with"
            if (!all.back().items.empty())
                all.emplace_back();
            all.back().link = with ? Kind::With : item.kind;
        } else
            all.back().items.push_back(item);
    }
    std::erase_if(all, [](const Piece& piece) { return !hasContent(piece.items); });
    for (std::size_t i = all.size();
         i-- > 1;) // "tumors and larger than 1 cm": the choice belongs to what stands before
        if (isChoice(all[i].items)) {
            all[i - 1].items.insert(all[i - 1].items.end(), all[i].items.begin(), all[i].items.end());
            all.erase(all.begin() + std::ptrdiff_t(i));
        }
    for (Piece& piece : all) {
        std::size_t from = 0, to = piece.items.size();
        while (from + 1 < to && isFrame(piece.items[from]))
            ++from;
        while (to - 1 > from && piece.items[to - 1].kind == Kind::Courtesy)
            --to;
        piece.from = piece.items[from].from;
        piece.to = piece.items[to - 1].to;
        for (; from < to; ++from) { // a size may stand within words that were read as one phrase
            piece.from = std::min(piece.from, piece.items[from].from);
            piece.to = std::max(piece.to, piece.items[from].to);
        }
    }
    return all;
}

void ClauseReader::read(std::vector<Piece>& all, Before before) const
{
    std::vector<int> organs; // of this clause: "the liver and the kidneys and their tumors"
    std::optional<Kind> pending;
    for (std::size_t i = 0; i < all.size(); ++i) {
        Piece& piece = all[i];
        const bool last = i + 1 == all.size();
        if (isSideOnly(piece.items) && !last && !isSideOnly(all[i + 1].items) && before.pair.empty() &&
            firstOf(piece.items, {Kind::Both}) == piece.items.size()) {
            pending = piece.items[firstOf(piece.items, {Kind::Left, Kind::Right})].kind;
            all[i + 1].from = piece.from;
            piece.items.clear();
            continue;
        }
        Place place{before, piece.link == Kind::With, piece.link == Kind::And, all.size() > 1, pending};
        if (firstOf(piece.items, {Kind::Its}) < piece.items.size() && !organs.empty())
            place.before.organs = organs;
        piece.place = place;
        piece.named = readOne(
            piece, (piece.link == Kind::And || piece.link == Kind::Or) && i > 0 ? &all[i - 1] : nullptr,
            place);
        pending.reset();
        if (!last && all[i + 1].link != Kind::With && isOpen(piece))
            piece.named = completed(piece, all[i + 1], place);
        if (!piece.named.understood())
            continue;
        before = piece.named.now;
        for (const int id : before.organs)
            if (!contains(organs, id))
                organs.push_back(id);
    }
    std::erase_if(all, [](const Piece& piece) { return piece.items.empty(); });
}

/// A piece whose meaning may hang on the one before it.
Named ClauseReader::readOne(const Piece& piece, const Piece* last, const Place& place) const
{
    if (last && m_lexicon.areLesions(last->named.ids)) {
        const bool organs =
            consistsOf(piece.items, {Kind::Thing, Kind::Adjective, Kind::Left, Kind::Right, Kind::Both,
                                     Kind::Article, Kind::In, Kind::Of, Kind::Filter, Kind::Courtesy});
        const std::size_t lesion = firstOf(last->items, {Kind::Lesion}),
                          organ = firstOf(last->items, {Kind::Thing, Kind::Adjective});
        if (organs && lesion < organ && organ < last->items.size() &&
            std::none_of(piece.items.begin(), piece.items.end(),
                         [&](const Item& item) { return isSetOrLesion(item); }))
            return sharing(piece, last->items[lesion], place);
        const bool bare = consistsOf(
            piece.items, {Kind::Lesion, Kind::Filter, Kind::Largest, Kind::Number, Kind::Courtesy});
        if (bare && !last->named.anyOrgan && firstOf(piece.items, {Kind::Lesion}) < piece.items.size())
            return ofSameOrgan(piece, *last, place);
    }
    return readPhrase(m_reading, m_lexicon, piece.items, place);
}

bool ClauseReader::isSetOrLesion(const Item& item) const
{
    return item.kind == Kind::Thing && (item.meaning->set || m_lexicon.areLesions(item.meaning->ids));
}

/// "Tumors in the liver and the left kidney": of both.
Named ClauseReader::sharing(const Piece& piece, const Item& lesion, const Place& place) const
{
    Items whole{lesion};
    whole.insert(whole.end(), piece.items.begin(), piece.items.end());
    Named named = readPhrase(m_reading, m_lexicon, whole, place);
    named.beyond = false;
    named.notes.push_back(
        "\"" + m_reading.typed(lesion.from, lesion.to) +
        "\" is read as meant for this, too; where the organ itself is meant, ask for it after a comma");
    return named;
}

/// "Kidney cysts and tumors": of the kidneys, too.
Named ClauseReader::ofSameOrgan(const Piece& piece, const Piece& last, const Place& place) const
{
    Place of = place;
    of.ofBefore = true;
    Named named = readPhrase(m_reading, m_lexicon, piece.items, of);
    named.beyond = false;
    named.notes.push_back("of the same organ as \"" + m_reading.typed(last.from, last.to) + "\"");
    return named;
}

/// "Leber-" or "hepatic": the noun stands in the next piece.
bool ClauseReader::isOpen(const Piece& piece) const
{
    const bool adjective =
        firstOf(piece.items, {Kind::Adjective}) < piece.items.size() &&
        firstOf(piece.items, {Kind::Thing, Kind::Lesion, Kind::Unknown, Kind::Other}) == piece.items.size();
    return adjective || m_reading.words[piece.to - 1].open;
}

/// The word for what is meant, without the organ: "tumors" of "renal tumors"; null where there is none.
const Meaning* ClauseReader::nounOf(const Piece& piece, const Place& place) const
{
    for (const Item& item : piece.items)
        if (item.kind == Kind::Lesion ||
            (item.kind == Kind::Thing && item.meaning->set && !item.meaning->region))
            return item.meaning;
    if (const Meaning* last = m_lexicon.exact({m_reading.words[piece.to - 1]});
        last && last->kind == Kind::Lesion)
        return last;
    const Named named = readPhrase(m_reading, m_lexicon, piece.items, place);
    for (const Meaning& meaning : m_lexicon.meanings())
        if (meaning.kind == Kind::Lesion && m_lexicon.areLesions(named.ids) &&
            meaning.kinds.front() == m_lexicon.classOf(named.ids[0])->kind)
            return &meaning;
    return nullptr;
}

/// "Hepatic and renal tumors", "Leber- und Nierentumoren", "thoracic and abdominal organs".
Named ClauseReader::completed(const Piece& piece, const Piece& next, const Place& place) const
{
    const Meaning* noun = nounOf(next, place);
    if (!noun)
        return piece.named;
    Items whole = piece.items;
    whole.push_back({noun->kind, noun, piece.to - 1, piece.to});
    Named named = readPhrase(m_reading, m_lexicon, whole, place);
    named.beyond = false;
    std::erase(named.notes, noun->note);
    for (const Item& item : next.items)
        named.read = item.read ? item.read : named.read;
    named.notes.push_back("the noun is taken from \"" + m_reading.typed(next.from, next.to) + "\"");
    return named;
}

} // namespace hounsfield
