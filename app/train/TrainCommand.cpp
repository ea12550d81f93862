// SPDX-License-Identifier: Apache-2.0
#include "app/train/Commands.h"

#include "app/train/ClassNames.h"
#include "app/train/FolderSource.h"
#include "app/train/ModelCard.h"
#include "app/train/Outset.h"
#include "app/train/TrainerOptions.h"
#include "inference/PackStore.h"
#include "inference/PackWriter.h"
#include "inference/training/ClassEmbeddings.h"
#include "inference/training/LeftOut.h"
#include "inference/training/MixedSource.h"
#include "inference/training/SyntheticSource.h"
#include "inference/training/text/TextFolder.h"
#include "volume/ClassicLocale.h"
#include "volume/RegularFile.h"
#include "volume/synthetic/SyntheticPatient.h"

#include <CLI/CLI.hpp>

#include <cmath>
#include <cstdio>
#include <fstream>
#include <iterator>

namespace hounsfield::training {
namespace {

/// Synthetic patients that are validated on: above those of training (seed * 10,000 and on), below the
/// held-out ones (900,000 and on).
constexpr std::uint64_t firstValidationPatient = 890000;

struct Options {
    TrainerSettings trainer;
    InputSettings input;
    std::string out, state, name = "small", title, card, notice, from, embeddings = "concept",
                            optimizer = "adamw", textEncoder, leaveOut;
    DataChoice data;
    std::vector<std::string> beginsAs;
    std::vector<int> widths{16, 32, 64, 128};
    std::vector<std::int64_t> roi{64, 64, 48};
    int validationPatients = 0;
    double syntheticShare = 0;
    bool augment = true;
    bool ownEmbeddings = false, ownRoi = false, ownWidths = false;
};

std::string readText(const std::string& file)
{
    requireRegularFile(file, ErrorKind::Usage);
    std::ifstream in(file, std::ios::binary);
    if (!in)
        throw Error(ErrorKind::Usage, "The file " + file + " cannot be read.");
    return {std::istreambuf_iterator<char>(in), {}};
}

/// The pack that will be written, without its weights.
ModelPack describe(const Options& options)
{
    ModelPack pack;
    if (options.trainer.from) {
        pack = *options.trainer.from;
        // Thresholds were chosen for the old weights (`hounsfield-train thresholds` chooses for the new).
        for (ModelClass& known : pack.classes) {
            known.threshold = ModelClass{}.threshold;
            known.peak = 0;
        }
    } else {
        pack.promptTemplate = "A computerized tomography of a {}";
        pack.classes = universalClasses();
        pack.input = options.input;
    }
    if (!options.textEncoder.empty()) {
        const TextDescription text = readTextFolder(options.textEncoder);
        pack.textEncoder = text.settings;
        pack.promptTemplate = text.promptTemplate;
        pack.files = textFiles(options.textEncoder);
    }
    pack.input.roi = options.trainer.roi;
    pack.name = options.name;
    pack.title = options.title.empty() ? options.name : options.title;
    pack.version = "1";
    pack.licence = "Apache-2.0";
    pack.source = "Trained with hounsfield-train on " +
                  std::string(options.data.folders.empty() ? "synthetic scans" : "the owner's scans");
    if (!options.data.folders.empty() && options.syntheticShare > 0)
        pack.source += " and synthetic patients";
    if (options.trainer.from) {
        // What a model may be used for follows what it was made from.
        pack.licence = options.trainer.from->licence;
        pack.source +=
            ", from the model " + options.trainer.from->name + " (" + options.trainer.from->source + ")";
    }
    pack.notice = options.notice;
    pack.architecture = "unet";
    pack.widths = options.trainer.widths;
    pack.weightsFile = "weights.safetensors";
    return pack;
}

/// The embeddings of the classes; none where those of the model that training begins with are kept.
std::vector<std::vector<float>> tableFor(const Options& options, const ModelPack& pack)
{
    if (!options.textEncoder.empty()) {
        const WordEncoder encoder(*pack.textEncoder, *pack.files);
        return classEmbeddings([&](const std::string& words) { return encoder.embed(words); },
                               pack.promptTemplate, pack.classes);
    }
    return options.trainer.from && !options.ownEmbeddings ? std::vector<std::vector<float>>{}
                                                          : classEmbeddings(options.embeddings, pack.classes);
}

std::string embeddingsOf(const Options& options)
{
    if (!options.textEncoder.empty())
        return "those of the text encoder in it";
    return options.trainer.from && !options.ownEmbeddings ? "those of the model it began with"
                                                          : options.embeddings;
}

std::vector<TrainingScan> scansToValidate(const Options& options, const ModelPack& pack, const DataSets& data,
                                          ClassBits leftOut)
{
    std::vector<TrainingScan> scans = validationScans(data, pack.input);
    for (int n = 0; options.data.folders.empty() && n < options.validationPatients; ++n) {
        const synthetic::SyntheticPatient patient(firstValidationPatient + static_cast<std::uint64_t>(n));
        Progress silent;
        const synthetic::SyntheticScan scan =
            patient.sample(patient.wholeBodyGrid(pack.input.spacingMm), patient.randomAppearance(), silent);
        scans.push_back(makeTrainingScan(*scan.volume, scan.masks, 0xFFFFFFFFu, pack.input));
    }
    for (TrainingScan& scan : scans)
        leaveOut(scan, leftOut);
    return scans;
}

std::string methodOf(const TrainerSettings& trainer)
{
    const ClassicLocale numbersAsInC;
    char text[300];
    std::snprintf(text, sizeof text,
                  "%s, learning rate %g, weight decay %g, %lld steps of warm-up, then cosine; %d windows of "
                  "%lld x %lld x %lld voxels a step; an exponential mean of the weights.",
                  trainer.muon ? "Muon (the backbone's convolutions) and AdamW" : "AdamW",
                  trainer.learningRate, trainer.weightDecay, static_cast<long long>(trainer.warmUpSteps),
                  trainer.batch, static_cast<long long>(trainer.roi[0]),
                  static_cast<long long>(trainer.roi[1]), static_cast<long long>(trainer.roi[2]));
    return text;
}

CardFacts factsOf(const Options& options, const ModelPack& pack, const ChosenData& data, ClassBits leftOut,
                  const Trainer& trainer, const TrainingLog& log)
{
    CardFacts facts;
    facts.pack = pack;
    facts.version = HOUNSFIELD_VERSION;
    facts.from = options.trainer.from ? options.trainer.from->name : "";
    facts.embeddings = embeddingsOf(options);
    facts.method = methodOf(options.trainer);
    facts.sets = cardSets(data.sets, facts.seen);
    const bool synthetic = options.data.folders.empty();
    if (synthetic || options.syntheticShare > 0) {
        const std::size_t validated = synthetic ? static_cast<std::size_t>(options.validationPatients) : 0;
        facts.sets.push_back({"synthetic patients", 0, validated, "all 32", true});
        facts.seen |= 0xFFFFFFFFu;
    }
    facts.seen &= ~leftOut;
    facts.broken = data.broken;
    facts.leftOut = leftOut;
    facts.seed = options.trainer.seed;
    tellOutcome(facts, trainer, log);
    return facts;
}

void takeOverModel(Options& options)
{
    options.trainer.from = std::make_shared<const ModelPack>(PackStore().open(options.from));
    // A file that is missing is told now, not after the last step.
    packBytes(*options.trainer.from);
    if (!options.ownWidths)
        options.trainer.widths = options.trainer.from->widths;
    options.input = options.trainer.from->input;
    if (!options.ownRoi)
        options.roi.assign(options.input.roi.begin(), options.input.roi.end());
}

/// "Liver Tumor=Liver"
std::pair<int, int> beginning(const std::string& text, const std::vector<ModelClass>& classes)
{
    const std::size_t sign = text.find('=');
    if (sign == std::string::npos)
        throw Error(ErrorKind::Usage,
                    "--begin-as takes two classes, as in \"Liver Tumor=Liver\", not \"" + text + "\".");
    return {classNamed(text.substr(0, sign), classes, "--begin-as").id,
            classNamed(text.substr(sign + 1), classes, "--begin-as").id};
}

void train(Options options, Progress& progress)
{
    options.out = outFolder(options.out);
    options.state = options.state.empty() ? options.out + ".state" : options.state;
    checkOutset(options.out, options.state);
    std::copy(options.widths.begin(), options.widths.end(), options.trainer.widths.encoder.begin());
    options.trainer.widths.firstConvolution = std::max(16, options.widths[0] / 2);
    if (!options.from.empty())
        takeOverModel(options);
    std::copy(options.roi.begin(), options.roi.end(), options.trainer.roi.begin());
    options.input.roi = options.trainer.roi;
    const ModelPack pack = describe(options);
    for (const std::string& text : options.beginsAs)
        options.trainer.beginsAs.push_back(beginning(text, pack.classes));
    for (const ModelClass& known : pack.classes)
        if (known.isLesion())
            options.trainer.emphasised |= bitOf(known.id);
    const ClassBits leftOut = classesNamed(options.leaveOut, pack.classes, "--leave-out");

    const bool madeUp = options.data.folders.empty();
    const ChosenData data =
        madeUp ? ChosenData{} : openData(options.data, pack.classes, options.trainer.seed);
    const std::vector<TrainingScan> validation = scansToValidate(options, pack, data.sets, leftOut);
    checkValidation(options.trainer, validation, allOf(pack.classes),
                    "--validation 0.2, or --validation-patients with synthetic scans");
    std::vector<std::string> further{"left out: " + namesOf(leftOut, pack.classes),
                                     "synthetic validation patients: " +
                                         std::to_string(madeUp ? options.validationPatients : 0)};
    if (!madeUp)
        further.push_back("augmentation: " + std::string(options.augment ? "yes" : "no") +
                          ", synthetic patients in a hundred scans: " +
                          std::to_string(std::lround(100 * options.syntheticShare)));
    options.trainer.purpose = purposeOf(options.trainer, pack.input, data.sets, further);

    Trainer trainer(options.trainer, tableFor(options, pack), options.state);
    if (const std::string note = trainer.precisionNote(); !note.empty())
        std::printf("%s\n", note.c_str());
    std::printf("%s",
                outsetNote(trainer.step(), options.trainer.steps, trainer.finished(), options.state).c_str());
    TrainingLog log(options.out + ".log.csv", pack.classes, trainer.step());

    SyntheticSource synthetic(pack.input, options.trainer.seed * 10000);
    std::unique_ptr<ScanSource> real, mixed;
    if (!madeUp) {
        real = std::make_unique<FolderSource>(data.sets, pack.input, options.trainer.seed, options.augment);
        mixed = std::make_unique<MixedSource>(*real, synthetic, options.syntheticShare);
    }
    LeftOut source(madeUp ? static_cast<ScanSource&>(synthetic) : *mixed, leftOut);
    trainer.run(
        source, validation,
        [&](const TrainingReport& report) {
            tell(report, options.trainer.steps);
            log.add(report);
        },
        progress);
    log.draw();
    if (trainer.stoppedEarly())
        std::printf("Stopped at step %lld: validation no longer gets better.\n",
                    static_cast<long long>(trainer.step()));
    writePack(pack, trainer.weightsSafetensors(),
              options.card.empty() ? modelCard(factsOf(options, pack, data, leftOut, trainer, log))
                                   : readText(options.card),
              options.out);
    std::printf("Wrote the model of step %lld to %s.\n", static_cast<long long>(trainer.bestStep()),
                options.out.c_str());
}

/// Told before training: a pack of other sizes could not be read.
std::function<std::string(const std::string&)> multipleOf(int unit)
{
    return [unit](const std::string& typed) {
        return std::atoi(typed.c_str()) % unit ? typed + " is no multiple of " + std::to_string(unit)
                                               : std::string();
    };
}

void addScanOptions(CLI::App& command, Options& options)
{
    command.add_option("--data", options.data.folders,
                       "Folders of labelled scans (docs/training.md); none: synthetic scans");
    addDataOptions(command, options.data);
    command
        .add_option("--validation-patients", options.validationPatients,
                    "Synthetic patients to validate on, where no --data is given")
        ->check(CLI::Range(0, 1000))
        ->capture_default_str();
    command
        .add_option(
            "--synthetic-share", options.syntheticShare,
            "Share of synthetic patients among the scans of --data, which keep what those scans do not show")
        ->check(CLI::Range(0.0, 0.9))
        ->capture_default_str();
    command.add_flag("--augment,!--no-augment", options.augment,
                     "Scans of --data: turn, scale and bend every window, change its contrast and noise, "
                     "draw lesions into healthy organs (default), or cut windows out as they are");
    command.add_option("--leave-out", options.leaveOut,
                       "Classes that are never shown, by name: \"Right Adrenal Gland,Gall Bladder\"");
}

} // namespace

std::function<void(Progress&)> addTrainCommand(CLI::App& app)
{
    auto options = std::make_shared<Options>();
    CLI::App* command =
        app.add_subcommand("train", "Train a model on synthetic scans or on folders of CT and masks");
    command
        ->add_option("--out", options->out,
                     "Folder of the model pack to write; OUT.log.csv and OUT.log.svg tell how it went")
        ->required();
    command->add_option("--state", options->state,
                        "File of the training state; training goes on where it stopped (default: OUT.state)");
    command->add_option("--from", options->from,
                        "Name or folder of a model to begin with; its spacing is kept, and its embeddings "
                        "and widths unless others are named");
    command
        ->add_option("--begin-as", options->beginsAs,
                     "Classes of the model that was --from whose head begins as another's, comma between: "
                     "\"Liver Tumor=Liver\"")
        ->delimiter(',')
        ->needs("--from");
    command->add_option("--embeddings", options->embeddings, "How the embeddings of classes are made")
        ->check(CLI::IsMember(embeddingWays()))
        ->capture_default_str();
    command
        ->add_option("--text-encoder", options->textEncoder,
                     "Folder of a text encoder (hounsfield-train text): it makes the embeddings, and becomes "
                     "part of the pack")
        ->excludes("--embeddings");
    addScanOptions(*command, *options);
    addTrainerOptions(*command, options->trainer);
    command->add_option("--warm-up", options->trainer.warmUpSteps, "Steps in which the learning rate grows")
        ->check(CLI::Range(0, 100000000))
        ->capture_default_str();
    command->add_option("--learning-rate", options->trainer.learningRate, "Largest learning rate")
        ->check(CLI::Range(1e-7, 1.0))
        ->capture_default_str();
    command
        ->add_option("--optimizer", options->optimizer,
                     "What learns: adamw, or muon for the backbone's convolutions and adamw for the rest")
        ->check(CLI::IsMember({"adamw", "muon"}))
        ->capture_default_str();
    command->add_option("--spacing", options->input.spacingMm, "Voxel size the model sees, mm")
        ->check(CLI::Range(0.5, 10.0))
        ->capture_default_str();
    command->add_option("--roi", options->roi, "Window in voxels along X Y Z, multiples of 8")
        ->expected(3)
        ->check(CLI::Range(16, 256))
        ->check(multipleOf(8))
        ->capture_default_str();
    command
        ->add_option("--widths", options->widths,
                     "Channels of the four stages, multiples of 16; with --from, of the model's: it grows, "
                     "and computes the same at first")
        ->expected(4)
        ->check(CLI::Range(16, 1024))
        ->check(multipleOf(16))
        ->capture_default_str();
    command->add_flag("--bfloat16,!--fp32", options->trainer.bfloat16,
                      "Backbone in bfloat16 (fast where the processor has it) or float32");
    command
        ->add_option("--seed", options->trainer.seed,
                     "Seed of weights, scans and the drawing of validation cases")
        ->check(CLI::Range(0, 80))
        ->capture_default_str();
    command->add_option("--name", options->name, "Name of the pack")->capture_default_str();
    command->add_option("--title", options->title, "One line that describes the pack");
    command
        ->add_option("--card", options->card,
                     "Model card to put into the pack (Markdown) instead of the one that is written")
        ->check(CLI::ExistingFile);
    command->add_option("--notice", options->notice, "What a person must know before trusting the model");
    return [options, command](Progress& progress) {
        options->ownEmbeddings = command->count("--embeddings") > 0;
        options->trainer.muon = options->optimizer == "muon";
        options->ownWidths = command->count("--widths") > 0;
        options->ownRoi = command->count("--roi") > 0;
        train(*options, progress);
    };
}

} // namespace hounsfield::training
