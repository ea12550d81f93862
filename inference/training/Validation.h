#pragma once

#include "inference/training/TrainingScan.h"

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
    bool best = false;   ///< better than every one before
};

} // namespace hounsfield::training
