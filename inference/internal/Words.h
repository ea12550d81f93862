#pragma once

#include <string>
#include <vector>

namespace hounsfield {

/// One word of a typed text, and where it stands in it.
struct Word {
    std::string text;      ///< normalised: lower case, American spelling, singular; "and" for &, + and "plus"
    std::size_t begin = 0; ///< bytes of the typed text
    std::size_t end = 0;
    bool stop = false;     ///< a comma, semicolon, full stop or line break: text is empty
};

/// Splits a text into normalised words and stops. A comma or point between digits belongs to the number.
std::vector<Word> splitWords(const std::string& text);
/// One normalised word. Words that are singular already, such as "pancreas", stay.
std::string normaliseWord(const std::string& word);
/// Words joined by one space each.
std::string joinWords(const std::vector<std::string>& words);
/// Edits (insert, delete, replace, swap of neighbours) between two words: optimal string alignment.
int editDistance(const std::string& a, const std::string& b);
/// Whether `typed` may be a slip for `known`: one edit from five letters on, two from seven on; shorter words must be exact.
bool isSlip(const std::string& typed, const std::string& known);

} // namespace hounsfield
