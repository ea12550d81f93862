// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "inference/Prompt.h"
#include "inference/internal/Lexicon.h"

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace hounsfield {

/// A run of typed words and what it does.
struct Item {
    Kind kind = Kind::Unknown;
    const Meaning* meaning =
        nullptr;                  ///< null for stops, unknown words, numbers in digits, filters and problems
    std::size_t from = 0, to = 0; ///< words
    LesionFilter filter{};        ///< of a Filter
    std::string problem{};        ///< of a Problem, or of unknown words: a sentence for the person
    const WordsRead* read = nullptr; ///< of words beyond the lexicon that the text encoder has read
    bool pending = false;            ///< it has yet to
    const char* reason = "";         ///< of a problem, in a few words (Reasons.h)
    bool asked = false;              ///< how large or how many it is was asked
    bool has(const std::vector<Kind>& kinds) const;
};

/// A typed text as a row of items that cover every word of it.
struct Reading {
    std::string text;
    std::vector<Word> words; ///< with slips of the finger corrected
    std::vector<Item> items;
    std::vector<bool> corrected;             ///< words
    std::map<std::size_t, std::string> torn; ///< words that may mean two things, and which
    /// What was typed from one word to another, as it was typed.
    std::string typed(std::size_t from, std::size_t to) const;
    bool isCorrected(std::size_t from, std::size_t to) const;
};

/// Reads with the fewest unknown words, then with the fewest and longest phrases; in time linear in the
/// length.
Reading readItems(const std::string& text, const Lexicon& lexicon);

} // namespace hounsfield
