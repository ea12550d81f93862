#include "app/train/Commands.h"
#include "app/train/DataSet.h"
#include "app/train/Scores.h"
#include "inference/PackStore.h"
#include "inference/Segmenter.h"
#include "volume/io/MaskWriter.h"
#include "volume/synthetic/SyntheticPatient.h"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <cstdio>
#include <functional>
#include <sstream>

namespace hounsfield::training {
namespace {

struct Options {
    std::string model, device = "auto", scan, labels, map, csv;
    std::vector<std::string> data;
    int count = 10;
    std::uint64_t firstSeed = 900000;
    double spacingMm = 2.5, overlap = 0.5, toleranceMm = 3;
    int threads = 0;
    bool validationOnly = false;
};

/// Values of a label map and the classes they stand for; several values may be one class (the lobes of a lung).
std::map<int, int> parseMap(const std::string& text, const std::vector<ModelClass>& classes)
{
    std::map<int, int> map;
    std::istringstream in(text);
    for (std::string item; std::getline(in, item, ',');) {
        int value = 0, id = 0, end = 0;
        if (std::sscanf(item.c_str(), "%d:%d%n", &value, &id, &end) != 2 || std::size_t(end) != item.size())
            throw Error(ErrorKind::Usage, "--map takes value:class pairs such as 1:1,5:6; \"" + item + "\" is none.");
        if (std::none_of(classes.begin(), classes.end(), [&](const ModelClass& known) { return known.id == id; }))
            throw Error(ErrorKind::Usage, "--map names class " + std::to_string(id) + ", which this model does not have.");
        if (const auto [there, isNew] = map.emplace(value, id); !isNew && there->second != id)
            throw Error(ErrorKind::Usage, "--map gives the value " + std::to_string(value) + " to two classes.");
    }
    if (map.empty())
        throw Error(ErrorKind::Usage, "A label map needs --map: which of its values is which class, such as 1:1,5:6.");
    return map;
}

class Evaluation {
public:
    explicit Evaluation(const Options& options) : m_options(options), m_segmenter(open(options)), m_board(classes(), options.toleranceMm) {}

