// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace hounsfield::test {

/// Words that a pack is taught to recognise, and the classes' file names; none: known to be none of them.
struct TaughtWords {
    std::string words;
    std::vector<std::string> classes;
};

/// A pack of formula weights with a sentencepiece vocabulary whose recognition knows exactly these words: the
/// row of a concept is what the pack's own encoder makes of them, so that the same words have the cosine 1.
/// Accepts from 0.8 on, is unsure from 0.4 on: words that are taught twice are even odds, 0.5 each. Opens the
/// encoder in this process. @returns the pack's folder, `name` inside `folder`
std::filesystem::path writeTaughtPack(const std::filesystem::path& folder, const std::string& name,
                                      const std::vector<TaughtWords>& taught);

} // namespace hounsfield::test
