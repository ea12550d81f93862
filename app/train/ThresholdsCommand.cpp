// SPDX-License-Identifier: Apache-2.0
#include "app/train/Commands.h"
#include "app/train/MarkingChoice.h"
#include "app/train/MeasuredScans.h"
#include "app/train/Outset.h"
#include "inference/PackStore.h"
#include "inference/PackWriter.h"
#include "volume/ClassicLocale.h"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <cstdio>
#include <map>
#include <memory>
#include <optional>

namespace hounsfield::training {
namespace {

struct Options {
    std::string model, out, name, device = "auto";
    ScanChoice scans;
    int threads = 0;
};

/// Every way to mark every class, tried on scan after scan: organs first, then tumors and cysts in organs
/// that are marked as was chosen.
class Trials {
public:
    explicit Trials(const Options& options)
        : m_pack(PackStore().open(options.model.empty() ? std::nullopt : std::optional(options.model))),
          m_segmenter(Segmenter::open(m_pack, engine(options)))
    {
    }

    void add(const LabelledScan& scan, bool lesions, Progress& progress)
    {
        std::vector<Target> targets;
        for (const ModelClass& known : m_pack.classes)
            if (known.isLesion() == lesions && (scan.annotated >> (known.id - 1) & 1))
                targets.push_back({known.id, known.name, {}});
        if (targets.empty())
            return;
        // The costly part once; each try is a threshold of what it gave.
        const auto prepared = m_segmenter->prepare(scan.volume, {}, progress);
        for (std::size_t n = 0; n <= markingsToTry(lesions).size(); ++n) {
            SegmentSettings settings;
            settings.keepLeftOut = settings.keepProbability = false;
            settings.markings = m_chosen;
            for (const Target& target : targets)
                settings.markings[target.classId] = marking(m_pack.classById(target.classId), n);
            score(scan, m_segmenter->segment(*prepared, targets, settings, progress), n);
        }
        std::fprintf(stderr, "%s done\n", scan.name.c_str());
    }
    /// From now on organs are marked as is best.
    void settle()
    {
        for (const ModelClass& known : m_pack.classes)
            if (const auto chosen = best(known))
                m_chosen[known.id] = chosen->marking;
    }

    /// The pack's own marking first. Empty where no scan was annotated for it.
    std::vector<MarkingFigures> tried(const ModelClass& known) const
    {
        std::vector<MarkingFigures> figures;
        if (const auto scores = m_scores.find(known.id); scores != m_scores.end())
            for (std::size_t n = 0; n < scores->second.size(); ++n)
                figures.push_back(figuresOf(marking(known, n), scores->second[n]));
        return figures;
    }
    /// Absent where there is too little to choose by.
    std::optional<MarkingFigures> best(const ModelClass& known) const
    {
        const std::vector<MarkingFigures> figures = tried(known);
        const MarkingFigures* one = known.isLesion() ? bestForLesions(figures) : bestForOrgans(figures);
        return one ? std::optional(*one) : std::nullopt;
    }
    const ModelPack& pack() const { return m_pack; }

private:
    static EngineSettings engine(const Options& options)
    {
        EngineSettings settings;
        settings.device = options.device;
        settings.threads = options.threads;
        return settings;
    }

    static Marking marking(const ModelClass& known, std::size_t n)
    {
        return n == 0 ? Marking{known.threshold, known.peak} : markingsToTry(known.isLesion())[n - 1];
    }

    void score(const LabelledScan& scan, const std::vector<Finding>& findings, std::size_t n)
    {
        for (const Finding& finding : findings) {
            const int id = finding.target.classId;
            auto& scores = m_scores[id];
            scores.resize(std::max(scores.size(), n + 1));
            scores[n].push_back(lesionScoreOf(scan.name, m_pack.classById(id),
                                              scan.masks[static_cast<std::size_t>(id - 1)], finding.mask));
        }
    }

