// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "inference/Prompt.h"
#include "inference/internal/Explain.h"
#include "inference/internal/FreeWords.h"
#include "inference/internal/Phrases.h"
#include "inference/internal/Reasons.h"

#include <string>
#include <vector>

namespace hounsfield {

/// Reads a whole prompt: clauses between stops, phrases between "and", what is left out by "without".
class ClauseReader {
public:
    /// @param read what the text encoder made of words beyond the lexicon; must outlive the reader
    ClauseReader(const Lexicon& lexicon, ZeroShot beyond, const Reading& reading,
                 const std::vector<WordsRead>& read)
        : m_lexicon(lexicon), m_beyond(beyond), m_reading(reading), m_free(reading, lexicon, read),
          m_suggestions(lexicon)
    {
    }
    std::vector<PromptPart> run();
    /// Words that the text encoder is still to read.
    std::vector<std::string> unread() const { return m_unread; }

private:
    static constexpr const char* negationRefused = "It leaves something out (\"no\", \"not\", \"without\") "
                                                   "and names nothing to find. Name what is to be found.";
    static constexpr const char* unknownRefused = "It is not a structure that this model knows.";
    using Items = std::vector<Item>;
    struct Piece {
        Items items;
        Kind link = Kind::Unknown; ///< what stands before it: And, Or, With
        Named named{};
        Place place{};
        bool again = true;            ///< may be read again with more words
        std::size_t from = 0, to = 0; ///< words, without courtesies at the ends
    };
    /// A part, and what it asks for before anything is left out.
    struct Part {
        PromptPart shown;
        std::vector<int> ids;
        bool set = false;
        bool anyOrgan = false, all = false; ///< Named
        bool isOrgan = false;               ///< names an organ or a region, not lesions nor "all organs"
        std::vector<int> leftOut;           ///< by a negation that stands alone; never run
    };

    void clause(Items items);
    bool isChineseList(const Items& items) const;
    std::vector<Piece> pieces(const Items& items) const;
    /// Reads pieces in order; what each means may depend on those before and after.
    void read(std::vector<Piece>& pieces, Before before) const;
    Named sharing(const Piece& piece, const Item& lesion, const Place& place) const;
    Named ofSameOrgan(const Piece& piece, const Piece& last, const Place& place) const;
    bool isSetOrLesion(const Item& item) const;
    Named readOne(const Piece& piece, const Piece* last, const Place& place) const;
    bool isOpen(const Piece& piece) const;
    const Meaning* nounOf(const Piece& piece, const Place& place) const;
    Named completed(const Piece& piece, const Piece& next, const Place& place) const;
    bool choosesAgain(const Items& items);
    void add(const Piece& piece, const std::vector<Piece>& all, std::size_t at);
    void narrow(const Piece& piece);
    void refuseClause(const Items& items, const std::string& why, const char* reason);
    void refuse(const Items& items, std::size_t from, std::size_t to, const std::string& why,
                const char* reason, bool beyond = false);
    void tellRead(PromptPart& part, const Items& items) const;
    bool offer(PromptPart& part, const Items& items);
    void leaveOut(const Items& whole, std::vector<Piece>& out, std::size_t firstPart);
    bool isWhole(const Named& out, std::size_t first) const;
    bool concerns(const Part& part, const Named& out) const;
    std::string namesRun(const Part& part) const;
    std::string takeLesionsOf(Part& part, const std::vector<int>& organs, std::vector<int>& removed) const;
    std::string takeOut(Part& part, const Named& out) const;
    void restriction(const Items& items, std::size_t at);
    void exclusion(const Items& items, std::size_t at);
    bool continuesExclusion(const Items& items);
    void noteSharedWord(const Piece& piece, const Piece& before, PromptPart& part) const;
    void refusePlace(const Items& items, std::size_t first);
    std::vector<int> namedIn(const Items& items) const;
    void withdraw(PromptPart& part, const std::string& why, const char* reason);
    void dropContradicted();
    bool allLieIn(const std::vector<int>& lesions, const std::vector<int>& organs) const;
    void dropDoubtful();
    bool isOfLesions(std::size_t first) const;
    Items withoutLinks(const Items& items) const;
    Items exceptionFirst(const Items& items) const;

    const Lexicon& m_lexicon;
    ZeroShot m_beyond;
    const Reading& m_reading;
    FreeWords m_free;
    std::vector<std::string> m_unread;
    Suggestions m_suggestions;
    std::vector<Part> m_parts;
    Before m_before;
    Piece m_last;                ///< that made the last part
    std::size_t m_sentence = 0;  ///< the first part of this sentence
    std::size_t m_exclusion = 0; ///< the first part that something was left out of
    bool m_excluding = false;    ///< the clause before left something out
    bool m_negated = false;      ///< a negation reaches on
    bool m_misplaced = false;    ///< a word of place does
};

} // namespace hounsfield
