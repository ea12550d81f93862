// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "inference/internal/Phrases.h"

#include <optional>
#include <string>
#include <vector>

namespace hounsfield {

/// The words of one noun phrase, sorted by what they are for; what they mean together is said by readPhrase.
class PhraseWords {
public:
    PhraseWords(const Reading& reading, const Lexicon& lexicon, const std::vector<Item>& items,
                const Place& place)
        : m_reading(reading), m_lexicon(lexicon), m_items(items), m_place(place)
    {
    }

protected:
    static constexpr const char* severalNames = "It names no one structure. Put commas between several.";
    static constexpr const char* vagueSize =
        "It asks for a size or a number without saying which. Name the structure alone and choose by the "
        "measurements, or write a size as in \"over 10 mm\".";

    bool refuse(const char* reason, const std::string& why,
                bool beyond = false); ///< @param reason one of reasons::all
    bool any(const std::vector<Kind>& kinds) const;
    std::string typed(const Item& item) const;
    /// Every item to what it is for.
    void sort();
    /// False, with a refusal, where something has no place in a phrase that can be run.
    bool check();
    bool links();
    bool sides();
    void unused(const Item& item);
    int count(const Item& item) const;

    const Reading& m_reading;
    const Lexicon& m_lexicon;
    const std::vector<Item>& m_items;
    const Place& m_place;
    Named m_named;
    std::vector<const Meaning*> m_things, m_adjectives, m_lesions, m_loose;
    std::vector<Kind> m_sides;
    std::optional<Kind> m_side;
    std::vector<std::size_t> m_links;
    const Meaning* m_whole = nullptr;
    int m_filters = 0, m_numbers = 0, m_count = 0;
    bool m_largest = false, m_two = false, m_those = false, m_its = false, m_one = false, m_unknown = false,
         m_unfinished = false, m_sized = false, m_asked = false;
};

} // namespace hounsfield
