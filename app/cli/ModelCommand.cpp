#include "app/cli/Commands.h"
#include "app/cli/TerminalProgress.h"
#include "inference/PackStore.h"

#include <CLI/CLI.hpp>

#include <iostream>

namespace hounsfield::cli {
namespace {

struct Options {
    std::string name, checkpoint, newName, textEncoder, vocabulary;
    bool accepted = false;
};

int list()
{
    const PackStore store;
    for (const PackStore::Listed& one : store.list())
        std::cout << one.name << "\n  " << (one.pack ? one.pack->title + ", version " + one.pack->version : "cannot be used: " + one.problem) << "\n  " << one.where << '\n';
    std::cout << "Models are installed in " << store.folder().string() << '\n';
    return 0;
}

int info(const std::string& name)
{
    const ModelPack pack = PackStore().open(name);
    std::cout << pack.name << ": " << pack.title << "\nVersion: " << pack.version << "\nLicence: " << pack.licence << "\nSource: " << pack.source
              << "\nWhere: " << pack.files->describe() << "\nSHA-256 of the weights: " << pack.weightsSha256 << "\nVoxels: " << pack.input.spacingMm << " mm\n";
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
    verifyPack(PackStore().open(name));
    std::cout << "The model " << name << " is whole: every file has the SHA-256 it was made with.\n";
    return 0;
}

int import(const Options& options)
{
    if (!options.textEncoder.empty() || !options.vocabulary.empty())
        throw Error(ErrorKind::Model, "This version cannot install a text encoder yet. Import the checkpoint without it: its 32 classes work by name.");
    if (!options.accepted) {
        std::cout << publishedLicenceText();
        throw Error(ErrorKind::Usage, "Read the licence above and say that you accept it with --accept-licence. Nothing was installed.");
    }
    TerminalProgress progress(false);
    const ModelPack pack = PackStore().import({options.checkpoint, options.newName, {}, {}}, progress);
    progress.finishLine();
    std::cout << publishedLicenceText() << "\nInstalled as " << pack.name << " in " << pack.files->describe() << ".\nUse it with: --model " << pack.name << '\n';
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
        command->callback([options, &chosen, run] { chosen = [options, run] { return run(options->name); }; });
    };
    named("info", "Licence, classes and model card", info);
    named("verify", "Check every file against its hash", verify);
    named("remove", "Remove an installed model", [](const std::string& name) {
        PackStore().remove(name);
        std::cout << "Removed " << name << ".\n";
        return 0;
    });
    CLI::App* importing = model->add_subcommand("import", "Install a published checkpoint (.pth or .safetensors)");
    importing->add_option("CHECKPOINT", options->checkpoint, "clip_driven_universal_unet.pth or clip_driven_universal_swin_unetr.pth")->required();
    importing->add_option("--text-encoder", options->textEncoder, "CLIP text encoder (not in this version)");
    importing->add_option("--vocabulary", options->vocabulary, "Its vocabulary (not in this version)");
    importing->add_option("--name", options->newName, "What to call it (default: the file's name)");
    importing->add_flag("--accept-licence", options->accepted, "You have read and accept the licence of the weights");
    importing->callback([options, &chosen] { chosen = [options] { return import(*options); }; });
}

} // namespace hounsfield::cli
