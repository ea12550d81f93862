// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/train/DataSet.h"
#include "inference/training/Trainer.h"

namespace hounsfield::training {

/// The folder of --out without a slash at its end: "OUT.state" and "OUT.log.csv" are to lie beside it, not in
/// it.
std::string outFolder(const std::string& typed);

/// Looked at before hours of training: @throws Error(Usage) where a pack cannot be written to `out` without a
/// loss; Error(Resources) where nothing can be written beside it or at the state's place
void checkOutset(const std::string& out, const std::string& state);

/// TrainerSettings::purpose: the model and the data, each case with what it is for. What may be changed
/// between two starts (steps, learning rate, patience, device) is not in it.
/// @param further lines of the command's own
std::string purposeOf(const TrainerSettings& settings, const InputSettings& input, const DataSets& data,
                      const std::vector<std::string>& further);

/// What is said before training starts: where it goes on, or that nothing is left of it.
std::string outsetNote(std::int64_t step, std::int64_t steps, bool finished, const std::string& state);

} // namespace hounsfield::training
