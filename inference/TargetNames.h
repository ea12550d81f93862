// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "inference/Prompt.h"

namespace hounsfield {

/// A choice of lesions in words: "over 10 mm, in the Left Kidney, the largest"; empty where it chooses all.
std::string wordsOf(const LesionFilter& filter, const std::vector<ModelClass>& classes);

/// What of a class a target is, in words: the choice of its lesions and what is taken out; empty for all of
/// it.
std::string partOf(const Target& target, const std::vector<ModelClass>& classes);

} // namespace hounsfield
