// SPDX-License-Identifier: Apache-2.0
#include "inference/training/Average.h"
#include "inference/PackWriter.h"
#include "inference/internal/PackWeights.h"
#include "inference/training/ClassEmbeddings.h"
#include "tests/support/Paths.h"
#include "tests/support/catch.h"
#include "tests/train/Boxes.h"
#include "tests/train/Sets.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/abs.h>
#include <ATen/ops/matmul.h>

#include <cmath>

using namespace hounsfield;
using namespace hounsfield::training;
using namespace hounsfield::test;

namespace {

/// Trained on from a pack for a few steps. @param table empty: its own embeddings
ModelPack trainedOn(const ModelPack& pack, const std::vector<std::vector<float>>& table,
                    const std::filesystem::path& folder)
{
    TrainerSettings settings = tinySettings(6);
    settings.from = std::make_shared<const ModelPack>(pack);
    BoxSource source;
    Progress silent;
    Trainer trainer(settings, table, folder.string() + ".state");
    trainer.run(
        source, [](const TrainingReport&) {}, silent);
    writePack(pack, trainer.weightsSafetensors(), "A test.\n", folder);
    return openPackFolder(folder);
}

} // namespace

TEST_CASE("the mean of a model and one trained on from it lies half way in every weight")
{
    const TemporaryFolder folder;
    const ModelPack first = tinyPack(folder.path() / "first"),
                    second = trainedOn(first, {}, folder.path() / "second");
    writePack(second, averagedWeights(first, second), "A test.\n", folder.path() / "mean");
    const Weights a = packWeights(first), b = packWeights(second),
                  mean = packWeights(openPackFolder(folder.path() / "mean"));
    double moved = 0;
    for (const auto& [name, tensor] : mean) {
        INFO(name);
        const at::Tensor wanted = 0.5 * (a.at(name) + b.at(name));
        CHECK((tensor - wanted).abs().max().item<double>() <= 1e-3 * (1 + wanted.abs().max().item<double>()));
        moved = std::max(moved, (b.at(name) - a.at(name)).abs().max().item<double>());
    }
    CHECK(moved > 1e-3);
}

TEST_CASE("models of other classes or other embeddings are not averaged")
{
    const TemporaryFolder folder;
    const ModelPack first = tinyPack(folder.path() / "first");
    ModelPack fewer = first;
    fewer.classes.pop_back();
    CHECK_THROWS_WITH(averagedWeights(first, fewer),
                      Catch::Matchers::Contains("do not know the same classes"));
    const ModelPack other =
        trainedOn(first, classEmbeddings("one-hot", first.classes), folder.path() / "other");
    CHECK_THROWS_WITH(averagedWeights(first, other), Catch::Matchers::Contains("have other embeddings"));
}

TEST_CASE("a class may begin as another: its head is made of what made the other's, and those of all others "
          "stay near what they were")
{
    const TemporaryFolder folder;
    const ModelPack pack = tinyPack(folder.path() / "pack");
    TrainerSettings settings = tinySettings(6);
    settings.from = std::make_shared<const ModelPack>(pack);
    settings.beginsAs = {{27, 6}};
    // Rows made of words that classes share cannot part freely; these can.
    const auto table = classEmbeddings("one-hot", pack.classes);
    const Trainer untrained(settings, table, folder.path() / "state");
    writePack(pack, untrained.weightsSafetensors(), "A test.\n", folder.path() / "begun");
    const auto shown = [](const ModelPack& model) {
        const Weights weights = packWeights(model);
        return at::matmul(weights.at("organ_embedding"), weights.at("text_to_vision.weight").t());
    };
    const at::Tensor before = shown(pack), begun = shown(openPackFolder(folder.path() / "begun"));
    const double length = before.norm().item<double>() / std::sqrt(32.0);
    for (std::int64_t row = 0; row < 32; ++row) {
        INFO(row);
        CHECK((begun[row] - before[row == 26 ? 5 : row]).norm().item<double>() < 0.05 * length);
    }
    CHECK((begun[26] - before[5]).norm().item<double>() <
          0.1 * (before[26] - before[5]).norm().item<double>());
}
