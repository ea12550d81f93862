// SPDX-License-Identifier: Apache-2.0
#include "app/train/Commands.h"
#include "app/train/DataCheck.h"
#include "app/train/NewClassName.h"
#include "inference/PackStore.h"

#include <CLI/CLI.hpp>

#include <cstdio>

namespace hounsfield::training {
namespace {

struct Options {
    std::vector<std::string> data;
    std::string model, newClass;
    double validationShare = 0;
    std::uint64_t seed = 1;
};

std::vector<ModelClass> classesOf(const Options& options)
{
    if (options.newClass.empty())
        return options.model.empty() ? universalClasses() : PackStore().open(options.model).classes;
    const ModelPack pack =
        PackStore().open(options.model.empty() ? std::nullopt : std::optional(options.model));
    std::vector<ModelClass> classes = pack.classes;
    NewClassWish wish;
    wish.name = options.newClass;
    classes.push_back(newClassOf(wish, pack));
    return classes;
}

void check(const Options& options, Progress& progress)
{
    const std::vector<ModelClass> classes = classesOf(options);
    const DataSets data = openDataSets({options.data.begin(), options.data.end()}, classes,
                                       options.validationShare, options.seed);
    std::vector<CaseFacts> cases;
    std::vector<std::string> broken;
    for (const DataCase& one : data.cases) {
        progress.check();
        try {
            cases.push_back(lookAtCase(data, one));
        } catch (const Error& error) {
            broken.push_back(error.what());
        }
    }
    std::printf("%s", checkReport(data, cases, broken).c_str());
    if (!broken.empty())
        throw Error(ErrorKind::Scan, std::to_string(broken.size()) + " of " +
                                         std::to_string(data.cases.size()) +
                                         " cases cannot be read (train --skip-broken goes on without them).");
}

} // namespace

std::function<void(Progress&)> addCheckCommand(CLI::App& app)
{
    auto options = std::make_shared<Options>();
    CLI::App* command = app.add_subcommand(
        "check", "Look through labelled data before training: cases, classes, volumes, what is odd");
    command->add_option("data", options->data, "Folders of labelled scans (docs/training.md)")->required();
    command->add_option(
        "--model", options->model,
        "Name or folder of the pack whose classes the data has (default: the 32 of the Universal Model)");
    command->add_option("--class", options->newClass,
                        "A class that is to be added (extend): its masks are looked at, too");
    command
        ->add_option("--validation", options->validationShare,
                     "Show which cases train would keep for validation with this share")
        ->check(CLI::Range(0.0, 0.9))
        ->capture_default_str();
    command->add_option("--seed", options->seed, "The seed of train")->capture_default_str();
    return [options](Progress& progress) { check(*options, progress); };
}

} // namespace hounsfield::training
