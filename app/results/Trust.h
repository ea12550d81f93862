#pragma once

#include "app/results/Measured.h"

namespace hounsfield {

/// How far a result can be taken as it is: a light beside its numbers.
enum class Light { None, Good, Look, Doubt };

struct Trust {
    Light light = Light::None; ///< None: nothing was found
    std::string why;           ///< the reasons, whole sentences; empty for Good and None
};

/// Doubt: it contradicts anatomy (`implausible`) or lies outside its organ. Look: cut by the scan's edge, unsure (mean probability under 0.7,
/// or a range of more than half the volume), words the model was not trained on, or much left out by the clean-up.
Trust trustOf(const Finding& finding, const Statistics& statistics, const std::vector<Lesion>& lesions, const std::vector<Warning>& implausible);
/// "", "good", "look", "doubt": for files.
std::string nameOf(Light light);

} // namespace hounsfield
