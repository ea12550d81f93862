// SPDX-License-Identifier: Apache-2.0
#include "app/cli/Commands.h"
#include "app/cli/TerminalProgress.h"
#include "inference/PackStore.h"
#include "volume/NumberText.h"

#include <CLI/CLI.hpp>

#include <iostream>

namespace hounsfield::cli {
namespace {

struct Options {
    std::string name, checkpoint, newName, textEncoder, vocabulary;
    bool accepted = false;
};

std::string megabytes(std::uint64_t bytes)
{
    return fixedText(static_cast<double>(bytes) / 1e6, 1) + " MB";
}

std::string textEncoderLine(const ModelPack& pack)
{
    if (!pack.textEncoder)
        return "none (its classes by name)";
    const TextEncoderSettings& text = *pack.textEncoder;
    return text.tokenizer + ", width " + std::to_string(text.width) + ", " + std::to_string(text.blocks) +
           " blocks, " + std::to_string(text.vocabulary) + " tokens" +
           (text.recognitionFile.empty() ? ": words beyond its classes are zero-shot"
                                         : ": it tells which of its classes words beyond the list mean");
}

int list()
{
    const PackStore store;
    for (const PackStore::Listed& one : store.list()) {
        std::cout << one.name << "\n  "
                  << (one.pack ? one.pack->title + ", version " + one.pack->version
                               : "cannot be used: " + one.problem)
                  << "\n  ";
        if (one.pack)
            std::cout << "Licence: " << one.pack->licence
                      << "\n  Text encoder: " << (one.pack->textEncoder ? "yes" : "no") << "\n  ";
        std::cout << one.where << (one.bytes > 0 ? ", " + megabytes(one.bytes) : "") << '\n';
    }
    std::cout << "Models are installed in " << store.folder().string() << '\n';
    return 0;
}

int info(const std::string& name)
{
    const ModelPack pack = PackStore().open(name);
    std::cout << pack.name << ": " << pack.title << "\nVersion: " << pack.version
              << "\nLicence: " << pack.licence << "\nSource: " << pack.source
              << "\nWhere: " << pack.files->describe() << "\nSize: " << megabytes(packBytes(pack))
              << "\nText encoder: " << textEncoderLine(pack)
              << "\nSHA-256 of the weights: " << pack.weightsSha256 << "\nVoxels: " << pack.input.spacingMm
              << " mm\n";
    if (!pack.notice.empty())
        std::cout << "Note: " << pack.notice << '\n';
    std::cout << "Classes:";
    for (const ModelClass& known : pack.classes)
        std::cout << (known.id == pack.classes.front().id ? " " : ", ") << known.name;
    std::cout << "\n\n";
    try {
        std::cout << pack.files->read("card.md");
    } catch (const Error&) {
        std::cout << "It has no model card.\n";
    }
    return 0;
}

int verify(const std::string& name)
{
    TerminalProgress progress(false);
    verifyPack(PackStore().open(name), progress);
    progress.finishLine();
    std::cout << "The model " << name << " is whole: every file has the SHA-256 it was made with.\n";
    return 0;
}

int import(const Options& options)
{
    if (!options.accepted) {
        std::cout << publishedLicenceText();
        throw Error(ErrorKind::Usage, "Read the licence above and say that you accept it with "
                                      "--accept-licence. Nothing was installed.");
    }
    TerminalProgress progress(false);
    const ModelPack pack = PackStore().import(
        {options.checkpoint, options.newName, options.textEncoder, options.vocabulary}, progress);
    progress.finishLine();
    std::cout << publishedLicenceText() << "\nInstalled as " << pack.name << " in " << pack.files->describe()
              << ".\nText encoder: " << textEncoderLine(pack) << "\nUse it with: --model " << pack.name
              << '\n';
    return 0;
}

int addTextEncoder(const Options& options)
{
    TerminalProgress progress(false);
    const ModelPack pack =
        PackStore().addTextEncoder(options.name, options.textEncoder, options.vocabulary, progress);
    progress.finishLine();
    std::cout << "The model " << pack.name << " in " << pack.files->describe()
              << " has a text encoder now: " << textEncoderLine(pack) << ".\n";
    return 0;
}

} // namespace

void addModel(CLI::App& app, Command& chosen)
{
    auto options = std::make_shared<Options>();
    CLI::App* model = app.add_subcommand("model", "The models you have");
    model->require_subcommand(1);
    model->add_subcommand("list", "All models")->callback([&chosen] { chosen = list; });
    const auto named = [&](const char* word, const char* help, auto&& run) {
        CLI::App* command = model->add_subcommand(word, help);
        command->add_option("NAME", options->name, "Name or folder of the model")->required();
        command->callback(
            [options, &chosen, run] { chosen = [options, run] { return run(options->name); }; });
    };
    named("info", "Licence, classes and model card", info);
    named("verify", "Check every file against its hash", verify);
    named("remove", "Remove an installed model", [](const std::string& name) {
        PackStore().remove(name);
        std::cout << "Removed " << name << ".\n";
        return 0;
    });
    CLI::App* importing =
        model->add_subcommand("import", "Install a published checkpoint (.pth or .safetensors)");
    importing
        ->add_option("CHECKPOINT", options->checkpoint,
                     "clip_driven_universal_unet.pth or clip_driven_universal_swin_unetr.pth")
        ->required();
    importing->add_option(
        "--text-encoder", options->textEncoder,
        "CLIP's text encoder, for words beyond the classes: ViT-B-32.pt or model.safetensors");
    importing->add_option(
        "--vocabulary", options->vocabulary,
        "Its vocabulary: bpe_simple_vocab_16e6.txt.gz, merges.txt or a sentencepiece .model");
    importing->add_option("--name", options->newName, "What to call it (default: the file's name)");
    importing->add_flag("--accept-licence", options->accepted,
                        "You have read and accept the licence of the weights");
    importing->callback([options, &chosen] { chosen = [options] { return import(*options); }; });
    CLI::App* adding = model->add_subcommand(
        "add-text-encoder", "Give an installed model a text encoder, for words beyond its classes");
    adding->add_option("NAME", options->name, "Name or folder of the model")->required();
    adding
        ->add_option("--weights", options->textEncoder,
                     "ViT-B-32.pt, model.safetensors or a compact encoder's")
        ->required();
    adding
        ->add_option("--vocabulary", options->vocabulary,
                     "bpe_simple_vocab_16e6.txt.gz, merges.txt or a sentencepiece .model")
        ->required();
    adding->callback([options, &chosen] { chosen = [options] { return addTextEncoder(*options); }; });
}

} // namespace hounsfield::cli
