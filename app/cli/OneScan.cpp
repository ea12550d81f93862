// SPDX-License-Identifier: Apache-2.0
#include "app/cli/OneScan.h"

#include "inference/ClassTable.h"
#include "inference/PackStore.h"
#include "inference/Understanding.h"
#include "volume/io/MaskWriter.h"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <locale>

#if defined(__linux__)
#include <unistd.h>
#endif

namespace hounsfield::cli {
namespace fs = std::filesystem;
namespace {

Precision precisionOf(const std::string& name)
{
    for (const Precision one : {Precision::Fp32, Precision::Bf16, Precision::Fp16})
        if (name == nameOf(one))
            return one;
    return Precision::Auto;
}

/// Seconds of a voxel of a mask: compressed, written and read back.
constexpr double secondsToWrite = 6.6e-9;

/// Of this program, now; 0 where the system does not tell.
std::int64_t residentBytes()
{
#if defined(__linux__)
    std::ifstream in("/proc/self/statm");
    std::int64_t pages = 0, resident = 0;
    in.imbue(std::locale::classic());
    return in >> pages >> resident ? resident * sysconf(_SC_PAGESIZE) : 0;
#else
    return 0;
#endif
}

std::string rounded(double value, int digits)
{
    char text[32];
    return {text, std::to_chars(text, text + sizeof text, value, std::chars_format::fixed, digits).ptr};
}

CleanUp cleanUpOf(const std::string& name)
{
    if (name == "published")
        return CleanUp::Published;
    return name == "none" ? CleanUp::None : CleanUp::Standard;
}

void describe(Run& run, const Segmenter& segmenter, const Asked& asked)
{
    run.device = segmenter.deviceName();
    run.precision = nameOf(segmenter.precision());
    run.cleanUp = asked.cleanUp;
    run.overlap = asked.overlap;
    run.threshold = asked.threshold;
    run.notes = run.scan->notes;
    for (const std::string& note : segmenter.notes())
        run.notes.push_back(note);
    if (const std::string why = segmenter.precisionReason(); !why.empty())
        run.notes.push_back(
            segmenter.precision() == Precision::Fp32 ? why : why + " --precision fp32 computes exactly.");
    if (!run.pack->notice.empty())
        run.notes.push_back(run.pack->notice);
}

void writeMasks(const Run& run, const Asked& asked, const fs::path& folder, Progress& progress)
{
    std::vector<LabelledMask> labels;
    for (std::size_t i = 0; i < run.rows.size(); ++i) {
        const Row& row = run.rows[i];
        progress.step({"writing masks", double(i) / double(run.rows.size()), {}});
        const Finding& finding = *row.measured.finding;
        writeMask(finding.mask, folder / row.file, progress);
        if (!row.leftOutFile.empty())
            writeMask(*finding.leftOut, folder / row.leftOutFile, progress);
        labels.push_back({row.known.id, shownName(row.known.name, finding.target), row.known.snomedCode,
                          row.known.rgb, &finding.mask, lateralityOf(row.known), finding.threshold});
    }
    if (!asked.labelMap)
        return;
    numberLabels(labels);
    writeLabelMap(labels, folder / (run.scan->caseName + "_seg." + asked.format),
                  folder / (run.scan->caseName + "_labels.csv"), progress);
}

} // namespace

void addAsked(CLI::App& command, Asked& asked)
{
    command
        .add_option("--prompt", asked.prompts, "What to find: \"liver, both kidneys\"; may be given again")
        ->take_all();
    command.add_flag("--all", asked.all, "Everything the model knows");
    command.add_option("--model", asked.model,
                       "Name or folder of a model (default: the one inside the program)");
    command.add_option("--device", asked.device, "auto, cpu or cuda:N")->capture_default_str();
    command.add_option("--precision", asked.precision, "Numbers of the network")
        ->check(CLI::IsMember({"auto", "fp32", "bf16", "fp16"}))
        ->capture_default_str();
    command.add_option("--overlap", asked.overlap, "Overlap of the windows")
        ->check(CLI::Range(0.0, 0.9))
        ->capture_default_str();
    command
        .add_option("--threshold", asked.threshold,
                    "Probability from which a voxel is inside (default: each class's own)")
        ->check(CLI::Range(0.01, 0.99));
    command.add_option("--clean-up", asked.cleanUp, "What is done to raw masks")
        ->check(CLI::IsMember({"standard", "published", "none"}))
        ->capture_default_str();
    command.add_option("--format", asked.format, "Of the masks")
        ->check(CLI::IsMember({"nii.gz", "nrrd"}))
        ->capture_default_str();
    command.add_flag("--label-map", asked.labelMap, "Also one label map with a table of its labels");
    command.add_flag("--left-out", asked.leftOut, "Also masks of what the clean-up left out");
    command.add_option("--threads", asked.threads, "Threads (0: all cores)")
        ->check(CLI::Range(0, 1024))
        ->capture_default_str();
}

std::optional<std::string> given(const std::string& text)
{
    return text.empty() ? std::nullopt : std::optional(text);
}

Prompt understand(const Asked& asked, const ModelPack& pack)
{
    if (asked.all == !asked.prompts.empty())
        throw Error(ErrorKind::Usage,
                    "Say what to find with --prompt \"liver\", or --all for everything; one of the two.");
    Understanding understanding(pack);
    if (asked.all)
        return understanding.everything();
    Prompt all;
    for (const std::string& text : asked.prompts) {
        Prompt one = understanding.read(
            text); // a text encoder that cannot be opened is told now, not after minutes of looking
        all.text += (all.text.empty() ? "" : "; ") + text;
        all.parts.insert(all.parts.end(), one.parts.begin(), one.parts.end());
    }
    return all;
}

std::string refusals(const Prompt& prompt)
{
    std::string text;
    for (const PromptPart& part : prompt.parts) {
        if (part.understood())
            continue;
        text += "Not understood: \"" + part.text + "\". " + part.explanation;
        for (std::size_t i = 0; i < part.suggestions.size(); ++i)
            text += (i == 0 ? " Nearest: " : ", ") + part.suggestions[i];
        text += part.suggestions.empty() ? "\n" : ".\n";
    }
    return text;
}

std::unique_ptr<Segmenter> openSegmenter(const ModelPack& pack, const Asked& asked)
{
    EngineSettings engine;
    engine.device = asked.device;
    engine.precision = precisionOf(asked.precision);
    engine.threads = asked.threads;
    return Segmenter::open(pack, engine);
}

void checkRoom(const fs::path& folder, const Volume& volume, std::size_t masks)
{
    std::error_code failed;
    fs::create_directories(folder, failed);
    if (failed || !fs::is_directory(folder))
        throw Error(ErrorKind::Resources,
                    "The folder " + folder.string() + " cannot be made. Choose another --out.");
    writeTextFile("", folder / ".hounsfield_write_test");
    fs::remove(folder / ".hounsfield_write_test", failed);
    const fs::space_info space = fs::space(folder, failed);
    const auto needed = static_cast<std::uintmax_t>(volume.geometry().voxelCount() / 20) * masks + (1u << 20);
    if (!failed && space.available < needed)
        throw Error(ErrorKind::Resources,
                    "The disk of " + folder.string() + " has " + std::to_string(space.available >> 20) +
                        " MB left and the results may need " + std::to_string((needed >> 20) + 1) +
                        " MB. Make room or choose another --out.");
}

std::string estimateText(const Scan& scan, Segmenter& segmenter, const Prompt& prompt, const Asked& asked,
                         Progress& progress)
{
    const std::size_t targets = prompt.targets().size();
    const Estimate estimate = segmenter.estimate(*scan.volume, targets, asked.overlap, progress);
    const double seconds =
        estimate.seconds + secondsToWrite * double(targets) * double(scan.volume->geometry().voxelCount());
    std::string text = "About " + rounded(seconds, seconds < 10 ? 1 : 0) + " s";
    if (const std::int64_t resident = residentBytes(); resident > 0)
        text += ", at most " + rounded(double(resident + estimate.bytes) / 1e9, 2) + " GB of memory";
    return text + ".";
}

Run lookAt(const Scan& scan, Segmenter& segmenter, const Prompt& prompt, const Asked& asked,
           Progress& progress)
{
    Run run;
    run.scan = &scan;
    run.pack = &segmenter.pack();
    run.prompt = prompt;
    auto prepared = segmenter.prepare(scan.volume, {asked.overlap, {}, {}, {}}, progress);
    std::vector<Finding> findings =
        segmenter.segment(*prepared, prompt.targets(),
                          {asked.threshold, cleanUpOf(asked.cleanUp), asked.leftOut, false}, progress);
    describe(run, segmenter, asked);
    prepared.reset();
    progress.step({"measuring", 0, {}});
    run.rows = makeRows(run, std::move(findings), asked.format, progress);
    for (Row& row : run.rows)
        if (asked.leftOut && row.measured.finding->leftOut)
            row.leftOutFile = scan.caseName + "_" + row.known.fileName + "_left_out." + asked.format;
    judge(run);
    return run;
}

void writeRun(const Run& run, const Asked& asked, const fs::path& folder, Progress& progress)
{
    writeMasks(run, asked, folder, progress);
    const std::string name = run.scan->caseName;
    writeTextFile(measurementsCsv(run), folder / (name + "_measurements.csv"));
    writeTextFile(measurementsJson(run), folder / (name + "_measurements.json"));
    if (const std::string lesions = lesionsCsv(run); !lesions.empty())
        writeTextFile(lesions, folder / (name + "_lesions.csv"));
}

} // namespace hounsfield::cli