    void add(const LabelledScan& scan, Progress& progress)
    {
        std::vector<Target> targets;
        for (const ModelClass& known : m_segmenter->pack().classes)
            if (scan.annotated >> (known.id - 1) & 1)
                targets.push_back({known.id, known.name, {}});
        const auto prepared = m_segmenter->prepare(scan.volume, {m_options.overlap, {}, {}, {}}, progress);
        for (const Finding& finding : m_segmenter->segment(*prepared, targets, {}, progress)) {
            const int id = finding.target.classId;
            m_board.add(scoreOf(scan.name, m_segmenter->pack().classById(id), scan.masks[static_cast<std::size_t>(id - 1)], finding.mask, m_options.toleranceMm));
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
        return Segmenter::open(PackStore().open(options.model.empty() ? std::nullopt : std::optional(options.model)), settings);
    }

    Options m_options;
    std::unique_ptr<Segmenter> m_segmenter;
    ScoreBoard m_board;
    std::size_t m_scored = 0;
};

/// Makes or reads a scan when its turn comes.
using OneScan = std::function<LabelledScan()>;

LabelledScan madeUp(std::uint64_t seed, double spacingMm)
{
    const synthetic::SyntheticPatient patient(seed);
    Progress silent;
    auto scan = patient.sample(patient.wholeBodyGrid(spacingMm), patient.randomAppearance(), silent);
    return {"synthetic patient " + std::to_string(seed), scan.volume, std::move(scan.masks), 0xFFFFFFFFu};
}

std::vector<OneScan> scansOf(const Options& options, const std::vector<ModelClass>& classes)
{
    std::vector<OneScan> scans;
    if (!options.scan.empty())
        return {[options, classes, map = parseMap(options.map, classes)] {
            LabelledScan scan = readLabelled(options.scan, options.labels, map, classes);
            addLesionsToHosts(scan, classes);
            return scan;
        }};
    for (const std::string& folder : options.data) {
        const DataSet set = openDataSet(folder, classes);
        for (const auto& found : set.cases)
            if (const std::string name = found.filename().string(); !options.validationOnly || std::find(set.validation.begin(), set.validation.end(), name) != set.validation.end())
                scans.push_back([set, found, classes] { return readCase(set, found, classes); });
    }
    if (!options.data.empty() && scans.empty())
        throw Error(ErrorKind::Usage, "No case is for validation: dataset.json of these folders names none. Leave out --validation-only to take all.");
    for (int n = 0; options.data.empty() && n < options.count; ++n)
        scans.push_back([seed = options.firstSeed + static_cast<std::uint64_t>(n), spacingMm = options.spacingMm] { return madeUp(seed, spacingMm); });
    return scans;
}

void tellScores(const Options& options, const ScoreBoard& board)
{
    std::printf("%s", board.markdown().c_str());
    if (!options.csv.empty())
        writeTextFile(board.csv(), options.csv);
}

/// A scan that cannot be used, or a stop, costs none of the figures that are there.
void evaluate(const Options& options, Progress& progress)
{
    Evaluation evaluation(options);
    const std::vector<OneScan> scans = scansOf(options, evaluation.classes());
    std::vector<std::string> broken;
    try {
        for (const OneScan& scan : scans)
            try {
                evaluation.add(scan(), progress);
            } catch (const Error& error) {
                if (error.kind() != ErrorKind::Scan || scans.size() == 1)
                    throw;
                std::fprintf(stderr, "Not used: %s\n", error.what());
                broken.push_back(error.what());
            }
    } catch (...) {
        if (evaluation.scored() > 0)
            tellScores(options, evaluation.board());
        throw;
    }
    tellScores(options, evaluation.board());
    if (!broken.empty())
        throw Error(ErrorKind::Scan, std::to_string(broken.size()) + " of " + std::to_string(scans.size()) + " scans could not be used; the figures are of the others. The first: " + broken.front());
}

} // namespace

std::function<void(Progress&)> addEvaluateCommand(CLI::App& app)
{
    auto options = std::make_shared<Options>();
    CLI::App* command = app.add_subcommand("evaluate", "Dice and distances of surfaces per class on held-out scans");
    command->add_option("--model", options->model, "Name or folder of the pack (default: the one inside the program)");
    command->add_option("--data", options->data, "Folders of labelled scans");
    command->add_flag("--validation-only", options->validationOnly, "Of these only the cases that dataset.json names for validation");
    auto* scan = command->add_option("--scan", options->scan, "One scan with a label map");
    command->add_option("--labels", options->labels, "The label map")->needs(scan);
    command->add_option("--map", options->map, "Which label value is which class: 1:1,5:6,...; several may be one class")->needs(scan);
    command->add_option("--tolerance", options->toleranceMm, "Surfaces this near agree, mm")->check(CLI::Range(0.0, 100.0))->capture_default_str();
    command->add_option("--csv", options->csv, "Writes a row a scan and class to this file");
    command->add_option("--count", options->count, "Synthetic patients")->check(CLI::Range(1, 10000))->capture_default_str();
    command->add_option("--first-seed", options->firstSeed, "Seed of the first; training uses none above 899,999")->capture_default_str();
    command->add_option("--spacing", options->spacingMm, "Their spacing, mm")->check(CLI::Range(0.5, 10.0))->capture_default_str();
    command->add_option("--overlap", options->overlap, "Overlap of windows")->check(CLI::Range(0.0, 0.9))->capture_default_str();
    command->add_option("--device", options->device, "auto, cpu or cuda:N")->capture_default_str();
    command->add_option("--threads", options->threads, "Threads (0: all cores)")->capture_default_str();
    return [options](Progress& progress) { evaluate(*options, progress); };
}

} // namespace hounsfield::training
