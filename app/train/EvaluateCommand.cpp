// SPDX-License-Identifier: Apache-2.0
#include "app/train/Commands.h"
#include "app/train/MeasuredScans.h"
#include "app/train/Scores.h"
#include "inference/PackStore.h"
#include "inference/PackWriter.h"
#include "inference/Segmenter.h"
#include "volume/io/MaskWriter.h"

#include <CLI/CLI.hpp>

#include <cstdio>
#include <functional>

namespace hounsfield::training {
namespace {

struct Options {
    std::string model, device = "auto", csv, into;
    ScanChoice scans;
    double overlap = 0.5, toleranceMm = 3;
    int threads = 0;
};

class Evaluation {
public:
    explicit Evaluation(const Options& options)
        : m_options(options), m_segmenter(open(options)), m_board(classes(), options.toleranceMm)
    {
    }

    void add(const LabelledScan& scan, Progress& progress)
    {
        std::vector<Target> targets;
        for (const ModelClass& known : m_segmenter->pack().classes)
            if (scan.annotated >> (known.id - 1) & 1)
                targets.push_back({known.id, known.name, {}});
        const auto prepared = m_segmenter->prepare(scan.volume, {m_options.overlap, {}, {}, {}}, progress);
        for (const Finding& finding : m_segmenter->segment(*prepared, targets, {}, progress)) {
            const int id = finding.target.classId;
            m_board.add(scoreOf(scan.name, m_segmenter->pack().classById(id),
                                scan.masks[static_cast<std::size_t>(id - 1)], finding.mask,
                                m_options.toleranceMm));
        }
        ++m_scored;
        std::fprintf(stderr, "%s done\n", scan.name.c_str());
    }

    std::size_t scored() const { return m_scored; } ///< scans
    const ScoreBoard& board() const { return m_board; }
    const std::vector<ModelClass>& classes() const { return m_segmenter->pack().classes; }

private:
    static std::unique_ptr<Segmenter> open(const Options& options)
    {
        EngineSettings settings;
        settings.device = options.device;
        settings.threads = options.threads;
        return Segmenter::open(
            PackStore().open(options.model.empty() ? std::nullopt : std::optional(options.model)), settings);
    }

    Options m_options;
    std::unique_ptr<Segmenter> m_segmenter;
    ScoreBoard m_board;
    std::size_t m_scored = 0;
};

void tellScores(const Options& options, const ScoreBoard& board)
{
    std::printf("%s", board.markdown().c_str());
    if (!options.csv.empty())
        writeTextFile(board.csv(), options.csv);
}

/// A scan that cannot be used, or a stop, costs none of the figures that are there.
void evaluate(const Options& options, Progress& progress)
{
    if (!options.into.empty() && options.scans.data.empty() && options.scans.scan.empty())
        throw Error(ErrorKind::Usage, "--into states how reliable a model is on real scans: give them by "
                                      "--data or --scan. Synthetic patients say nothing of that.");
    Evaluation evaluation(options);
    std::vector<OneScan> scans = scansOf(options.scans, evaluation.classes());
    const std::size_t all = scans.size();
    std::vector<std::string> broken;
    try {
        broken = forEachScan(scans, [&](const LabelledScan& scan) { evaluation.add(scan, progress); });
    } catch (...) {
        if (evaluation.scored() > 0)
            tellScores(options, evaluation.board());
        throw;
    }
    tellScores(options, evaluation.board());
    if (!options.into.empty()) {
        const auto stated = evaluation.board().reliabilities();
        stateReliability(options.into, stated);
        std::fprintf(stderr, "Reliability of %zu classes written to %s; the others rest on no scan.\n",
                     stated.size(), options.into.c_str());
    }
    throwIfAny(broken, all);
}

} // namespace

std::function<void(Progress&)> addEvaluateCommand(CLI::App& app)
{
    auto options = std::make_shared<Options>();
    CLI::App* command =
        app.add_subcommand("evaluate", "Dice and distances of surfaces per class on held-out scans");
    command->add_option("--model", options->model,
                        "Name or folder of the pack (default: the one inside the program)");
    addScanOptions(*command, options->scans);
    command->add_option("--tolerance", options->toleranceMm, "Surfaces this near agree, mm")
        ->check(CLI::Range(0.0, 100.0))
        ->capture_default_str();
    command->add_option("--csv", options->csv, "Writes a row a scan and class to this file");
    command
        ->add_option("--into", options->into,
                     "Writes each class's mean Dice and number of scans into the pack.json of this pack's "
                     "folder: its lights go by them. For real scans alone")
        ->check(CLI::ExistingDirectory);
    command->add_option("--overlap", options->overlap, "Overlap of windows")
        ->check(CLI::Range(0.0, 0.9))
        ->capture_default_str();
    command->add_option("--device", options->device, "auto, cpu or cuda:N")->capture_default_str();
    command->add_option("--threads", options->threads, "Threads (0: all cores)")->capture_default_str();
    return [options](Progress& progress) { evaluate(*options, progress); };
}

} // namespace hounsfield::training
