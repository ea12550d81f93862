// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/results/Measured.h"

namespace hounsfield {

/// How far a result can be taken as it is: a light beside its numbers.
enum class Light { None, Good, Look, Doubt };

struct Trust {
    Light light = Light::None; ///< None: nothing was found
    std::string why;           ///< the reasons, whole sentences; empty for Good and None
};

/// What the light knows of a result beside its voxels.
struct Grounds {
    std::optional<Reliability> reliability; ///< of the class, as the model's card states it
    bool guess = false;                     ///< the words were a guess: PromptPart::unsure
};

/// A mean Dice on real scans from which on the light of a class may be green, and from which on it may be
/// amber.
constexpr double reliableDice = 0.85, usableDice = 0.6;

/// Doubt: it contradicts anatomy (`implausible`), lies outside its organ, or is of a class that the model
/// outlines badly on real scans (mean Dice under usableDice). Look: cut by the scan's edge, unsure (mean
/// probability under 0.7, or a range of more than half the volume), words the model was not trained on or
/// that were a guess, much left out by the clean-up, or a reliability that is under reliableDice, rests on no
/// scan or is not stated.
Trust trustOf(const Finding& finding, const Statistics& statistics, const std::vector<Lesion>& lesions,
              const std::vector<Warning>& implausible, const Grounds& grounds);
/// "", "good", "look", "doubt": for files.
std::string nameOf(Light light);

} // namespace hounsfield
