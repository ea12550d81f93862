#include "app/train/Commands.h"
#include "app/train/DataFolders.h"
#include "inference/training/ConceptEmbedding.h"
#include "inference/PackWriter.h"
#include "inference/training/SyntheticSource.h"
#include "inference/training/Trainer.h"

#include <CLI/CLI.hpp>

#include <cstdio>
#include <fstream>
#include <iterator>

namespace hounsfield::training {
namespace {

struct Options {
    TrainerSettings trainer;
    InputSettings input;
    std::string out, state, name = "small", title, card, notice;
    std::vector<std::string> data;
    std::vector<int> widths{16, 32, 64, 128};
    std::vector<std::int64_t> roi{64, 64, 48};
};

std::string readText(const std::string& file)
{
    std::ifstream in(file, std::ios::binary);
    if (!in)
        throw Error(ErrorKind::Usage, "The file " + file + " cannot be read.");
    return {std::istreambuf_iterator<char>(in), {}};
}

ModelPack describe(const Options& options)
{
    ModelPack pack;
    pack.name = options.name;
    pack.title = options.title.empty() ? options.name : options.title;
    pack.version = "1";
    pack.licence = "Apache-2.0";
    pack.source = "Trained with hounsfield-train on " + std::string(options.data.empty() ? "synthetic scans" : "the owner's scans");
    pack.notice = options.notice;
    pack.architecture = "unet";
    pack.widths = options.trainer.widths;
    pack.input = options.input;
    pack.promptTemplate = "A computerized tomography of a {}";
    pack.classes = universalClasses();
    pack.weightsFile = "weights.safetensors";
    return pack;
}

void print(const TrainingReport& report, std::int64_t steps)
{
    std::printf("step %lld of %lld  loss %.4f  %.2f s a step  %zu scans\n", static_cast<long long>(report.step),
                static_cast<long long>(steps), report.loss, report.secondsAStep, report.scans);
    std::fflush(stdout);
}

void train(Options options, Progress& progress)
{
    std::copy(options.widths.begin(), options.widths.end(), options.trainer.widths.encoder.begin());
    options.trainer.widths.firstConvolution = std::max(16, options.widths[0] / 2);
    std::copy(options.roi.begin(), options.roi.end(), options.trainer.roi.begin());
    options.input.roi = options.trainer.roi;
    const ModelPack pack = describe(options);

    std::vector<std::vector<float>> embeddings;
    for (const ModelClass& known : pack.classes)
        embeddings.push_back(conceptEmbedding(known.name));
    Trainer trainer(options.trainer, embeddings, options.state.empty() ? options.out + ".state" : options.state);
    if (trainer.step() > 0)
        std::printf("Going on at step %lld.\n", static_cast<long long>(trainer.step()));

    std::unique_ptr<ScanSource> source;
    if (options.data.empty())
        // A resumed run must not see the same made-up patients again; held-out seeds begin at 900,000.
        source = std::make_unique<SyntheticSource>(options.input, options.trainer.seed * 10000 + static_cast<std::uint64_t>(trainer.step()));
    else
        source = std::make_unique<FolderSource>(std::vector<std::filesystem::path>(options.data.begin(), options.data.end()),
                                                pack.classes, options.input, options.trainer.seed + static_cast<std::uint64_t>(trainer.step()));
    const std::int64_t steps = options.trainer.steps;
    trainer.run(*source, [steps](const TrainingReport& report) { print(report, steps); }, progress);
    writePack(pack, trainer.weightsSafetensors(), options.card.empty() ? "No model card was written.\n" : readText(options.card), options.out);
    std::printf("Wrote the model to %s.\n", options.out.c_str());
}

} // namespace

std::function<void(Progress&)> addTrainCommand(CLI::App& app)
{
    auto options = std::make_shared<Options>();
    CLI::App* command = app.add_subcommand("train", "Train a model on synthetic scans or on folders of CT and masks");
    command->add_option("--out", options->out, "Folder of the model pack to write")->required();
    command->add_option("--state", options->state, "File of the training state; training goes on where it stopped (default: OUT.state)");
    command->add_option("--data", options->data, "Folder with <case>/ct.nii.gz and <case>/segmentations/<class>.nii.gz; none: synthetic scans");
    command->add_option("--steps", options->trainer.steps, "Steps in all")->check(CLI::Range(1, 100000000))->capture_default_str();
    command->add_option("--batch", options->trainer.batch, "Windows a step")->check(CLI::Range(1, 64))->capture_default_str();
    command->add_option("--learning-rate", options->trainer.learningRate, "Largest learning rate")->check(CLI::Range(1e-7, 1.0))->capture_default_str();
    command->add_option("--spacing", options->input.spacingMm, "Voxel size the model sees, mm")->check(CLI::Range(0.5, 10.0))->capture_default_str();
    command->add_option("--roi", options->roi, "Window in voxels along X Y Z, multiples of 8")->expected(3)->check(CLI::Range(16, 256))->capture_default_str();
    command->add_option("--widths", options->widths, "Channels of the four stages, multiples of 16")->expected(4)->check(CLI::Range(16, 1024))->capture_default_str();
    command->add_flag("--bfloat16,!--fp32", options->trainer.bfloat16, "Backbone in bfloat16 (fast where the processor has it) or float32");
    command->add_option("--device", options->trainer.device, "auto, cpu or cuda:N")->capture_default_str();
    command->add_option("--threads", options->trainer.threads, "Threads (0: all cores)")->check(CLI::Range(0, 1024))->capture_default_str();
    command->add_option("--seed", options->trainer.seed, "Seed of weights and scans")->check(CLI::Range(0, 80))->capture_default_str();
    command->add_option("--pool", options->trainer.poolSize, "Scans kept in memory")->check(CLI::Range(1, 1000))->capture_default_str();
    command->add_option("--name", options->name, "Name of the pack")->capture_default_str();
    command->add_option("--title", options->title, "One line that describes the pack");
    command->add_option("--card", options->card, "Model card to put into the pack (Markdown)");
    command->add_option("--notice", options->notice, "What a person must know before trusting the model");
    return [options](Progress& progress) { train(*options, progress); };
}

} // namespace hounsfield::training
