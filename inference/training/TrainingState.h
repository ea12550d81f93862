// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "inference/internal/Tensors.h"

#include <cstdint>
#include <filesystem>
#include <string>

namespace torch::optim {
class Optimizer;
}

namespace hounsfield::training {

/// Where training stands, beside its tensors.
struct TrainingPoint {
    std::int64_t step = 0;
    std::uint64_t picked = 0; ///< scans taken from the pool
    std::string
        random; ///< the generator's state as the standard library writes it; empty in states of before
    double bestDice = -1; ///< mean over classes of the best validation; -1: none yet
    std::int64_t bestStep = 0;
    std::int64_t sinceBest = 0; ///< validations since
    std::string purpose;        ///< TrainerSettings::purpose; empty in states of before
};

/// What is saved and read in place.
struct TrainingTensors {
    Weights& weights;
    Weights& mean;
    Weights& best; ///< empty before the first validation
    torch::optim::Optimizer& optimizer;
    Weights& momentum; ///< Muon's, by the weights' names; empty where AdamW learns all
};

/// @throws Error(Model) that tells the first line that differs, where both are known
void checkPurpose(const std::filesystem::path& state, const std::string& begun, const std::string& asked);
/// Writes a state beside its file, onto the disk, reads back, renames. @throws Error(Resources)
void writeStateFile(const std::filesystem::path& file, const std::string& bytes);

/// Writes beside the file, reads back, renames: whenever the program is killed, a whole state is there.
/// @throws Error(Resources), c10::Error
void saveTrainingState(const std::filesystem::path& file, const TrainingPoint& point,
                       const TrainingTensors& tensors);
/// @throws Error(Model) where the file is no state, or of another architecture, other embeddings or another
/// purpose
TrainingPoint loadTrainingState(const std::filesystem::path& file, const std::string& purpose,
                                TrainingTensors tensors);

} // namespace hounsfield::training