    ModelPack m_pack;
    std::unique_ptr<Segmenter> m_segmenter;
    std::map<int, std::vector<std::vector<ClassScore>>> m_scores; ///< by class, then by what was tried
    std::map<int, Marking> m_chosen;
};

std::string cellOf(const MarkingFigures& one, bool lesion)
{
    const ClassicLocale numbersAsInC;
    char cell[64];
    if (lesion)
        std::snprintf(cell, sizeof cell, " %d / %d, %.2f |", one.lesions.found, one.lesions.wrong,
                      one.lesions.dice);
    else
        std::snprintf(cell, sizeof cell, " %.3f |", one.dice);
    return cell;
}

/// What is taken; a kind of lesion that is found no more is not left to be noticed.
std::string told(const Trials& trials, const ModelClass& known, const std::vector<MarkingFigures>& tried)
{
    const auto best = trials.best(known);
    if (!best)
        return "too few to choose by: stays " + words({known.threshold, known.peak});
    return words(best->marking) + (known.isLesion() && findsNoMore(tried, *best) ? ": finds none" : "");
}

/// Organs, or tumors and cysts: a row a class, a column for each way. Empty where there are none.
std::string tableOf(const Trials& trials, bool lesions)
{
    std::string head =
                    lesions ? "| over 1 cm: found / false, Dice | as it was |" : "| mean Dice | as it was |",
                rule = "|---|---|", rows;
    for (const Marking& marking : markingsToTry(lesions)) {
        head += " " + words(marking) + " |";
        rule += "---|";
    }
    for (const ModelClass& known : trials.pack().classes) {
        const std::vector<MarkingFigures> tried = trials.tried(known);
        if (known.isLesion() != lesions || tried.empty())
            continue;
        rows += "| " + known.name + " (" +
                std::to_string(lesions ? tried.front().lesions.lesions : tried.front().scans) + ") |";
        for (const MarkingFigures& one : tried)
            rows += cellOf(one, lesions);
        rows += " " + told(trials, known, tried) + " |\n";
    }
    return rows.empty() ? rows : head + " taken |\n" + rule + "---|\n" + rows;
}

/// The pack with what was taken.
ModelPack tuned(const Trials& trials)
{
    ModelPack pack = trials.pack();
    for (ModelClass& known : pack.classes)
        if (const auto best = trials.best(known)) {
            known.threshold = best->marking.threshold;
            known.peak = best->marking.peak;
        }
    return pack;
}

std::string tablesOf(const Trials& trials)
{
    const std::string organs = tableOf(trials, false), lesions = tableOf(trials, true);
    return organs + (organs.empty() || lesions.empty() ? "" : "\n") + lesions;
}

void write(const Trials& trials, const Options& options, const std::string& out, std::size_t scans)
{
    ModelPack pack = tuned(trials);
    if (!options.name.empty())
        pack.name = options.name;
    const std::string card =
        pack.files->has("card.md") ? pack.files->read("card.md") : "# " + pack.name + "\n";
    writePack(pack, pack.files->read(pack.weightsFile),
              card + "\n## From which probability each class is marked\n\nTried on " + std::to_string(scans) +
                  " scans. These are no figures of its quality: they chose.\n\n" + tablesOf(trials),
              out);
    std::printf("Wrote the model to %s.\n", out.c_str());
}

void chooseThresholds(const Options& options, Progress& progress)
{
    const std::string out = options.out.empty() ? "" : outFolder(options.out);
    if (!out.empty())
        checkPackPlace(out);
    Trials trials(options);
    std::vector<OneScan> scans = scansOf(options.scans, trials.pack().classes);
    const std::size_t all = scans.size();
    std::vector<std::string> broken;
    try {
        broken = forEachScan(scans, [&](const LabelledScan& scan) { trials.add(scan, false, progress); });
        trials.settle();
        forEachScan(scans, [&](const LabelledScan& scan) { trials.add(scan, true, progress); });
    } catch (...) {
        std::printf("%s", tablesOf(trials).c_str()); // what was tried so far
        throw;
    }
    std::printf("%s", tablesOf(trials).c_str());
    if (scans.empty())
        throwIfAny(broken, all);
    if (!out.empty())
        write(trials, options, out, scans.size());
    throwIfAny(broken, all);
}

} // namespace

std::function<void(Progress&)> addThresholdsCommand(CLI::App& app)
{
    auto options = std::make_shared<Options>();
    options->scans.count = 8;
    options->scans.firstSeed = 890000;
    CLI::App* command =
        app.add_subcommand("thresholds", "From which probability each class is marked, tried on scans that "
                                         "the model was not trained on and is not measured on");
    command->add_option("--model", options->model,
                        "Name or folder of the pack (default: the one inside the program)");
    command->add_option("--out", options->out,
                        "Folder of a pack to write with what was taken (default: only tell)");
    command->add_option("--name", options->name, "Its name (default: as before)");
    addScanOptions(*command, options->scans);
    command->add_option("--device", options->device, "auto, cpu or cuda:N")->capture_default_str();
    command->add_option("--threads", options->threads, "Threads (0: all cores)")->capture_default_str();
    return [options](Progress& progress) { chooseThresholds(*options, progress); };
}

} // namespace hounsfield::training
