// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/results/Results.h"
#include "inference/Segmenter.h"

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace hounsfield::cli {

/// What is looked for and how: the options that `segment` and `batch` have in common.
struct Asked {
    std::vector<std::string> prompts;
    bool all = false;
    std::string model, device = "auto", precision = "auto", cleanUp = "standard", format = "nii.gz";
    double overlap = 0.5;
    std::optional<double> threshold;
    bool labelMap = false, leftOut = false;
    int threads = 0;
};

/// Adds these options to a command.
void addAsked(CLI::App& command, Asked& asked);
/// Text of an option that may be left out.
std::optional<std::string> given(const std::string& text);
/// The prompts as the model's classes. @throws Error(Usage) unless there are either prompts or --all;
/// Error(Model) for a broken text encoder
Prompt understand(const Asked& asked, const ModelPack& pack);
/// Every part that was not understood as a line: why, and the nearest names. Empty where all was.
std::string refusals(const Prompt& prompt);
std::unique_ptr<Segmenter> openSegmenter(const ModelPack& pack, const Asked& asked);
/// Before minutes are spent: can the results be written at all? Makes the folder. @throws Error(Resources)
void checkRoom(const std::filesystem::path& folder, const Volume& volume, std::size_t masks);
/// "About 12 s, at most 0.7 GB of memory.": reading done, until the results are written; memory of the whole
/// program.
std::string estimateText(const Scan& scan, Segmenter& segmenter, const Prompt& prompt, const Asked& asked,
                         Progress& progress);
/// Looks at one scan with an opened model. @param scan must outlive the run
Run lookAt(const Scan& scan, Segmenter& segmenter, const Prompt& prompt, const Asked& asked,
           Progress& progress);
/// Masks, tables and JSON of a run into a folder that is there. @throws Error(Resources)
void writeRun(const Run& run, const Asked& asked, const std::filesystem::path& folder, Progress& progress);

} // namespace hounsfield::cli
