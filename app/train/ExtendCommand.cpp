// SPDX-License-Identifier: Apache-2.0
#include "app/train/ClassNames.h"
#include "app/train/Commands.h"
#include "app/train/FolderSource.h"
#include "app/train/ModelCard.h"
#include "app/train/NewClassName.h"
#include "app/train/Outset.h"
#include "app/train/TrainerOptions.h"
#include "inference/PackStore.h"
#include "inference/PackWriter.h"
#include "inference/training/Distilled.h"
#include "inference/training/NewClass.h"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <cstdio>
#include <optional>

namespace hounsfield::training {
namespace {

struct Options {
    NewClassWish wish;
    TrainerSettings trainer;
    std::string model, out, state, like, name;
    DataChoice data;
    bool headOnly = false, fineTune = false;
    std::optional<double> learningRate;
};

/// What is trained, whichever way.
struct Work {
    ModelPack old, pack; ///< before and after
    ModelClass added;
    ChosenData data;
    std::vector<TrainingScan> validation;
    std::vector<float> first; ///< embedding the class begins with
};

ModelPack describe(const Options& options, const ModelPack& old, const ModelClass& added)
{
    ModelPack pack = old;
    pack.classes.push_back(added);
    pack.name = options.name;
    pack.title = old.title + ", with " + added.name;
    pack.source = old.source + "; " + added.name + " added with hounsfield-train on the owner's scans";
    pack.weightsFile = "weights.safetensors";
    return pack;
}

/// Whether any case that is trained on has a file that may hold the class: annotated alone may mean that a
/// name is spelt otherwise.
bool isDrawn(const ModelClass& added, const DataSets& data)
{
    const std::vector<DataCase> cases = data.training();
    return std::any_of(cases.begin(), cases.end(), [&](const DataCase& one) {
        const auto& values = data.sets[one.set].classOfValue;
        return std::filesystem::exists(one.folder / "segmentations" / (added.fileName + ".nii.gz")) ||
               (!std::filesystem::is_directory(one.folder / "segmentations") &&
                std::any_of(values.begin(), values.end(),
                            [&](const auto& value) { return value.second == added.id; }));
    });
}

Work prepare(const Options& options)
{
    Work work;
    work.old = PackStore().open(options.model.empty() ? std::nullopt : std::optional(options.model));
    packBytes(work.old);
    work.added = newClassOf(options.wish, work.old);
    work.pack = describe(options, work.old, work.added);
    work.data = openData(options.data, work.pack.classes, options.trainer.seed);
    ClassBits annotated = 0;
    cardSets(work.data.sets, annotated);
    if (!(annotated & bitOf(work.added.id)) || !isDrawn(work.added, work.data.sets))
        throw Error(ErrorKind::Scan, "No case that is trained on annotates " + work.added.name +
                                         ". Expected " +
                                         (work.data.sets.sets[0].folder / "<case>" / "segmentations" /
                                          (work.added.fileName + ".nii.gz"))
                                             .string() +
                                         ".");
    work.validation = validationScans(work.data.sets, work.pack.input);
    checkValidation(options.trainer, work.validation, bitOf(work.added.id), "--validation 0.2");
    work.first =
        firstEmbedding(work.old, work.added.name,
                       options.like.empty() ? 0 : classNamed(options.like, work.old.classes, "--like").id);
    return work;
}

template <typename AnyTrainer> void finish(const Options& options, const Work& work,
                                           const AnyTrainer& trainer, TrainingLog& log,
                                           const std::string& weights, const std::string& method)
{
    log.draw();
    CardFacts facts;
    facts.pack = work.pack;
    facts.version = HOUNSFIELD_VERSION;
    facts.from = work.old.name;
    facts.embeddings = "those of the model it began with; of " + work.added.name + " " +
                       (options.fineTune ? "one made of its name" : "a learned one");
    facts.method = method;
    facts.sets = cardSets(work.data.sets, facts.seen);
    facts.broken = work.data.broken;
    facts.seed = options.trainer.seed;
    tellOutcome(facts, trainer, log);
    if (trainer.stoppedEarly())
        std::printf("Stopped at step %lld: validation no longer gets better.\n",
                    static_cast<long long>(trainer.step()));
    writePack(work.pack, weights, modelCard(facts), options.out);
    std::printf("Wrote the model with %s as class %d to %s.\n", work.added.name.c_str(), work.added.id,
                options.out.c_str());
}

void learnRow(const Options& options, Work work, Progress& progress)
{
    TrainerSettings settings = options.trainer;
    settings.learningRate = options.learningRate.value_or(2e-2);
    RowTrainer trainer(settings, work.added.id, work.first, options.state);
    std::printf("%s", outsetNote(trainer.step(), settings.steps, trainer.finished(), options.state).c_str());
    TrainingLog log(options.out + ".log.csv", work.pack.classes, trainer.step());
    FolderSource source(work.data.sets, work.pack.input, settings.seed);
    trainer.run(
        source, work.validation,
        [&](const TrainingReport& report) {
            tell(report, settings.steps);
            log.add(report);
        },
        progress);
    finish(options, work, trainer, log, weightsWith(work.old, work.added.id, trainer.row()),
           "The network was frozen and only the embedding of " + work.added.name +
               " learned (Adam): the masks of all other classes are those of the model it began with, bit "
               "for bit.");
}

void fineTune(const Options& options, Work work, Progress& progress)
{
    TrainerSettings settings = options.trainer;
    settings.learningRate = options.learningRate.value_or(3e-4);
    Trainer trainer(settings, tableWith(work.old, work.added.id, work.first), options.state);
    std::printf("%s", outsetNote(trainer.step(), settings.steps, trainer.finished(), options.state).c_str());
    TrainingLog log(options.out + ".log.csv", work.pack.classes, trainer.step());
    FolderSource scans(work.data.sets, work.pack.input, settings.seed);
    Distilled source(scans, work.old, allOf(work.old.classes), settings.device);
    trainer.run(
        source, work.validation,
        [&](const TrainingReport& report) {
            tell(report, settings.steps);
            log.add(report);
        },
        progress);
    finish(options, work, trainer, log, trainer.weightsSafetensors(),
           "All weights learned (AdamW). Classes that a scan does not annotate were labelled by the model it "
           "began with, so that they are not forgotten.");
}

void extend(Options options, Progress& progress)
{
    options.out = outFolder(options.out);
    options.state = options.state.empty() ? options.out + ".state" : options.state;
    checkOutset(options.out, options.state);
    Work work = prepare(options);
    options.trainer.from = std::make_shared<const ModelPack>(work.old);
    options.trainer.widths = work.old.widths;
    options.trainer.roi = work.old.input.roi;
    options.trainer.purpose =
        purposeOf(options.trainer, work.old.input, work.data.sets,
                  {"class: " + work.added.name, "like: " + options.like,
                   std::string("learns: ") + (options.fineTune ? "all weights" : "its row")});
    std::printf("%s becomes class %d; its masks are named %s.nii.gz.\n", work.added.name.c_str(),
                work.added.id, work.added.fileName.c_str());
    options.fineTune ? fineTune(options, std::move(work), progress)
                     : learnRow(options, std::move(work), progress);
}

} // namespace

std::function<void(Progress&)> addExtendCommand(CLI::App& app)
{
    auto options = std::make_shared<Options>();
    options->trainer.steps = 600;
    options->trainer.warmUpSteps = 20;
    options->trainer.validateEvery = 50;
    options->name = "extended";
    CLI::App* command = app.add_subcommand("extend", "Teach a model one more class, by name");
    command->add_option("--model", options->model,
                        "Name or folder of the pack to extend (default: the one inside the program)");
    command->add_option("--class", options->wish.name, "Name of the new class: \"Aneurysm\"")->required();
    command
        ->add_option("--data", options->data.folders,
                     "Folders of labelled scans, with a mask of the new class in them")
        ->required();
    command->add_option("--out", options->out, "Folder of the model pack to write")->required();
    auto* head = command->add_flag(
        "--head-only", options->headOnly,
        "Only the class's embedding learns; all other masks stay the same bit for bit (default)");
    command
        ->add_flag("--fine-tune", options->fineTune,
                   "All weights learn; the old model's own answers keep its classes")
        ->excludes(head);
    command->add_option("--like", options->like, "A class it resembles, to begin near to it");
    command->add_option("--kind", options->wish.kind, "organ, tumor or cyst")->capture_default_str();
    command->add_option("--host", options->wish.hosts, "Organs it lies in, by name: \"Aorta\"");
    command->add_option("--rgb", options->wish.rgb, "Its colour: 200,80,60");
    command->add_option("--snomed", options->wish.snomed, "SNOMED CT code of its type");
    command->add_option("--synonym", options->wish.synonyms, "Further words that ask for it");
    addDataOptions(*command, options->data);
    addTrainerOptions(*command, options->trainer);
    command
        ->add_option("--learning-rate", options->learningRate,
                     "Largest learning rate (default: 0.02 of the embedding, 0.0003 with --fine-tune)")
        ->check(CLI::Range(1e-7, 1.0));
    command->add_option("--state", options->state, "File of the training state (default: OUT.state)");
    command->add_option("--name", options->name, "Name of the pack")->capture_default_str();
    command->add_option("--seed", options->trainer.seed, "Seed of scans and the drawing of validation cases")
        ->capture_default_str();
    return [options](Progress& progress) { extend(*options, progress); };
}

} // namespace hounsfield::training
