// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace hounsfield {

/// One word of a typed text, and where it stands in it.
struct Word {
    std::string
        text; ///< lower case, without accents: "uber" for "Über"; a Chinese character is a word of its own
    std::string singular;  ///< the same in the singular and in American spelling, as for English: "tumor" for
                           ///< "tumours"
    std::size_t begin = 0; ///< bytes of the typed text
    std::size_t end = 0;
    char stop = 0;     ///< ',' for a comma, colon or line break, '.' for the end of a sentence: text is empty
    bool open = false; ///< "Leber-" of "Leber- und Nierentumoren": the rest of the word stands later
    bool isNumber() const { return !text.empty() && (text[0] == '.' || (text[0] >= '0' && text[0] <= '9')); }
};

/// Splits a text, whatever its bytes, into normalised words and stops. A comma or point between digits
/// belongs to the number; a number ends where letters begin ("1.5cm"); a dash before a word, "!liver" and "~"
/// become the word "¬", which leaves out; a dash between words ("liver - tumor") becomes the word "--", which
/// may mean minus.
std::vector<Word> splitWords(const std::string& text);
/// One normalised word in the singular, as for English. Words that are singular already, such as "pancreas",
/// stay.
std::string singularOf(const std::string& folded);
/// Words joined by one space each.
std::string joinWords(const std::vector<std::string>& words);

/// One character of a text that may be any bytes.
struct Character {
    char32_t code = 0;
    std::size_t bytes = 1;
    bool broken = false; ///< the byte is no UTF-8
};
Character characterAt(const std::string& text, std::size_t at);
/// Chinese characters, which are written without blanks.
bool isHan(char32_t code);

} // namespace hounsfield
