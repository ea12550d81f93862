// SPDX-License-Identifier: Apache-2.0
#include "app/train/Commands.h"
#include "app/train/Outset.h"
#include "inference/PackStore.h"
#include "inference/PackWriter.h"
#include "inference/training/Average.h"
#include "volume/Error.h"

#include <CLI/CLI.hpp>

#include <cstdio>

namespace hounsfield::training {
namespace {

struct Options {
    std::vector<std::string> models;
    std::string out;
};

void average(const Options& options)
{
    const std::string out = outFolder(options.out);
    checkPackPlace(out);
    const ModelPack a = PackStore().open(options.models[0]), b = PackStore().open(options.models[1]);
    ModelPack pack = b;
    pack.source = "The mean of the weights of two models: " + a.name + " (" + a.source + ") and " + b.name +
                  " (" + b.source + ")";
    writePack(
        pack, averagedWeights(a, b),
        "# " + pack.name + "\n\n" + pack.source +
            ".\n\nWhat it was trained on stands in the cards of these two. From which probability classes "
            "are marked is as in the second, and was chosen for that: choose again (`hounsfield-train "
            "thresholds`), and measure it before use (`hounsfield-train evaluate`).\n",
        out);
    std::printf("Wrote the mean of the two models to %s.\n", out.c_str());
}

} // namespace

std::function<void(Progress&)> addAverageCommand(CLI::App& app)
{
    auto options = std::make_shared<Options>();
    CLI::App* command =
        app.add_subcommand("average", "The mean of a model and one that was trained on from it: often "
                                      "steadier on scans of another kind than either");
    command->add_option("--models", options->models, "Names or folders of the two models")
        ->required()
        ->expected(2);
    command->add_option("--out", options->out, "Folder of the model pack to write")->required();
    return [options](Progress&) { average(*options); };
}

} // namespace hounsfield::training
