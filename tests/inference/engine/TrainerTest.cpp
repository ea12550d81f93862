// SPDX-License-Identifier: Apache-2.0
#include "inference/training/Trainer.h"
#include "inference/internal/PromptHead.h"
#include "inference/training/CarriedHead.h"
#include "inference/training/ConceptEmbedding.h"
#include "inference/training/Loss.h"
#include "tests/support/Paths.h"
#include "tests/support/catch.h"

#include <ATen/Context.h>
#include <ATen/TensorOperators.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/full.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/norm.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/randn.h>
#include <ATen/ops/zeros.h>

#include <cmath>

using namespace hounsfield;
using namespace hounsfield::training;
using namespace hounsfield::test;

namespace {

/// A bright box is class 1; class 2 is annotated nowhere.
class BoxSource final : public ScanSource {
public:
    TrainingScan next() override
    {
        TrainingScan scan;
        scan.size = {16, 16, 16};
        scan.image.assign(4096, 0.2f);
        scan.labels.assign(4096, 0);
        scan.annotated = 1;
        for (int x = 4; x < 12; ++x)
            for (int y = 4; y < 12; ++y)
                for (int z = 4; z < 12; ++z) {
                    scan.image[static_cast<std::size_t>((x * 16 + y) * 16 + z)] = 0.8f;
                    scan.labels[static_cast<std::size_t>((x * 16 + y) * 16 + z)] = 1;
                }
        return scan;
    }
};

TrainerSettings small()
{
    TrainerSettings settings;
    settings.widths = {{16, 16, 16, 16}, 8};
    settings.roi = {16, 16, 16};
    settings.steps = 20;
    settings.warmUpSteps = 5;
    settings.batch = 1;
    settings.device = "cpu";
    settings.bfloat16 = false;
    settings.learningRate = 5e-3;
    settings.threads = 2;
    settings.poolSize = 1;
    return settings;
}

std::vector<std::vector<float>> embeddings()
{
    std::vector<std::vector<float>> rows;
    for (int c = 0; c < 32; ++c)
        rows.push_back(conceptEmbedding("class " + std::to_string(c)));
    return rows;
}

} // namespace

TEST_CASE("the loss is that of the formula")
{
    // Logit 0: probability one half, cross-entropy ln 2. 10 voxels, 4 of them true: Dice 2*2/(5+4+1).
    at::Tensor truth = at::zeros({1, 10});
    truth.narrow(1, 0, 4).fill_(1);
    CHECK(segmentationLoss(at::zeros({1, 10}), truth).item<double>() == Approx(std::log(2.0) + 1 - 4.0 / 10));
    CHECK(segmentationLoss(at::full({2, 10}, 50.0), at::ones({2, 10})).item<double>() ==
          Approx(1 - 20.0 / 21));
    // A class that is not there: cross-entropy alone, ten times.
    CHECK(segmentationLoss(at::zeros({1, 10}), at::zeros({1, 10})).item<double>() ==
          Approx(10 * std::log(2.0)));
}

TEST_CASE("what is small weighs as much as what is large, and no more than 250 times its voxels")
{
    // 10,000 voxels, 20 of them true: cross-entropy times 10000/(10*20) = 50. Three true ones: 250 at most.
    at::Tensor truth = at::zeros({2, 10000});
    truth[0].narrow(0, 0, 20).fill_(1);
    truth[1].narrow(0, 0, 3).fill_(1);
    const auto dice = [](double there) { return 1 - there / (5000 + there + 1); };
    CHECK(segmentationLoss(at::zeros({2, 10000}), truth).item<double>() ==
          Approx(0.5 * (50 * std::log(2.0) + dice(20) + 250 * std::log(2.0) + dice(3))));
}

TEST_CASE("a head that is shut wherever its class lies learns to open, and its logits are those of the "
          "published head")
{
    // Both layers: one unit that is shut for every input, and a last weight that would raise the logit.
    at::Tensor parameters = at::zeros({1, 1, 153});
    parameters[0][0][0] = 1;    // w1
    parameters[0][0][64] = 1;   // w2
    parameters[0][0][128] = 1;  // w3
    parameters[0][0][136] = -5; // b1
    parameters[0][0][152] = -4; // b3
    const at::Tensor reduced = at::ones({1, 8, 10});
    at::Tensor plain = parameters.clone().set_requires_grad(true),
               open = parameters.clone().set_requires_grad(true);
    const at::Tensor a = PromptHead::logits(reduced, plain)[0],
                     b = PromptHead::logits(reduced, open, passedByShutRelu)[0];
    CHECK(at::equal(a, b));
    segmentationLoss(a, at::ones({1, 10})).backward();
    segmentationLoss(b, at::ones({1, 10})).backward();
    const at::Tensor nothing = plain.grad()[0][0], something = open.grad()[0][0];
    CHECK(nothing[136].item<double>() == 0);
    CHECK(something[136].item<double>() ==
          Approx(0.1 * 0.1 * something[152].item<double>())); // through two shut units
    CHECK(something[136].item<double>() < 0);                 // the step opens it

    // Where the class is absent the step would shut the unit further: nothing passes, and nothing drifts.
    open.mutable_grad().zero_();
    segmentationLoss(PromptHead::logits(reduced, open, passedByShutRelu)[0], at::zeros({1, 10})).backward();
    CHECK(open.grad()[0][0][136].item<double>() == 0);
    CHECK(open.grad()[0][0][152].item<double>() > 0);
}

