#include "app/train/Commands.h"
#include "app/train/DataFolders.h"
#include "inference/PackStore.h"
#include "inference/Segmenter.h"
#include "volume/synthetic/SyntheticPatient.h"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <cstdio>
#include <sstream>

namespace hounsfield::training {
namespace {

struct Options {
    std::string model, device = "auto", scan, labels, map;
    std::vector<std::string> data;
    int count = 10;
    std::uint64_t firstSeed = 900000;
    double spacingMm = 2.5, overlap = 0.5;
    int threads = 0;
};

/// Dice of one class over some scans.
struct ClassDice {
    double sum = 0;
    int scans = 0;       ///< scans in which the class is annotated and there
    int falseAlarms = 0; ///< scans in which it is annotated, not there, and found
    int absent = 0;      ///< scans in which it is annotated and not there
};

double dice(const Mask& a, const Mask& b)
{
    std::int64_t both = 0;
    forEachVoxel(a, [&](const Index3& i) { both += b.at(i); });
    return 2.0 * double(both) / double(a.count() + b.count());
}

std::map<int, int> parseMap(const std::string& text)
{
    std::map<int, int> map;
    std::istringstream in(text);
    for (std::string item; std::getline(in, item, ',');) {
        int value = 0, id = 0;
        if (std::sscanf(item.c_str(), "%d:%d", &value, &id) != 2 || id < 1 || id > 32)
            throw Error(ErrorKind::Usage, "--map takes value:class pairs such as 1:1,5:6; \"" + item + "\" is none.");
        map[value] = id;
    }
    return map;
}

class Evaluation {
public:
    Evaluation(const Options& options) : m_options(options), m_segmenter(open(options)) {}

    void add(const LabelledScan& scan, Progress& progress)
    {
        std::vector<Target> targets;
        for (const ModelClass& known : m_segmenter->pack().classes)
            if (scan.annotated >> (known.id - 1) & 1)
                targets.push_back({known.id, known.name, {}});
        const auto prepared = m_segmenter->prepare(scan.volume, {m_options.overlap, {}, {}, {}}, progress);
        for (const Finding& finding : m_segmenter->segment(*prepared, targets, {}, progress)) {
            const Mask& truth = scan.masks[static_cast<std::size_t>(finding.target.classId - 1)];
            ClassDice& score = m_dice[finding.target.classId];
            if (truth.empty()) {
                ++score.absent;
                score.falseAlarms += !finding.mask.empty();
            } else {
                score.sum += dice(finding.mask, truth);
                ++score.scans;
            }
        }
        std::fprintf(stderr, "%s done\n", scan.name.c_str());
    }

    void print() const
    {
        std::printf("| class | Dice | scans | false alarms |\n|---|---|---|---|\n");
        double organs = 0, lesions = 0;
        int organCount = 0, lesionCount = 0;
        for (const auto& [id, score] : m_dice) {
            const ModelClass& known = m_segmenter->pack().classById(id);
            const double mean = score.scans ? score.sum / score.scans : 0;
            if (score.scans) {
                (known.hosts.empty() ? organs : lesions) += mean;
                ++(known.hosts.empty() ? organCount : lesionCount);
                std::printf("| %s | %.3f | %d | %d of %d |\n", known.name.c_str(), mean, score.scans, score.falseAlarms, score.absent);
            } else {
                std::printf("| %s | - | 0 | %d of %d |\n", known.name.c_str(), score.falseAlarms, score.absent);
            }
        }
        std::printf("\nMean over organs %.3f, over tumors and cysts %.3f\n", organCount ? organs / organCount : 0,
                    lesionCount ? lesions / lesionCount : 0);
    }

    const std::vector<ModelClass>& classes() const { return m_segmenter->pack().classes; }

private:
    static std::unique_ptr<Segmenter> open(const Options& options)
    {
        EngineSettings settings;
        settings.device = options.device;
        settings.threads = options.threads;
        return Segmenter::open(PackStore().open(options.model.empty() ? std::nullopt : std::optional(options.model)), settings);
    }

    Options m_options;
    std::unique_ptr<Segmenter> m_segmenter;
    std::map<int, ClassDice> m_dice;
};

void evaluate(const Options& options, Progress& progress)
{
    Evaluation evaluation(options);
    if (!options.scan.empty()) {
        evaluation.add(readLabelled(options.scan, options.labels, parseMap(options.map)), progress);
    } else if (!options.data.empty()) {
        for (const std::string& folder : options.data)
            for (const auto& found : listCases(folder))
                evaluation.add(readCase(found, evaluation.classes()), progress);
    } else {
        for (std::uint64_t seed = options.firstSeed; seed < options.firstSeed + static_cast<std::uint64_t>(options.count); ++seed) {
            const synthetic::SyntheticPatient patient(seed);
            Progress silent;
            auto scan = patient.sample(patient.wholeBodyGrid(options.spacingMm), patient.randomAppearance(), silent);
            evaluation.add({"synthetic patient " + std::to_string(seed), scan.volume, std::move(scan.masks), ~0u}, progress);
        }
    }
    evaluation.print();
}

} // namespace

std::function<void(Progress&)> addEvaluateCommand(CLI::App& app)
{
    auto options = std::make_shared<Options>();
    CLI::App* command = app.add_subcommand("evaluate", "Dice per class on held-out scans");
    command->add_option("--model", options->model, "Name or folder of the pack (default: the one inside the program)");
    command->add_option("--data", options->data, "Folders of labelled scans");
    auto* scan = command->add_option("--scan", options->scan, "One scan with a label map");
    command->add_option("--labels", options->labels, "The label map")->needs(scan);
    command->add_option("--map", options->map, "Which label value is which class: 1:1,5:6,...")->needs(scan);
    command->add_option("--count", options->count, "Synthetic patients")->check(CLI::Range(1, 10000))->capture_default_str();
    command->add_option("--first-seed", options->firstSeed, "Seed of the first; training uses none above 899,999")->capture_default_str();
    command->add_option("--spacing", options->spacingMm, "Their spacing, mm")->check(CLI::Range(0.5, 10.0))->capture_default_str();
    command->add_option("--overlap", options->overlap, "Overlap of windows")->check(CLI::Range(0.0, 0.9))->capture_default_str();
    command->add_option("--device", options->device, "auto, cpu or cuda:N")->capture_default_str();
    command->add_option("--threads", options->threads, "Threads (0: all cores)")->capture_default_str();
    return [options](Progress& progress) { evaluate(*options, progress); };
}

} // namespace hounsfield::training
