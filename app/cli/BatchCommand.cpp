// SPDX-License-Identifier: Apache-2.0
#include "app/cli/Batch.h"
#include "app/cli/Commands.h"
#include "inference/PackStore.h"
#include "inference/Understanding.h"

#include <CLI/CLI.hpp>

#include <iostream>

namespace hounsfield::cli {
namespace {

struct Options {
    std::string list, out, shard;
    std::size_t jobs = 1;
    bool again = false, collect = false, quiet = false;
    Asked asked;
};

bool anythingAsked(const Options& options)
{
    return options.asked.all || !options.asked.prompts.empty();
}

/// Says now which words of all prompts will not be obeyed. @returns false where nothing of --prompt was
/// understood, which a case needs
bool checkPrompts(const Options& options, const std::vector<Case>& cases, const ModelPack& pack)
{
    std::set<std::string> own;
    std::size_t without = 0;
    for (const Case& one : cases)
        one.prompt.empty() ? void(++without) : void(own.insert(one.prompt));
    if (without > 0 && !anythingAsked(options))
        throw Error(ErrorKind::Usage, "Say what to find with --prompt \"liver\", or --all for everything: " +
                                          std::to_string(without) +
                                          " of the list's rows have no prompt of their own.");
    Understanding understanding(pack);
    for (const std::string& text : own)
        std::cerr << refusals(understanding.read(text));
    if (!anythingAsked(options))
        return true;
    const Prompt prompt = understand(options.asked, pack);
    std::cerr << refusals(prompt);
    return without == 0 || !prompt.targets().empty();
}

void listNames(const char* what, const std::vector<std::string>& names)
{
    for (const std::string& name : names)
        std::cout << what << name << '\n';
}

/// Makes the tables from what is there; opens no scan.
int collect(const Options& options, const std::vector<Case>& cases)
{
    if (!std::filesystem::is_directory(options.out))
        throw Error(ErrorKind::Usage, "There is no folder " + options.out +
                                          " to collect from. Give --out as in the runs before.");
    const ModelPack pack = PackStore().open(given(options.asked.model));
    const Fits fits = [&](const Case& one, const nlohmann::ordered_json& done) {
        if (anythingAsked(options))
            return difference(done.at("request"), requestOf(one, options.asked, pack)).empty();
        // Nothing asked: whatever is done, unless a later try at it failed.
        return !CaseFolder(options.out, one.name).failed();
    };
    const Collected all = writeTables(options.out, cases, fits);
    for (const std::string& doubt : all.doubts)
        std::cerr << "Note: " << doubt << '\n';
    if (!options.quiet) {
        listNames("Missing: ", all.missing);
        listNames("Failed: ", all.failed);
        std::cout << all.done << " of " << cases.size() << " cases are in measurements.csv, "
                  << all.missing.size() << " missing, " << all.failed.size() << " failed"
                  << (all.failed.empty() ? ".\n" : ": see failed.csv.\n");
    }
    return all.done == cases.size() ? 0 : 7;
}

int batch(const Options& options)
{
    if (options.collect && !options.shard.empty())
        throw Error(ErrorKind::Usage, "--collect makes the tables of all shards: leave --shard out.");
    const Shard shard = options.shard.empty() ? Shard{} : shardOf(options.shard);
    const std::vector<Case> all = readCaseList(options.list);
    if (options.collect)
        return collect(options, all);
    const ModelPack pack = PackStore().open(given(options.asked.model));
    BatchOrder order{options.out,   options.asked, casesOf(all, shard),  options.jobs,
                     options.again, options.quiet, options.shard.empty()};
    if (order.cases.empty()) {
        if (!options.quiet)
            std::cout << "The list has only " << all.size() << " scans: nothing is left for shard "
                      << options.shard << ".\n";
        return 0;
    }
    if (!checkPrompts(options, order.cases, pack))
        return 6;
    return Batch(std::move(order), pack).run();
}

} // namespace

void addBatch(CLI::App& app, Command& chosen)
{
    auto options = std::make_shared<Options>();
    CLI::App* command = app.add_subcommand(
        "batch", "Find structures in many scans; goes on where it was stopped (docs/batch.md)");
    command
        ->add_option("LIST", options->list,
                     "CSV with a column scan (and case, series, prompt), or a text file of one path a line")
        ->required();
    command->add_option("--out", options->out, "Folder for the results: one folder a case, and tables of all")
        ->required();
    addAsked(*command, options->asked);
    command
        ->add_option("--jobs", options->jobs,
                     "Scans at a time, each in its own process; threads are shared out")
        ->check(CLI::Range(1, 256))
        ->capture_default_str();
    command->add_option("--shard", options->shard, "I/N: only every N-th case, from the I-th on");
    command->add_flag("--collect", options->collect,
                      "Make the tables from what is done, and say what is missing");
    command->add_flag("--again", options->again, "Also what is done already");
    command->add_flag("--quiet", options->quiet, "Say only what went wrong");
    command->callback([options, &chosen] { chosen = [options] { return batch(*options); }; });
}

} // namespace hounsfield::cli