TEST_CASE("a trained head keeps what it knows of its classes when their embeddings change")
{
    at::manual_seed(3);
    const at::Tensor weight = at::randn({256, 512}), before = at::randn({32, 512}),
                     after = at::randn({32, 512});
    const at::Tensor wanted = at::matmul(before, weight.t()),
                     kept = at::matmul(after, carriedHead(weight, before, after).t());
    CHECK((kept - wanted).norm().item<double>() < 0.01 * wanted.norm().item<double>());
    // The same table: nearly the same answers. Two rows alike that were not: no weight grows without bound.
    at::Tensor alike = after.clone();
    alike[1] = alike[0];
    CHECK(carriedHead(weight, before, alike).norm().item<double>() < 10 * weight.norm().item<double>());
}

TEST_CASE("training makes the loss smaller, and goes on where it stopped")
{
    const TemporaryFolder folder;
    const auto state = folder.path() / "state";
    BoxSource source;
    Progress silent;
    std::vector<double> losses;
    const auto note = [&](const TrainingReport& report) { losses.push_back(report.loss); };
    {
        Trainer trainer(small(), embeddings(), state);
        trainer.run(source, note, silent);
        CHECK(trainer.step() == 20);
    }
    TrainerSettings longer = small();
    longer.steps = 40;
    Trainer trainer(longer, embeddings(), state);
    CHECK(trainer.step() == 20);
    trainer.run(source, note, silent);
    CHECK(trainer.step() == 40);
    REQUIRE(losses.size() == 4);
    CHECK(losses.back() < losses.front() * 0.8);
}

TEST_CASE("a state of another architecture is refused")
{
    const TemporaryFolder folder;
    const auto state = folder.path() / "state";
    BoxSource source;
    Progress silent;
    TrainerSettings one = small();
    one.steps = 1;
    Trainer(one, embeddings(), state)
        .run(
            source, [](const TrainingReport&) {}, silent);
    one.widths.encoder = {16, 16, 16, 32};
    CHECK_THROWS_AS(Trainer(one, embeddings(), state), Error);
}

TEST_CASE("a patch is cut where its centre says, with its labels, and padded where the scan ends")
{
    TrainingScan scan = BoxSource().next();
    std::mt19937_64 random(3);
    for (int attempt = 0; attempt < 20; ++attempt) {
        const TrainingPatch patch = randomPatch(scan, {24, 16, 8}, random);
        REQUIRE(patch.image.size() == 24 * 16 * 8);
        for (std::size_t v = 0; v < patch.image.size(); ++v)
            if (patch.labels[v])
                REQUIRE(patch.image[v] > 0.5f);
    }
}

TEST_CASE(
    "a favoured class is the middle of a third of the windows, and of one in forty-eight among 32 without")
{
    // Class 1 is one voxel in a corner, class 2 one in the other, the rest are nowhere: a window of one voxel
    // tells what it is about.
    TrainingScan scan;
    scan.size = {41, 41, 41};
    scan.image.assign(41 * 41 * 41, 1.0f);
    scan.labels.assign(scan.image.size(), 0);
    scan.labels.front() = 1;
    scan.labels.back() = 2;
    scan.annotated = 0xFFFFFFFFu;
    const auto share = [&](ClassBits favoured) {
        scan.favoured = favoured;
        std::mt19937_64 random(11);
        int about = 0;
        for (int attempt = 0; attempt < 3000; ++attempt)
            about += randomPatch(scan, {1, 1, 1}, random).labels[0] == 1;
        return about / 3000.0;
    };
    CHECK(share(0) == Approx(1 / 48.0).margin(0.01));
    CHECK(share(1) == Approx(1 / 3.0 + 1 / 96.0).margin(0.03));
}

TEST_CASE("embeddings of names that share a word are nearer than those that share none")
{
    const auto cosine = [](const std::vector<float>& a, const std::vector<float>& b) {
        double ab = 0, aa = 0, bb = 0;
        for (std::size_t i = 0; i < a.size(); ++i) {
            ab += a[i] * b[i];
            aa += a[i] * a[i];
            bb += b[i] * b[i];
        }
        return ab / std::sqrt(aa * bb);
    };
    const auto left = conceptEmbedding("Left Kidney");
    CHECK(left == conceptEmbedding("Left Kidney"));
    CHECK(cosine(left, conceptEmbedding("Right Kidney")) > 0.3);
    CHECK(std::abs(cosine(left, conceptEmbedding("Spleen"))) < 0.2);
}
