// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "inference/training/text/TextCorpus.h"

namespace hounsfield::training {

/// A corpus in two parts: one to learn from, one to see how well phrases are read that were never learned.
struct HeldBack {
    TextCorpus learned;
    std::vector<TextPhrase> kept; ///< meaning -1: of the others
};

/// Keeps back about a twelfth of all phrases, and of what the program does not know a twelfth of the topics
/// besides, whole: much of what people will type is of topics that no corpus has. The same phrase in two
/// languages is on one side.
HeldBack holdBack(const TextCorpus& corpus, std::uint64_t seed);

} // namespace hounsfield::training
