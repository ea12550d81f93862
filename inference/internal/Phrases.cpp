// SPDX-License-Identifier: Apache-2.0
#include "inference/internal/PhraseWords.h"

#include "inference/internal/Reasons.h"

#include <algorithm>

namespace hounsfield {
namespace {

using Ids = std::vector<int>;

bool contains(const Ids& ids, int id)
{
    return std::find(ids.begin(), ids.end(), id) != ids.end();
}

Ids common(const Ids& a, const Ids& b)
{
    Ids both;
    std::copy_if(a.begin(), a.end(), std::back_inserter(both), [&](int id) { return contains(b, id); });
    return both;
}

class PhraseReader : private PhraseWords {
public:
    using PhraseWords::PhraseWords;

    Named run()
    {
        sort();
        if (!check() || !sides() || !meaning() || !choice())
            return refused();
        if (m_named.ids.empty())
            return refuse(reasons::nothingNamed, "It names nothing to look for."), refused();
        if (m_asked)
            note("how large it is, and of lesions how many, is in the measurements");
        remember();
        return m_named;
    }

private:
    Named refused() const
    {
        Named none;
        none.refusal = m_named.refusal + m_named.unused;
        none.reason = m_named.reason;
        none.beyond = m_named.beyond && !m_sized;
        return none;
    }
    /// The classes of one side; all where no side was named. Empty where they have none.
    Ids chosen(const Ids& ids) const
    {
        if (!m_side || (*m_side == Kind::Both && m_lexicon.ofSide(ids, Kind::Both).empty() && m_place.inList))
            return ids;
        return m_lexicon.ofSide(ids, *m_side);
    }
    bool noSides(const Ids& ids)
    {
        if (m_two)
            return refuse(reasons::sizeUnclear, vagueSize);
        return refuse(reasons::noSides, names(ids) + (ids.size() == 1 ? " has" : " have") +
                                            " no left and right of its own here.");
    }
    std::string names(const Ids& ids) const
    {
        std::string text;
        for (std::size_t i = 0; i < ids.size() && i < 4; ++i)
            text += (i ? ", " : "") + m_lexicon.classOf(ids[i])->name;
        return text;
    }

    bool meaning()
    {
        std::vector<const Meaning*> organs, regions, sets, lesions;
        for (const Meaning* thing : m_things) {
            if (thing->region)
                regions.push_back(thing);
            else if (thing->set)
                sets.push_back(thing);
            else if (m_lexicon.areLesions(thing->ids))
                lesions.push_back(thing);
            else
                organs.push_back(thing);
        }
        for (const Meaning* adjective : m_adjectives) {
            if (adjective->region && !(m_lesions.empty() && m_things.empty()))
                regions.push_back(adjective);
            else if (m_lesions.empty() && sets.empty())
                m_loose.push_back(adjective);
            else
                organs.push_back(adjective);
        }
        if (m_loose.size() == 1 && m_side && m_things.empty()) // "left renal"
            organs.push_back(m_loose[0]);
        else if (!m_loose.empty())
            return refuse(reasons::unclear,
                          "\"" + m_loose[0]->phrase +
                              "\" alone names no structure. Say what is meant, as in \"" +
                              m_loose[0]->phrase + " tumor\".",
                          m_things.empty());
        if (regions.size() > 1 || sets.size() > 1 || lesions.size() > 1 ||
            (!sets.empty() && (!lesions.empty() || !m_lesions.empty())))
            return refuse(reasons::severalNames, severalNames);
        if (organs.size() > 1 && !(organs.size() == 2 && m_adjectives.size() == 1 && !m_lesions.empty()))
            return refuse(reasons::severalNames, severalNames);
        const std::size_t named = organs.size() + regions.size() + sets.size() + lesions.size();
        if (named > 1 && m_lesions.empty() && lesions.empty() && m_links.empty() && m_adjectives.empty() &&
            m_things[0]->language != "Chinese")
            return refuse(reasons::severalNames, severalNames);
        if (named == 1 && m_lesions.empty())
            m_named.word = m_things.empty() ? nullptr : m_things[0];
        for (const auto& list : {lesions, sets, organs})
            for (const Meaning* one : list)
                note(one->note);
        m_those = m_one && !m_side && m_lesions.empty() && lesions.empty() && !organs.empty() &&
                  !m_place.before.kinds.empty(); // "those of the liver"
        if (m_one && !m_side && !m_those)
            return refuse(reasons::unclear, "It does not say which one is meant.");
        return meaningOf(organs, regions, sets, lesions) && (regions.empty() || inRegion(*regions[0]));
    }

