// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "inference/training/text/TextFolder.h"

namespace hounsfield::training {

/// Phrases with what they mean, from a table that nothing was learned from.
struct HeldOutTable {
    std::vector<std::string> languages;
    std::vector<TextPhrase> phrases; ///< meaning -1: unknown
};

/// @param file "language<TAB>concept or unknown<TAB>phrase" a line, # begins a comment @throws Error(Usage)
/// with the line at fault
HeldOutTable readHeldOut(const std::filesystem::path& file, const std::vector<TextConcept>& concepts);
std::vector<JudgedPhrase> judge(const std::vector<TextPhrase>& phrases, const WordEncoder& encoder,
                                const TextRows& rows);
/// A Markdown table: a line a language, and one of all.
std::string scoreTable(const std::vector<JudgedPhrase>& judged, const std::vector<TextConcept>& concepts,
                       const std::vector<std::string>& languages, const TextThresholds& thresholds);
/// A line for each phrase that was read as another class, run or offered wrongly, or not recognised.
std::string misread(const std::vector<TextPhrase>& phrases, const std::vector<JudgedPhrase>& judged,
                    const std::vector<TextConcept>& concepts, const TextThresholds& thresholds);

} // namespace hounsfield::training
