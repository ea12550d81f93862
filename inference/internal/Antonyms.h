// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace hounsfield {

/// A word without a prefix, or as it is.
struct Split {
    std::string prefix, stem;
};
/// Every way to take a prefix off a normalised word (Word::text), and the word as it is. "A-" stands before
/// consonants; before a vowel it is a letter typed twice, or the beginning of a word.
std::vector<Split> splitPrefix(const std::string& word);
/// Whether two words differ by a prefix that turns the meaning round or moves the place: "extrahepatic" and
/// "intrahepatic", "unilateral" and "bilateral", "infrarenal" and "renal". Such a word is never a slip of the
/// finger for the other.
bool areAntonyms(const std::vector<Split>& typed, const std::vector<Split>& known);

/// What may stand behind a prefix that says where something lies beside an organ, or that it is none:
/// "hepatic" of "posthepatic" and "extrahepatic". "Intra" lies inside and is none of them.
std::vector<std::string> behindPlacePrefix(const std::string& word);
/// Whether a word begins with a prefix that says so before whatever word: "periampullary".
bool hasPlacePrefix(const std::string& word);
/// Whether a word is such a prefix itself, written apart: "extra" of "extra-hepatic".
bool isPlacePrefix(const std::string& word);

} // namespace hounsfield