    using Meanings = std::vector<const Meaning*>;
    bool meaningOf(const Meanings& organs, const Meanings& regions, const Meanings& sets,
                   const Meanings& lesions)
    {
        if (!lesions.empty() || !m_lesions.empty() || m_those)
            return lesionMeaning(organs, lesions);
        if (!sets.empty())
            return setMeaning(sets[0]->ids, organs);
        return organs.empty() ? bareMeaning(regions) : organMeaning(organs[0]);
    }

    void note(const std::string& text)
    {
        if (!text.empty() &&
            std::find(m_named.notes.begin(), m_named.notes.end(), text) == m_named.notes.end())
            m_named.notes.push_back(text);
    }

    bool organMeaning(const Meaning* organ)
    {
        const bool sided = organ->subject.rfind("left", 0) == 0 || organ->subject.rfind("right", 0) == 0;
        m_named.ids = chosen(organ->ids);
        if (sided && m_side && (m_named.ids.empty() || *m_side == Kind::Both))
            return refuse(reasons::contradiction, "It contradicts itself: it names more than one side.");
        if (m_named.ids.empty())
            return organ->ids.size() > 1 || !m_lexicon.ofSide(organ->ids, Kind::Both).empty()
                       ? refuse(reasons::notInModel, "It is not a structure that this model knows.")
                       : noSides(organ->ids);
        return true;
    }

    /// "All organs", "vessels of the liver", "its vessels".
    bool setMeaning(const Ids& set, const std::vector<const Meaning*>& organs)
    {
        if (m_side)
            return refuse(reasons::noSides, "A side can be chosen of a pair of organs only.");
        m_named.set = true;
        m_named.ids = set;
        if (organs.empty() && !m_its)
            return true;
        const Ids& inside = organs.empty() ? m_place.before.organs : organs[0]->ids;
        std::erase_if(m_named.ids, [&](int id) {
            return std::none_of(inside.begin(), inside.end(),
                                [&](int organ) { return m_lexicon.liesIn(id, organ); });
        });
        m_named.word = nullptr;
        return !m_named.ids.empty() ||
               refuse(reasons::notInModel,
                      "The model knows none of these in " +
                          (inside.empty() ? "what was named before" : names(inside)) + ".",
                      !organs.empty());
    }

    bool lesionMeaning(const std::vector<const Meaning*>& organs, const std::vector<const Meaning*>& things)
    {
        std::vector<std::string> kinds;
        if (!m_lesions.empty())
            kinds = m_lesions[0]->kinds;
        else if (m_those)
            kinds = m_place.before.kinds;
        for (const Meaning* lesion : m_lesions) {
            if (lesion->kinds != kinds)
                return refuse(reasons::severalNames, severalNames);
            note(lesion->note);
        }
        Ids hosts = organs.empty() ? Ids{} : organs[0]->ids;
        if (!things.empty()) {
            m_named.ids = things[0]->ids;
            if (!kinds.empty() && m_lexicon.classOf(m_named.ids[0])->kind != kinds[0])
                return refuse(reasons::severalNames, severalNames);
        } else if (organs.size() == 2) { // "renal cysts of the left kidney"
            m_named.ids = m_lexicon.lesionsIn(organs[1]->ids, kinds);
        } else if (!organs.empty())
            m_named.ids = m_lexicon.lesionsIn(hosts, kinds);
        else if (m_its || m_place.ofBefore) {
            hosts = m_place.before.organs;
            if (hosts.empty())
                return refuse(reasons::whichOrgan,
                              "It does not say whose: nothing was named before that it could be of.");
            m_named.ids = m_lexicon.lesionsIn(hosts, kinds);
        } else {
            m_named.ids = m_lexicon.lesionsOf(kinds);
            m_named.set = m_named.anyOrgan = true;
            m_named.all = m_whole != nullptr;
            note(m_lesions[0]->noteOfAny);
        }
        if (m_named.ids.empty())
            return refuse(reasons::notInModel,
                          "The model has no class for " +
                              std::string(kinds.empty() || kinds[0] == "tumor" ? "tumors" : "cysts") +
                              " of " + (hosts.empty() ? "this kind" : names(hosts)) + ".",
                          !hosts.empty() && !m_its);
        return placed(hosts);
    }

