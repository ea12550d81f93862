#pragma once

#include <string>

namespace hounsfield {

/// What a normalised word (Words.h) does in a prompt where it names nothing itself.
bool isCourtesy(const std::string& word);   ///< "please", "show", "the"
bool isNegation(const std::string& word);   ///< "no", "without"
bool isFilter(const std::string& word);     ///< "largest", "mm", a number
bool isAmount(const std::string& word);     ///< "small", "how many": may also be part of a name ("small bowel")
bool isWhole(const std::string& word);      ///< "all", "any"
bool isSide(const std::string& word);       ///< "left", "right", "both"
bool isLesionWord(const std::string& word); ///< "tumor", "nodule"

} // namespace hounsfield
