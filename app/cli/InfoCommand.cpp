// SPDX-License-Identifier: Apache-2.0
#include "app/cli/Commands.h"
#include "app/cli/TerminalProgress.h"
#include "volume/io/ScanReader.h"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdio>
#include <iostream>

namespace hounsfield::cli {
namespace {

struct Options {
    std::string scan;
    bool json = false;
};

/// What reading the series itself adds to its entry in the list.
struct Read {
    std::string orientation;
    double shearDegrees = 0;
    int minimum = 0, maximum = 0;
    std::vector<std::string> notes;
};

Read readWhole(const Options& options, TerminalProgress& progress)
{
    const Scan scan = readScan(options.scan, std::nullopt, progress);
    const auto [low, high] = std::minmax_element(scan.volume->voxels().begin(), scan.volume->voxels().end());
    return {scan.volume->geometry().orientation(), scan.volume->geometry().shearDegrees(), *low, *high,
            scan.notes};
}

void printJson(const std::vector<SeriesInfo>& all, const Read& read)
{
    nlohmann::ordered_json root;
    root["series"] = nlohmann::ordered_json::array();
    for (const SeriesInfo& one : all)
        root["series"].push_back({{"number", one.number},
                                  {"key", keyOf(one)},
                                  {"uid", one.uid},
                                  {"part", one.part},
                                  {"modality", one.modality},
                                  {"description", one.description},
                                  {"study_date", one.studyDate},
                                  {"format", one.format},
                                  {"images", one.images},
                                  {"size", one.size},
                                  {"spacing_mm", one.spacingMm},
                                  {"readable", one.readable},
                                  {"reason", one.reason}});
    root["best"] = {{"orientation", read.orientation},
                    {"shear_degrees", read.shearDegrees},
                    {"hu_min", read.minimum},
                    {"hu_max", read.maximum},
                    {"notes", read.notes}};
    std::cout << root.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) << '\n';
}

int info(const Options& options)
{
    TerminalProgress progress(true);
    const std::vector<SeriesInfo> all = listSeries(options.scan, progress);
    const Read read = readWhole(options, progress);
    if (options.json) {
        printJson(all, read);
        return 0;
    }
    for (const SeriesInfo& one : all) {
        std::printf("Series %d  %s %s %s\n", one.number, one.format.c_str(), one.modality.c_str(),
                    one.description.c_str());
        if (one.part > 0)
            std::printf("  part %d of what shares one SeriesInstanceUID; key %s\n", one.part,
                        keyOf(one).c_str());
        if (one.size[0] > 0)
            std::printf("  %lld x %lld x %lld voxels of %.3f x %.3f x %.3f mm\n",
                        static_cast<long long>(one.size[0]), static_cast<long long>(one.size[1]),
                        static_cast<long long>(one.size[2]), one.spacingMm[0], one.spacingMm[1],
                        one.spacingMm[2]);
        if (!one.readable)
            std::printf("  not usable: %s\n", one.reason.c_str());
    }
    std::printf("What segment would read: axes grow to %s, HU from %d to %d%s\n", read.orientation.c_str(),
                read.minimum, read.maximum, read.shearDegrees > 0.01 ? ", sheared (gantry tilt)" : "");
    for (const std::string& note : read.notes)
        std::printf("Note: %s\n", note.c_str());
    return 0;
}

} // namespace

void addInfo(CLI::App& app, Command& chosen)
{
    auto options = std::make_shared<Options>();
    CLI::App* command = app.add_subcommand("info", "What a scan is: series, grid, HU range, doubts");
    command->add_option("SCAN", options->scan, "DICOM folder or file, NIfTI, NRRD or MetaImage file")
        ->required();
    command->add_flag("--json", options->json, "As JSON");
    command->callback([options, &chosen] { chosen = [options] { return info(*options); }; });
}

} // namespace hounsfield::cli
