// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "inference/internal/Items.h"

namespace hounsfield {

/// What words mean only together with their neighbours, or by how they begin: words of place ("perihepatic",
/// "extra-hepatic"), words that are the opposite of a known one ("unilateral"), a dash between words,
/// segments of organs ("seg 7").
void markItems(Reading& reading, const Lexicon& lexicon);

/// Whether a word is a known one with a prefix that turns it round: never a slip of the finger, whatever it
/// is near to.
bool isOpposite(const std::string& word, const Lexicon& lexicon);

/// Why words of place are not run.
extern const char* const placeRefused;
/// The same, with the word. @param items of a clause
std::string placeRefusal(const Reading& reading, const std::vector<Item>& items);

} // namespace hounsfield
