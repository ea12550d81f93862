// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "inference/training/text/Dice.h"

#include <string>

namespace hounsfield::training {

/// Letters without what stands above or below them: "hígado" -> "higado"; "ä" becomes "ae" or "a".
std::string withoutAccents(const std::string& text, bool twoLetters);
/// One letter of a longer word left out, doubled, swapped with the next or replaced. A text without such a
/// word stays as it is.
std::string misspelt(const std::string& text, Dice& dice);
/// Two neighbouring words swapped.
std::string wordsSwapped(const std::string& text, Dice& dice);
/// The blank between two words left out, as in compounds.
std::string wordsJoined(const std::string& text, Dice& dice);
/// A phrase as someone in a hurry types it: most stay as they are. Capitals are left alone, the vocabulary
/// folds them.
std::string hurried(const std::string& text, Dice& dice);

} // namespace hounsfield::training
