// SPDX-License-Identifier: Apache-2.0
#include "app/train/TrainerOptions.h"

#include "volume/Error.h"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <cstdio>

namespace hounsfield::training {

void addDataOptions(CLI::App& command, DataChoice& data)
{
    command
        .add_option("--validation", data.validationShare,
                    "Share of the cases kept for validation, in sets whose dataset.json names none")
        ->check(CLI::Range(0.0, 0.9))
        ->capture_default_str();
    command.add_option("--validation-cases", data.validationCases,
                       "Names of cases that are kept for validation");
    command
        .add_option(
            "--annotations", data.annotations,
            "Folder of further masks, ANNOTATIONS/<case>/segmentations, which replace those beside the scans")
        ->check(CLI::ExistingDirectory);
    command.add_flag("--skip-broken", data.skipBroken,
                     "Read all cases first and go on without those that cannot be read");
}

namespace {

void holdOut(DataSets& data, const std::vector<std::string>& names)
{
    for (const std::string& name : names) {
        const auto found = std::find_if(data.cases.begin(), data.cases.end(),
                                        [&](const DataCase& one) { return one.folder.filename() == name; });
        if (found == data.cases.end())
            throw Error(ErrorKind::Usage,
                        "--validation-cases names \"" + name + "\", which is no case of the data.");
        found->validation = true;
    }
    if (data.training().empty())
        throw Error(ErrorKind::Usage, "All cases are for validation: none is left to train on.");
}

} // namespace

ChosenData openData(const DataChoice& data, const std::vector<ModelClass>& classes, std::uint64_t seed)
{
    ChosenData chosen{openDataSets({data.folders.begin(), data.folders.end()}, classes, data.validationShare,
                                   seed, data.annotations),
                      {}};
    holdOut(chosen.sets, data.validationCases);
    if (data.skipBroken)
        chosen.broken = takeOutBroken(chosen.sets);
    for (const std::string& problem : chosen.broken)
        std::fprintf(stderr, "Not used: %s\n", problem.c_str());
    return chosen;
}

void addTrainerOptions(CLI::App& command, TrainerSettings& settings)
{
    command.add_option("--steps", settings.steps, "Steps in all")
        ->check(CLI::Range(1, 100000000))
        ->capture_default_str();
    command.add_option("--validate-every", settings.validateEvery, "Steps between two validations")
        ->check(CLI::Range(1, 100000000))
        ->capture_default_str();
    command
        .add_option("--patience", settings.patience,
                    "End after so many validations without a better one; 0: never")
        ->check(CLI::Range(0, 100000))
        ->capture_default_str();
    command
        .add_option("--checkpoint-every", settings.checkpointEvery, "Steps between two writings of the state")
        ->check(CLI::Range(1, 100000000))
        ->capture_default_str();
    command.add_option("--batch", settings.batch, "Windows a step")
        ->check(CLI::Range(1, 64))
        ->capture_default_str();
    command.add_option("--pool", settings.poolSize, "Scans kept in memory")
        ->check(CLI::Range(1, 1000))
        ->capture_default_str();
    command.add_option("--device", settings.device, "auto, cpu or cuda:N")->capture_default_str();
    command.add_option("--threads", settings.threads, "Threads (0: all cores)")
        ->check(CLI::Range(0, 1024))
        ->capture_default_str();
}

void checkValidation(const TrainerSettings& settings, const std::vector<TrainingScan>& validation,
                     ClassBits classes, const std::string& whatToAdd)
{
    const bool tells = std::any_of(validation.begin(), validation.end(), [&](const TrainingScan& scan) {
        const ClassBits looked = classes & scan.annotated;
        return std::any_of(scan.labels.begin(), scan.labels.end(),
                           [&](ClassBits bits) { return bits & looked; });
    });
    if (tells)
        return;
    const std::string why =
        validation.empty() ? "there is none" : "none of those kept for it has a voxel of what is learned";
    if (settings.patience > 0)
        throw Error(ErrorKind::Usage,
                    "--patience needs scans to validate on, and " + why + ": add " + whatToAdd + ".");
    if (!validation.empty())
        std::fprintf(stderr,
                     "Validation tells nothing: %s. The weights of the last step will be published.\n",
                     why.c_str());
}

} // namespace hounsfield::training
