// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "inference/internal/Phrases.h"

#include <deque>
#include <string>
#include <vector>

namespace hounsfield {

/// The words of a prompt that are beyond the lexicon, for a text encoder to read: each stretch of them
/// becomes one phrase that the parser takes as it takes the lexicon's own, so that sizes, sides and
/// exceptions around it mean what they always mean.
class FreeWords {
public:
    /// @param read what the text encoder made of such stretches so far; all must outlive this
    FreeWords(const Reading& reading, const Lexicon& lexicon, const std::vector<WordsRead>& read)
        : m_reading(reading), m_lexicon(lexicon), m_read(read)
    {
    }
    /// @param items with sizes gathered. @returns the same, every stretch of free words as one item; items
    /// live as long as this
    std::vector<Item> taught(const std::vector<Item>& items);
    /// Stretches that the text encoder has not read, without sizes and courtesies, as typed.
    const std::vector<std::string>& unread() const { return m_unread; }

private:
    using Items = std::vector<Item>;
    bool isFree(const Items& items) const;
    void stretch(const Items& items, Items& out);
    Item meant(const std::string& words, const Items& within);
    Item known(const WordsRead& read, const Items& within);
    const WordsRead* readOf(const std::string& words) const;
    bool saysOther(const WordsRead& read, const Items& within) const;
    const WordsRead* guessOf(const WordsRead& read, const Items& within);
    const WordsRead* wholeOf(const WordsRead& read, const Items& within);
    std::string kindNot(const WordsRead& read, const Items& within) const;

    const Reading& m_reading;
    const Lexicon& m_lexicon;
    const std::vector<WordsRead>& m_read;
    std::deque<Meaning> m_meanings; ///< that items point to
    std::deque<WordsRead> m_whole;  ///< that items point to
    std::vector<std::string> m_unread;
};

/// A text in one line.
std::string oneLine(const std::string& text);

} // namespace hounsfield
