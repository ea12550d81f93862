#include "app/cli/Commands.h"
#include "app/cli/TerminalProgress.h"
#include "app/results/Results.h"
#include "inference/PackStore.h"
#include "volume/io/MaskWriter.h"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <iostream>

namespace hounsfield::cli {
namespace fs = std::filesystem;
namespace {

struct Options {
    std::string scan, out, series, model, device = "auto", precision = "auto", cleanUp = "standard", format = "nii.gz";
    std::vector<std::string> prompts;
    bool all = false, labelMap = false, leftOut = false, quiet = false;
    double overlap = 0.5;
    std::optional<double> threshold;
    int threads = 0;
};

std::optional<std::string> given(const std::string& text)
{
    return text.empty() ? std::nullopt : std::optional(text);
}

Precision precisionOf(const std::string& name)
{
    return name == "fp32" ? Precision::Fp32 : name == "bf16" ? Precision::Bf16 : name == "fp16" ? Precision::Fp16 : Precision::Auto;
}

CleanUp cleanUpOf(const std::string& name)
{
    return name == "published" ? CleanUp::Published : name == "none" ? CleanUp::None : CleanUp::Standard;
}

Prompt understand(const Options& options, const ModelPack& pack)
{
    const PromptResolver resolver(pack.classes, zeroShotOf(pack));
    if (options.all)
        return resolver.everything();
    Prompt all;
    for (const std::string& text : options.prompts) {
        Prompt one = resolver.resolve(text);
        all.text += (all.text.empty() ? "" : "; ") + text;
        all.parts.insert(all.parts.end(), one.parts.begin(), one.parts.end());
    }
    // A text encoder that cannot be opened is told now, not after minutes of looking.
    if (std::any_of(all.parts.begin(), all.parts.end(), [](const PromptPart& part) { return part.zeroShot; }))
        explainZeroShot(all, *TextEncoder::open(pack));
    return all;
}

void sayRefused(const Prompt& prompt)
{
    for (const PromptPart& part : prompt.parts) {
        if (part.understood())
            continue;
        std::cerr << "Not understood: \"" << part.text << "\". " << part.explanation;
        for (std::size_t i = 0; i < part.suggestions.size(); ++i)
            std::cerr << (i == 0 ? " Nearest: " : ", ") << part.suggestions[i];
        std::cerr << (part.suggestions.empty() ? "\n" : ".\n");
    }
}

/// Before minutes are spent: can the results be written at all?
void checkRoom(const fs::path& folder, std::int64_t voxels, std::size_t masks)
{
    std::error_code failed;
    fs::create_directories(folder, failed);
    if (failed || !fs::is_directory(folder))
        throw Error(ErrorKind::Resources, "The folder " + folder.string() + " cannot be made. Choose another --out.");
    writeTextFile("", folder / ".hounsfield_write_test");
    fs::remove(folder / ".hounsfield_write_test", failed);
    const fs::space_info space = fs::space(folder, failed);
    const auto needed = static_cast<std::uintmax_t>(voxels / 20) * masks + (1u << 20);
    if (!failed && space.available < needed)
        throw Error(ErrorKind::Resources, "The disk of " + folder.string() + " has " + std::to_string(space.available >> 20) + " MB left and the results may need " +
                                              std::to_string((needed >> 20) + 1) + " MB. Make room or choose another --out.");
}

void writeAll(const Run& run, const Options& options, TerminalProgress& progress)
{
    const fs::path folder = options.out;
    std::vector<LabelledMask> labels;
    for (std::size_t i = 0; i < run.rows.size(); ++i) {
        const Row& row = run.rows[i];
        progress.step({"writing masks", double(i) / double(run.rows.size()), {}});
        const Finding& finding = *row.measured.finding;
        writeMask(finding.mask, folder / row.file);
        if (!row.leftOutFile.empty())
            writeMask(*finding.leftOut, folder / row.leftOutFile);
        labels.push_back({row.known.id, shownName(row.known.name, finding.target), row.known.snomedCode, row.known.rgb, &finding.mask});
    }
    if (options.labelMap) {
        numberLabels(labels);
        writeLabelMap(labels, folder / (run.scan->caseName + "_seg." + options.format), folder / (run.scan->caseName + "_labels.csv"));
    }
    writeTextFile(measurementsCsv(run), folder / (run.scan->caseName + "_measurements.csv"));
    writeTextFile(measurementsJson(run), folder / (run.scan->caseName + "_measurements.json"));
    if (const std::string lesions = lesionsCsv(run); !lesions.empty())
        writeTextFile(lesions, folder / (run.scan->caseName + "_lesions.csv"));
}

int segment(const Options& options)
{
    if (options.all == !options.prompts.empty())
        throw Error(ErrorKind::Usage, "Say what to find with --prompt \"liver\", or --all for everything; one of the two.");
    TerminalProgress progress(options.quiet);
    const ModelPack pack = PackStore().open(given(options.model));
    Run run;
    run.pack = &pack;
    run.prompt = understand(options, pack);
    sayRefused(run.prompt);
    const std::vector<Target> targets = run.prompt.targets();
    if (targets.empty())
        return 6;

    const Scan scan = readScan(options.scan, given(options.series), progress);
    run.scan = &scan;
    checkRoom(options.out, scan.volume->geometry().voxelCount(), targets.size());
    EngineSettings engine;
    engine.device = options.device;
    engine.precision = precisionOf(options.precision);
    engine.threads = options.threads;
    const auto segmenter = Segmenter::open(pack, engine);
    auto prepared = segmenter->prepare(scan.volume, {options.overlap, {}, {}, {}}, progress);
    std::vector<Finding> findings = segmenter->segment(*prepared, targets, {options.threshold, cleanUpOf(options.cleanUp), false}, progress);

    run.device = segmenter->deviceName();
    run.precision = nameOf(segmenter->precision());
    run.cleanUp = options.cleanUp;
    run.overlap = options.overlap;
    run.threshold = options.threshold;
    run.notes = scan.notes;
    for (const std::string& note : segmenter->notes())
        run.notes.push_back(note);
    if (const std::string why = segmenter->precisionReason(); !why.empty())
        run.notes.push_back(segmenter->precision() == Precision::Fp32 ? why : why + " --precision fp32 computes exactly.");
    if (!pack.notice.empty())
        run.notes.push_back(pack.notice);
    prepared.reset();
    for (Finding& finding : findings) {
        run.rows.push_back(makeRow(run, finding, options.format));
        Row& row = run.rows.back();
        if (options.leftOut && row.measured.finding->leftOut)
            row.leftOutFile = scan.caseName + "_" + row.known.fileName + "_left_out." + options.format;
        finding.mask = Mask(finding.mask.geometry()); // the row has its own
    }
    judge(run);
    writeAll(run, options, progress);
    progress.finishLine();

    if (!options.quiet) {
        std::cout << "Model " << pack.name << " (" << pack.title << "), " << run.device << ", " << run.precision << "\n\n";
        for (const PromptPart& part : run.prompt.parts)
            if (part.understood())
                std::cout << '"' << part.text << "\": " << part.explanation << '\n';
        std::cout << '\n' << measurementsTable(run) << '\n';
        for (const std::string& note : run.notes)
            std::cout << "Note: " << note << '\n';
        std::cout << "Masks and measurements are in " << options.out << ". Research use only: not a medical device.\n";
    }
    return run.prompt.fullyUnderstood() ? 0 : 6;
}

} // namespace

void addSegment(CLI::App& app, Command& chosen)
{
    auto options = std::make_shared<Options>();
    CLI::App* command = app.add_subcommand("segment", "Find structures in a scan, write their masks and measurements");
    command->add_option("SCAN", options->scan, "DICOM folder or file, NIfTI, NRRD or MetaImage file")->required();
    command->add_option("--prompt", options->prompts, "What to find: \"liver, both kidneys\"; may be given again")->take_all();
    command->add_flag("--all", options->all, "Everything the model knows");
    command->add_option("--out", options->out, "Folder for masks and measurements")->required();
    command->add_option("--series", options->series, "Number (see info) or SeriesInstanceUID");
    command->add_option("--model", options->model, "Name or folder of a model (default: the one inside the program)");
    command->add_option("--device", options->device, "auto, cpu or cuda:N")->capture_default_str();
    command->add_option("--precision", options->precision, "Numbers of the network")->check(CLI::IsMember({"auto", "fp32", "bf16", "fp16"}))->capture_default_str();
    command->add_option("--overlap", options->overlap, "Overlap of the windows")->check(CLI::Range(0.0, 0.9))->capture_default_str();
    command->add_option("--threshold", options->threshold, "Probability from which a voxel is inside (default: each class's own)")->check(CLI::Range(0.01, 0.99));
    command->add_option("--clean-up", options->cleanUp, "What is done to raw masks")->check(CLI::IsMember({"standard", "published", "none"}))->capture_default_str();
    command->add_option("--format", options->format, "Of the masks")->check(CLI::IsMember({"nii.gz", "nrrd"}))->capture_default_str();
    command->add_flag("--label-map", options->labelMap, "Also one label map with a table of its labels");
    command->add_flag("--left-out", options->leftOut, "Also masks of what the clean-up left out");
    command->add_option("--threads", options->threads, "Threads (0: all cores)")->check(CLI::Range(0, 1024))->capture_default_str();
    command->add_flag("--quiet", options->quiet, "Say only what went wrong");
    command->callback([options, &chosen] { chosen = [options] { return segment(*options); }; });
}

} // namespace hounsfield::cli
