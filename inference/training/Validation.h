// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "inference/training/TrainingScan.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <vector>

namespace hounsfield::training {

/// How well a model in training does on scans that it is not trained on.
struct Validation {
    std::int64_t step = 0;
    /// By class id - 1: the mean over the scans that have the class and annotate it; absent where none does.
    std::vector<std::optional<double>> dice;
    double meanDice = 0; ///< over those classes
    bool best = false;   ///< its weights are the ones to publish so far

    /// @param bestDice of the best one before, -1 where there is none. One that saw no class says nothing;
    /// among those that found nothing the last is as good as any.
    bool isBetterThan(double bestDice) const
    {
        const bool said =
            std::any_of(dice.begin(), dice.end(), [](const auto& one) { return one.has_value(); });
        return said && (meanDice > bestDice || bestDice <= 0);
    }
};

} // namespace hounsfield::training
