// SPDX-License-Identifier: Apache-2.0
#include "app/train/ClassNames.h"
#include "app/train/Commands.h"
#include "volume/io/MaskWriter.h"
#include "volume/synthetic/SyntheticPatient.h"
#include "volume/synthetic/Tissue.h"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <cstdio>
#include <map>

namespace hounsfield::training {
namespace fs = std::filesystem;

namespace {

struct Options {
    std::string out, classes, name;
    std::vector<std::string> beyond;
    int count = 5;
    std::uint64_t firstSeed = 820000;
    double spacingMm = 3;
};

struct Structure {
    const char* fileName;
    std::vector<synthetic::Tissue> tissues;
};
/// Structures of the patients that are none of the 32 classes: something to teach a model by extend.
const std::map<std::string, Structure> beyondTheClasses{
    {"Bones", {"bones", {synthetic::Tissue::Cortex, synthetic::Tissue::Marrow}}},
    {"Heart", {"heart", {synthetic::Tissue::Heart}}},
    {"Spinal Cord", {"spinal_cord", {synthetic::Tissue::Nerve}}},
};

void makeData(const Options& options, Progress& progress)
{
    const std::vector<ModelClass> classes = universalClasses();
    const bool all = options.classes.empty() && options.beyond.empty();
    const ClassBits chosen = all ? allOf(classes) : classesNamed(options.classes, classes, "--classes");
    nlohmann::ordered_json about;
    about["name"] = options.name.empty() ? fs::path(options.out).filename().string() : options.name;
    for (const ModelClass& known : classes)
        if (chosen & bitOf(known.id))
            about["annotated"].push_back(known.name);
    for (const std::string& name : options.beyond)
        about["annotated"].push_back(name);
    for (int n = 0; n < options.count; ++n) {
        progress.check();
        const std::uint64_t seed = options.firstSeed + static_cast<std::uint64_t>(n);
        const synthetic::SyntheticPatient patient(seed);
        const synthetic::SyntheticScan scan =
            patient.sample(patient.wholeBodyGrid(options.spacingMm), patient.randomAppearance(), progress);
        const fs::path folder = fs::path(options.out) / ("patient_" + std::to_string(seed));
        std::error_code failed;
        fs::create_directories(folder / "segmentations", failed);
        if (failed)
            throw Error(ErrorKind::Resources,
                        "The folder " + folder.string() + " cannot be made: " + failed.message() + ".");
        // The scan last: a case that was cut short is not taken for one.
        for (const ModelClass& known : classes)
            if (chosen & bitOf(known.id) && !scan.masks[static_cast<std::size_t>(known.id - 1)].empty())
                writeMask(scan.masks[static_cast<std::size_t>(known.id - 1)],
                          folder / "segmentations" / (known.fileName + ".nii.gz"));
        for (const std::string& name : options.beyond) {
            const Structure& structure = beyondTheClasses.at(name);
            writeMask(patient.maskOf(structure.tissues, scan.volume->geometry(), progress),
                      folder / "segmentations" / (std::string(structure.fileName) + ".nii.gz"));
        }
        writeVolume(*scan.volume, folder / "ct.nii.gz");
        std::printf("%s\n", folder.string().c_str());
        std::fflush(stdout);
    }
    writeTextFile(about.dump(2) + "\n", fs::path(options.out) / "dataset.json");
}

} // namespace

std::function<void(Progress&)> addMakeDataCommand(CLI::App& app)
{
    auto options = std::make_shared<Options>();
    CLI::App* command =
        app.add_subcommand("make-data", "Write synthetic labelled scans in the layout that train reads");
    command->add_option("--out", options->out, "Folder to write into")->required();
    command->add_option("--count", options->count, "Patients")
        ->check(CLI::Range(1, 10000))
        ->capture_default_str();
    command->add_option("--classes", options->classes,
                        "Classes that this set annotates, by name (default: all)");
    command
        ->add_option("--beyond", options->beyond,
                     "Structures that no class of the model names: Bones, Heart, Spinal Cord; alone, unless "
                     "--classes is given too")
        ->delimiter(',')
        ->check(CLI::IsMember(beyondTheClasses));
    command->add_option("--name", options->name, "Name of the set (default: the folder's)");
    command->add_option("--first-seed", options->firstSeed, "Seed of the first patient")
        ->capture_default_str();
    command->add_option("--spacing", options->spacingMm, "Voxel size, mm")
        ->check(CLI::Range(0.5, 20.0))
        ->capture_default_str();
    return [options](Progress& progress) { makeData(*options, progress); };
}

} // namespace hounsfield::training
