// SPDX-License-Identifier: Apache-2.0
#include "app/cli/Commands.h"
#include "app/cli/OneScan.h"
#include "app/cli/TerminalProgress.h"
#include "app/results/StagedFiles.h"
#include "inference/PackStore.h"

#include <CLI/CLI.hpp>

#include <iostream>

namespace hounsfield::cli {
namespace {

struct Options {
    std::string scan, out, series;
    bool quiet = false;
    Asked asked;
};

void show(const Run& run, const std::string& out)
{
    std::cout << "Model " << run.pack->name << " (" << run.pack->title << "), " << run.device << ", "
              << run.precision << "\n\n";
    for (const PromptPart& part : run.prompt.parts)
        if (part.understood())
            std::cout << '"' << part.text << "\": " << part.explanation << '\n';
    std::cout << '\n' << measurementsTable(run) << '\n';
    for (const std::string& note : run.notes)
        std::cout << "Note: " << note << '\n';
    std::cout << "Masks and measurements are in " << out << ". Research use only: not a medical device.\n";
}

int segment(const Options& options)
{
    TerminalProgress progress(options.quiet);
    const ModelPack pack = PackStore().open(given(options.asked.model));
    const Prompt prompt = understand(options.asked, pack);
    std::cerr << refusals(prompt);
    if (prompt.targets().empty())
        return 6;
    const Scan scan = readScan(options.scan, given(options.series), progress);
    checkRoom(options.out, *scan.volume, prompt.targets().size());
    const auto segmenter = openSegmenter(pack, options.asked);
    if (!options.quiet)
        progress.say(estimateText(scan, *segmenter, prompt, options.asked, progress));
    const Run run = lookAt(scan, *segmenter, prompt, options.asked, progress);
    StagedFiles staged(options.out);
    writeRun(run, options.asked, staged.path(), progress);
    progress.check();
    staged.takePlace({scan.caseName + "_lesions.csv"});
    progress.finishLine();
    if (!options.quiet)
        show(run, options.out);
    return prompt.fullyUnderstood() ? 0 : 6;
}

} // namespace

void addSegment(CLI::App& app, Command& chosen)
{
    auto options = std::make_shared<Options>();
    CLI::App* command =
        app.add_subcommand("segment", "Find structures in a scan, write their masks and measurements");
    command->add_option("SCAN", options->scan, "DICOM folder or file, NIfTI, NRRD or MetaImage file")
        ->required();
    command->add_option("--out", options->out, "Folder for masks and measurements")->required();
    command->add_option("--series", options->series, "Number or key (see info) or SeriesInstanceUID");
    addAsked(*command, options->asked);
    command->add_flag("--quiet", options->quiet, "Say only what went wrong");
    command->callback([options, &chosen] { chosen = [options] { return segment(*options); }; });
}

} // namespace hounsfield::cli
