// SPDX-License-Identifier: Apache-2.0
#include "app/cli/Commands.h"
#include "app/cli/TerminalProgress.h"
#include "inference/ModelPack.h"
#include "volume/NumberText.h"
#include "volume/io/Csv.h"
#include "volume/io/MaskWriter.h"
#include "volume/synthetic/SyntheticPatient.h"

#include <CLI/CLI.hpp>

#include <iostream>

namespace hounsfield::cli {
namespace fs = std::filesystem;
namespace {

struct Options {
    std::string folder;
    std::uint64_t seed = 1;
    bool dicom = false;
    double spacingMm = 2.5;
};

int sample(const Options& options)
{
    TerminalProgress progress(false);
    const std::string name = "sample_" + std::to_string(options.seed);
    const fs::path folder = options.folder, scanFile = folder / (options.dicom ? name : name + ".nii.gz"),
                   truth = folder / (name + "_masks");
    std::error_code failed;
    fs::create_directories(truth, failed);
    if (failed)
        throw Error(ErrorKind::Resources,
                    "The folder " + truth.string() + " cannot be made: " + failed.message() + ".");
    // Held-out seeds: the embedded model was trained below 900,000 and has never seen this patient.
    const synthetic::SyntheticPatient patient(900000 + options.seed);
    const synthetic::SyntheticScan scan =
        patient.sample(patient.wholeBodyGrid(options.spacingMm), patient.randomAppearance(), progress);
    if (options.dicom)
        writeDicomSeries(*scan.volume, {"Sample^Synthetic", name, "Synthetic patient, no person"}, scanFile);
    else
        writeVolume(*scan.volume, scanFile);
    std::string table = "class_id,name,volume_ml\n";
    for (const ModelClass& known : universalClasses()) {
        const Mask& mask = scan.masks[static_cast<std::size_t>(known.id - 1)];
        progress.step({"writing the true masks", known.id / 32.0, {}});
        if (!mask.empty())
            writeMask(mask, truth / (known.fileName + ".nii.gz"));
        table +=
            std::to_string(known.id) + "," + csvCell(known.name) + "," + fixedText(mask.volumeMl(), 6) + "\n";
    }
    writeTextFile(table, truth / "volumes.csv");
    progress.finishLine();
    std::cout << "A synthetic patient, no person: " << scanFile.string()
              << "\nIts true masks and volumes: " << truth.string() << '\n';
    return 0;
}

} // namespace

void addSample(CLI::App& app, Command& chosen)
{
    auto options = std::make_shared<Options>();
    CLI::App* command = app.add_subcommand("sample", "Write a synthetic scan with its true masks");
    command->add_option("DIR", options->folder, "Folder to write to")->required();
    command->add_option("--seed", options->seed, "Which synthetic patient")
        ->check(CLI::Range(0, 1000000))
        ->capture_default_str();
    command->add_flag("--dicom", options->dicom, "As a DICOM series instead of NIfTI");
    command->add_option("--spacing", options->spacingMm, "Voxel size, mm")
        ->check(CLI::Range(1.0, 10.0))
        ->capture_default_str();
    command->callback([options, &chosen] { chosen = [options] { return sample(*options); }; });
}

} // namespace hounsfield::cli
