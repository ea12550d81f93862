// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "inference/ModelPack.h"

#include <filesystem>
#include <string>
#include <vector>

namespace hounsfield::training {

/// Something that a phrase can mean: a class, a pair of classes without a side, or a thing the program does
/// not know.
struct TextConcept {
    std::string name; ///< "left_kidney", "kidneys", "other.brain"
    std::vector<std::string>
        classes; ///< file names of resources/classes.json; none where the program does not know it
    bool known() const { return !classes.empty(); }
};

struct TextPhrase {
    int meaning = 0;  ///< row of TextCorpus::concepts
    int language = 0; ///< row of TextCorpus::languages
    std::string text;
};

/// What people type, in several languages, and what it means: resources/text.
struct TextCorpus {
    std::vector<std::string> languages; ///< "de", in the order of the alphabet
    std::vector<TextConcept> concepts;  ///< classes by number, pairs, then the others by name
    std::vector<TextPhrase> phrases;
    std::vector<std::vector<std::string>> templates; ///< by language: phrases with {} where another goes

    int conceptNamed(const std::string& name) const; ///< -1 where there is none
};

/// Classes, and the pairs that are meant where no side is named.
std::vector<TextConcept> knownConcepts();
/// @param folder <language>.tsv: "concept<TAB>phrase" a line, # begins a comment
/// @throws Error(Usage) with file and line of the first that is not as it should be
TextCorpus readTextCorpus(const std::filesystem::path& folder);
/// Phrases that are given two meanings, at least one of them a class: "aorta.tsv ..." sentences for a person
/// to mend.
std::vector<std::string> contradictions(const TextCorpus& corpus);
/// Small letters and one blank between words: two phrases that read the same are one.
std::string folded(const std::string& text);

} // namespace hounsfield::training
