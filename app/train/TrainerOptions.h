// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/train/FolderSource.h"
#include "inference/training/Trainer.h"

#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace hounsfield::training {

/// Which labelled scans a command trains on.
struct DataChoice {
    std::vector<std::string> folders;
    std::string annotations; ///< folder of further masks (DataSet::annotations); empty: none
    std::vector<std::string>
        validationCases; ///< names of cases that are never trained on, beside those that dataset.json names
    double validationShare = 0;
    bool skipBroken = false;
};

struct ChosenData {
    DataSets sets;
    std::vector<std::string> broken; ///< a sentence for each case that is not used
};

/// --validation and --skip-broken.
void addDataOptions(CLI::App& command, DataChoice& data);
/// Opens the sets; broken cases are taken out and told on standard error where that is asked.
ChosenData openData(const DataChoice& data, const std::vector<ModelClass>& classes, std::uint64_t seed);
/// --steps, --validate-every, --patience, --checkpoint-every, --batch, --pool, --device and --threads, with
/// the settings as defaults.
void addTrainerOptions(CLI::App& command, TrainerSettings& settings);
/// Says on standard error where the scans of validation have none of the classes, and so cannot tell which
/// weights are best.
/// @throws Error(Usage) where training is to stop early by such ones, or by none
void checkValidation(const TrainerSettings& settings, const std::vector<TrainingScan>& validation,
                     ClassBits classes, const std::string& whatToAdd);

} // namespace hounsfield::training