    /// Only lesions in these organs, and on this side.
    bool placed(const Ids& hosts)
    {
        Ids all;
        for (const int id : m_named.ids)
            for (const int host : m_lexicon.classOf(id)->hosts)
                if (!contains(all, host))
                    all.push_back(host);
        Ids kept = hosts.empty() ? all : common(all, hosts);
        if (!hosts.empty() && kept.empty())
            return refuse(reasons::contradiction, "It contradicts itself: " + names(m_named.ids) +
                                                      " does not lie in " + names(hosts) + ".");
        if (m_side && m_named.anyOrgan)
            return refuse(reasons::whichOrgan, "It names a side, but not of which organ.");
        if (m_side) {
            const Ids sided = chosen(kept);
            if (sided.empty())
                return noSides(kept);
            kept = sided;
        }
        if (kept.size() < all.size() && !m_named.anyOrgan)
            m_named.filter.hosts = kept;
        m_named.now.organs = kept;
        return true;
    }

    bool inRegion(const Meaning& region)
    {
        if (m_side && m_named.ids == region.ids)
            return refuse(reasons::noSides, "A side can be chosen of a pair of organs only.");
        const Ids before = m_named.ids;
        m_named.ids = common(before, region.ids);
        if (m_named.ids == region.ids)
            note(region.note);
        else
            m_named.word = nullptr;
        return !m_named.ids.empty() ||
               refuse(reasons::notInModel,
                      "The model knows none of these in that region (\"" + region.phrase + "\").");
    }

    /// No structure named: a region, "everything", "the right one".
    bool bareMeaning(const std::vector<const Meaning*>& regions)
    {
        if (!regions.empty()) {
            if (m_side)
                return refuse(reasons::noSides, "A side can be chosen of a pair of organs only.");
            m_named.set = true;
            m_named.ids = regions[0]->ids;
            return true;
        }
        if (m_side) {
            m_named.ids = m_lexicon.ofSide(m_place.before.pair, *m_side);
            m_named.narrows = (m_one || !m_place.joined) && *m_side != Kind::Both;
            return !m_named.ids.empty() ||
                   refuse(reasons::whichOrgan, "It names a side, but not of which organ.");
        }
        if (m_whole && !m_whole->ids.empty() && !m_its && !m_one && !m_largest && m_filters == 0) {
            m_named.ids = m_whole->ids;
            m_named.set = true;
            m_named.word = m_whole;
            return true;
        }
        return refuse(reasons::nothingNamed,
                      m_largest || m_filters
                          ? "It says of what size, but not what: write \"tumors\", \"lesions\" or \"cysts\"."
                          : "It names nothing to look for.");
    }

    /// Sizes and "largest" choose among lesions only.
    bool choice()
    {
        if (m_numbers == 1 && !m_largest)
            return refuse(reasons::sizeUnclear, vagueSize);
        if (m_largest)
            m_named.filter.largest = m_numbers == 1 ? m_count : 1;
        LesionFilter plain = m_named.filter;
        plain.hosts.clear();
        if (plain.chooses() && !m_lexicon.areLesions(m_named.ids))
            return refuse(reasons::sizeOfOrgan, sizeOfOrgan());
        return true;
    }

    std::string sizeOfOrgan() const
    {
        std::string these = "these are";
        if (m_named.ids.size() <= 4)
            these = names(m_named.ids) + (m_named.ids.size() == 1 ? " is" : " are");
        return "Only tumors and cysts are told apart one by one; " + these +
               " found whole, whatever the size.";
    }

    void remember()
    {
        if (const std::string text = m_lexicon.noteOn(m_named.ids); !text.empty())
            note(text);
        if (!m_lexicon.areLesions(m_named.ids))
            m_named.now.organs = m_named.ids;
        m_named.now.kinds = !m_lexicon.areLesions(m_named.ids)
                                ? std::vector<std::string>{}
                                : std::vector<std::string>{m_lexicon.classOf(m_named.ids[0])->kind};
        const Meaning* thing = m_things.size() == 1 ? m_things[0] : nullptr;
        if (thing && !thing->set && !m_lexicon.ofSide(thing->ids, Kind::Both).empty())
            m_named.now.pair = thing->ids;
        else if (m_things.empty() && m_lesions.empty())
            m_named.now.pair = m_place.before.pair;
        else
            m_named.now.pair.clear();
        if (thing && m_named.now.pair.size() == 1) // "left renal", a model's own name of one side
            for (const Meaning& other : m_lexicon.meanings())
                if (other.kind == Kind::Thing && other.ids.size() == 2 &&
                    !m_lexicon.ofSide(other.ids, Kind::Left).empty() &&
                    contains(other.ids, m_named.now.pair[0])) {
                    m_named.now.pair = other.ids;
                    break;
                }
    }
};

} // namespace

Named readPhrase(const Reading& reading, const Lexicon& lexicon, const std::vector<Item>& items,
                 const Place& place)
{
    return PhraseReader(reading, lexicon, items, place).run();
}

} // namespace hounsfield
