// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "inference/internal/Phrases.h"

#include <string>
#include <vector>

namespace hounsfield {

/// Whole sentences on what a phrase was taken for.
/// @param from, to the words of the phrase, without courtesies at its ends
std::string explained(const Reading& reading, const Lexicon& lexicon, const Named& named, std::size_t from,
                      std::size_t to);
/// How the text encoder read words beyond the lexicon, with its confidence. @param names of the classes
std::string readExplanation(const WordsRead& read, const std::string& names);
/// "Liver, Spleen and Pancreas".
std::string namesOf(const Lexicon& lexicon, const std::vector<int>& ids);

/// All classes of a model that has more than so many are not listed but counted: "all 32 classes".
constexpr std::size_t mostListed = 8;
std::string allClasses(std::size_t count);

/// The names of the three nearest classes, and no more work than that for a text full of unknown words.
class Suggestions {
public:
    explicit Suggestions(const Lexicon& lexicon) : m_lexicon(lexicon) {}
    std::vector<std::string> nearest(const std::vector<Word>& words);

private:
    const Lexicon& m_lexicon;
    int m_asked = 0;
};

} // namespace hounsfield
