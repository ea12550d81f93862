// SPDX-License-Identifier: Apache-2.0
#include "inference/internal/Clauses.h"

#include "inference/internal/MarkedItems.h"

#include <algorithm>

// What "without" takes out: the second half of ClauseReader.
namespace hounsfield {
namespace {

bool contains(const std::vector<int>& ids, int id)
{
    return std::find(ids.begin(), ids.end(), id) != ids.end();
}

} // namespace

/// "X without Y", or "..., except Y" after a comma.
void ClauseReader::exclusion(const Items& items, std::size_t at)
{
    const Items wanted(items.begin(), items.begin() + std::ptrdiff_t(at));
    std::size_t first = m_sentence;
    if (hasContent(wanted) && std::any_of(wanted.begin(), wanted.end(), [](const Item& item) {
            return !item.has({Kind::And, Kind::Or});
        })) {
        std::vector<Piece> all = pieces(wanted);
        read(all, m_before);
        first = m_parts.size();
        for (std::size_t i = 0; i < all.size(); ++i)
            add(all[i], all, i);
    }
    const bool anything =
        first < m_parts.size() &&
        std::any_of(m_parts.begin() + std::ptrdiff_t(first), m_parts.end(),
                    [](const Part& part) { return part.shown.understood() && !part.shown.zeroShot; });
    if (!anything) {
        m_negated = m_negated || first >= m_parts.size();
        m_parts.resize(std::min(m_parts.size(), hasContent(wanted) ? first : m_parts.size()));
        return refuseClause(items, negationRefused, reasons::negation);
    }
    Items rest(items.begin() + std::ptrdiff_t(at) + 1, items.end());
    for (Item& item : rest)
        if (item.has({Kind::Without, Kind::But}))
            item.kind = Kind::And; // "without cysts and without tumors"
    if (items[at].meaning && items[at].meaning->also == Also::Place && isOfLesions(first)) {
        m_parts.resize(first); // "tumeurs en dehors du foie" says where
        return refuseClause(items, placeRefused, reasons::place);
    }
    std::vector<Piece> out = pieces(rest);
    if (isOfLesions(first))
        for (Piece& piece : out)
            piece.items = withoutLinks(piece.items);
    Before before = m_before;
    read(out, before);
    const bool butAlone =
        items[at].kind == Kind::But && std::none_of(m_parts.begin() + std::ptrdiff_t(first), m_parts.end(),
                                                    [](const Part& part) { return part.set; });
    if (butAlone) {
        m_parts.resize(first);
        return refuseClause(items,
                            "It is not clear what \"but\" is to mean here. Write \"without\" or \"and\".",
                            reasons::twoMeanings);
    }
    m_exclusion = first;
    leaveOut(items, out, first);
}

/// Whether every part from `first` on asks for tumors or cysts.
bool ClauseReader::isOfLesions(std::size_t first) const
{
    return first < m_parts.size() &&
           std::all_of(m_parts.begin() + std::ptrdiff_t(first), m_parts.end(),
                       [this](const Part& part) { return m_lexicon.areLesions(part.ids); });
}

/// "(Tumors, but not) in the lungs", "those of the lungs": the organ, whose lesions are meant.
ClauseReader::Items ClauseReader::withoutLinks(const Items& items) const
{
    const std::size_t organ = firstOf(items, {Kind::Thing, Kind::Adjective});
    const auto isLink = [](const Item& item) {
        return isFrame(item) || item.has({Kind::In, Kind::Of, Kind::One});
    };
    if (organ == items.size() || firstOf(items, {Kind::Lesion}) < items.size() ||
        m_lexicon.areLesions(items[organ].meaning->ids))
        return items;
    Items rest;
    for (std::size_t i = 0; i < items.size(); ++i)
        if (i >= organ || !isLink(items[i]))
            rest.push_back(items[i]);
    return rest;
}

/// What is left out of the parts from `first` on; where that is not clear, none of them is run.
void ClauseReader::leaveOut(const Items& whole, std::vector<Piece>& out, std::size_t first)
{
    std::string problem = out.empty() ? "It leaves something out, but does not say what." : "";
    for (const Piece& piece : out)
        if (!piece.named.understood() && problem.empty())
            problem = "What is to be left out (\"" + m_reading.typed(piece.from, piece.to) +
                      "\") is not clear. " + piece.named.refusal;
        else if (problem.empty() && piece.named.read && piece.named.read->unsure)
            problem = "What is to be left out (\"" + m_reading.typed(piece.from, piece.to) +
                      "\") is not clear. " +
                      readExplanation(*piece.named.read, namesOf(m_lexicon, piece.named.ids));
        else if (problem.empty() && !isWhole(piece.named, first))
            problem = "Only all lesions of a kind can be left out, not some of them.";
    const auto refusedOne =
        std::find_if(out.begin(), out.end(), [](const Piece& piece) { return !piece.named.understood(); });
    const char* reason = refusedOne == out.end() ? reasons::unclear : refusedOne->named.reason;
    for (std::size_t i = 0; i < m_parts.size() - first && problem.empty(); ++i)
        if (!m_parts[first + i].shown.understood() || m_parts[first + i].shown.zeroShot)
            problem = "Something is to be left out of words that are not known (\"" +
                      m_parts[first + i].shown.text + "\").";
    std::vector<const Piece*> unclear;
    for (std::size_t i = 0; i < out.size() && problem.empty(); ++i) {
        const bool of = std::any_of(m_parts.begin() + std::ptrdiff_t(first), m_parts.end(),
                                    [&](const Part& part) { return concerns(part, out[i].named); });
        if (!of && out[i].named.anyOrgan)
            problem = "The model has no class for these in " + m_parts[first].shown.text +
                      ": they cannot be taken out.";
        else if (!of && i > 0)
            unclear.push_back(&out[i]);
    }
    if (!problem.empty()) {
        m_negated = m_excluding = false;
        m_parts.resize(first);
        return refuseClause(whole, problem, reason);
    }
    for (std::size_t p = first; p < m_parts.size(); ++p) {
        std::string sentences;
        const std::string before = namesRun(m_parts[p]);
        for (const Piece& piece : out)
            if (std::find(unclear.begin(), unclear.end(), &piece) == unclear.end())
                sentences += takeOut(m_parts[p], piece.named) +
                             (piece.named.read ? " " + readExplanation(*piece.named.read,
                                                                       namesOf(m_lexicon, piece.named.ids))
                                               : "");
        std::string& explanation = m_parts[p].shown.explanation;
        if (const std::size_t at = explanation.find(before); at != std::string::npos)
            explanation.replace(at, before.size(), namesRun(m_parts[p]));
        explanation += sentences;
        if (m_parts[p].shown.targets.empty()) {
            m_parts[p].shown.explanation = "It contradicts itself: it asks for " +
                                           namesOf(m_lexicon, m_parts[p].ids) + " and leaves it out.";
            m_parts[p].shown.reason = reasons::contradiction;
            m_parts[p].shown.suggestions = m_suggestions.nearest(splitWords(m_parts[p].shown.text));
        }
    }
    if (whole.front().from < whole.back().to && !out.empty() && m_parts.back().shown.understood()) {
        const std::size_t begin =
            m_reading.text.rfind(m_parts.back().shown.text, m_reading.words[out.back().to - 1].begin);
        if (begin != std::string::npos && unclear.empty())
            m_parts.back().shown.text =
                m_reading.text.substr(begin, m_reading.words[out.back().to - 1].end - begin);
    }
    for (const Piece* piece : unclear)
        refuse(piece->items, piece->from, piece->to,
               "It leaves open whether this is to be found or left out. Ask for it in a part of its own.",
               reasons::unclear);
    m_excluding = true;
    m_last.again = false;
}

/// What of a part is run, as its explanation lists it: "Liver and Spleen", "all 32 classes", "31 of 32
/// classes".
std::string ClauseReader::namesRun(const Part& part) const
{
    std::vector<int> ids;
    for (const Target& target : part.shown.targets)
        ids.push_back(target.classId);
    const std::size_t all = m_lexicon.classes().size();
    if (part.ids.size() != all || all <= mostListed)
        return namesOf(m_lexicon, ids);
    return ids.size() == all ? allClasses(all)
                             : std::to_string(ids.size()) + " of " + std::to_string(all) + " classes";
}

/// Whether all lesions of the kind are meant as far as the parts from `first` on have them: "left kidney
/// without its tumors".
bool ClauseReader::isWhole(const Named& out, std::size_t first) const
{
    LesionFilter plain = out.filter;
    plain.hosts.clear();
    if (plain.chooses())
        return false;
    for (std::size_t p = first; p < m_parts.size() && !out.filter.hosts.empty(); ++p)
        for (const int asked : m_parts[p].ids)
            for (const int id : out.ids)
                if (id == asked || (m_lexicon.liesIn(id, asked) && !contains(out.filter.hosts, asked)))
                    return false;
    return true;
}

bool ClauseReader::concerns(const Part& part, const Named& out) const
{
    for (const int id : out.ids)
        for (const int asked : part.ids)
            if (id == asked || m_lexicon.liesIn(id, asked) ||
                (m_lexicon.areLesions({asked}) && m_lexicon.liesIn(asked, id)))
                return true;
    return false;
}

/// "Tumors except the liver": lesions of an organ that is left out. Those of one kidney of two go by their
/// filter.
/// @param removed classes that are gone, appended. @returns sentences on the others
std::string ClauseReader::takeLesionsOf(Part& part, const std::vector<int>& organs,
                                        std::vector<int>& removed) const
{
    std::string text;
    for (Target& target : part.shown.targets) {
        const ModelClass& known = *m_lexicon.classOf(target.classId);
        const std::vector<int>& hosts = target.filter.hosts.empty() ? known.hosts : target.filter.hosts;
        std::vector<int> kept, gone;
        for (const int host : hosts)
            (contains(organs, host) ? gone : kept).push_back(host);
        if (!known.isLesion() || gone.empty())
            continue;
        target.filter.hosts = kept;
        if (kept.empty())
            removed.push_back(target.classId);
        else
            text += " Of " + known.name + ", those in " + namesOf(m_lexicon, gone) + " are left out.";
    }
    std::erase_if(part.shown.targets,
                  [&](const Target& target) { return contains(removed, target.classId); });
    return text;
}

/// Takes classes from a part's targets, or out of their voxels, and says so.
std::string ClauseReader::takeOut(Part& part, const Named& out) const
{
    std::vector<int> removed, cut;
    for (const int id : out.ids) {
        if (std::erase_if(part.shown.targets, [id](const Target& target) { return target.classId == id; }) >
            0) {
            removed.push_back(id);
            continue;
        }
        if (contains(part.ids, id))
            continue;
        for (Target& target : part.shown.targets)
            if (m_lexicon.liesIn(id, target.classId) && !contains(target.without, id)) {
                target.without.push_back(id);
                if (!contains(cut, id))
                    cut.push_back(id);
            }
    }
    const std::string fewer = takeLesionsOf(part, out.ids, removed);
    std::string text;
    if (!removed.empty())
        text = " " + namesOf(m_lexicon, removed) + (removed.size() == 1 ? " is" : " are") + " left out.";
    text += fewer;
    if (!cut.empty())
        text += " What is found as " + namesOf(m_lexicon, cut) + " is taken out of it.";
    if (text.empty() && out.anyOrgan && !concerns(part, out))
        text = " The model has no class for these in it: nothing is taken out.";
    else if (text.empty() && !concerns(part, out))
        text = " " + namesOf(m_lexicon, out.ids) + (out.ids.size() == 1 ? " is" : " are") +
               " no part of it: nothing had to be taken out.";
    for (const std::string& note : out.notes)
        text += " Note: " + note + ".";
    return text;
}

/// "All organs except the liver, the spleen": after a comma the exception goes on with what the set has;
/// anything else is asked for again.
bool ClauseReader::continuesExclusion(const Items& items)
{
    std::vector<Piece> more = pieces(items);
    read(more, m_before);
    if (more.empty() || m_exclusion >= m_parts.size())
        return false;
    for (const Piece& piece : more)
        if (!piece.named.understood() || !isWhole(piece.named, m_exclusion) ||
            std::none_of(m_parts.begin() + std::ptrdiff_t(m_exclusion), m_parts.end(),
                         [&](const Part& part) { return concerns(part, piece.named); }))
            return false;
    leaveOut(items, more, m_exclusion);
    return true;
}

} // namespace hounsfield
