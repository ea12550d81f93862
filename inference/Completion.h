// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "inference/ModelPack.h"

#include <string>
#include <vector>

namespace hounsfield {

/// What the last words of a prompt that is being typed may become, in the language of the window.
///
///     Completion(pack.classes, "English").of("liver, left kid"); // "liver, left kidney"
class Completion {
public:
    /// @param language "English", "German", "French", "Spanish" or "Chinese", as the lexicon's files call
    /// them
    Completion(const std::vector<ModelClass>& classes, const std::string& language);
    /// Whole texts, best first: phrases that begin with the words at the end, as many of these as fit; then,
    /// of the last word alone, phrases in which a word begins with it, then those that contain it.
    std::vector<std::string> of(const std::string& typed, std::size_t maxCount = 8) const;

private:
    struct Phrase {
        std::string text, folded; ///< as the lexicon writes it; without accents, in lower case
    };
    std::vector<Phrase> m_phrases; ///< the shortest first
};

} // namespace hounsfield
