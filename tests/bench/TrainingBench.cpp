// SPDX-License-Identifier: Apache-2.0
// One training step of the built-in model, by LibTorch and by the processor's own form, on the same window:
// bench_training [X Y Z].
#include "inference/internal/Device.h"
#include "inference/internal/PromptHead.h"
#include "inference/internal/Unet.h"
#include "inference/internal/UnetShapes.h"
#include "inference/internal/cpu/CpuBackbone.h"
#include "inference/internal/cpu/MatrixTiles.h"
#include "inference/training/Loss.h"
#include "inference/training/Trainer.h"
#include "inference/training/cpu/CpuTrainingUnet.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/tensor.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <numeric>

using namespace hounsfield;
using namespace hounsfield::training;

namespace {

constexpr std::int64_t classCount = 25; // what a window of the body asks for, about

TrainingPatch patchOf(const Index3& size)
{
    TrainingPatch patch;
    std::mt19937_64 random(1);
    for (std::int64_t v = 0; v < size[0] * size[1] * size[2]; ++v) {
        patch.labels.push_back(ClassBits(1) << (v / 64 % classCount));
        patch.image.push_back(std::uniform_real_distribution<float>(0, 1)(random));
    }
    patch.annotated = 0xFFFFFFFFu;
    return patch;
}

void byLibTorch(Weights& weights, const TrainingPatch& patch, const Index3& size,
                const std::vector<std::int64_t>& classes)
{
    const at::Tensor image = at::tensor(patch.image).reshape({1, 1, size[0], size[1], size[2]});
    const BackboneOutput out = unetForward(WeightScope(weights)("backbone"), image);
    const PromptHead head{WeightScope(weights)};
    const at::Tensor rows = weights.at("organ_embedding").index_select(0, at::tensor(classes, at::kLong));
    const at::Tensor logits =
        PromptHead::logits(head.reduce(out.features).flatten(2),
                           head.controller(head.gap(out.bottleneck), rows), passedByShutRelu)[0];
    std::vector<float> truth;
    for (const std::int64_t c : classes)
        for (const ClassBits bits : patch.labels)
            truth.push_back(float(bits >> c & 1));
    segmentationLoss(logits, at::tensor(truth).reshape({std::int64_t(classes.size()), -1})).backward();
}

/// The best of five, after one to warm up.
double secondsOf(const std::function<void()>& step)
{
    double best = 1e9;
    for (int n = 0; n < 6; ++n) {
        const auto since = std::chrono::steady_clock::now();
        step();
        if (n > 0)
            best = std::min(best,
                            std::chrono::duration<double>(std::chrono::steady_clock::now() - since).count());
    }
    return best;
}

void line(const char* what, double seconds, double beside)
{
    std::printf("| %s | %.2f | %.1f |\n", what, seconds, beside / seconds);
    std::fflush(stdout);
}

} // namespace

int main(int argc, char** argv)
{
    Index3 size{96, 96, 64};
    for (int a = 0; a < 3 && argc == 4; ++a)
        size[a] = std::atoll(argv[a + 1]);
    setUpMachine(0, at::kCPU);
    const TrainingPatch patch = patchOf(size);
    std::vector<std::int64_t> classes(classCount);
    std::iota(classes.begin(), classes.end(), 0);
    UnetWidths widths;
    widths.encoder = {16, 32, 64, 128};
    widths.firstConvolution = 16;
    Weights weights = freshUnetWeights(widths, 1);
    for (auto& [name, tensor] : weights)
        if (name != "organ_embedding")
            tensor.requires_grad_(true);
    std::printf("A window of %lld x %lld x %lld, %lld classes, forwards and backwards:\n\n| step | s | times "
                "LibTorch's speed |\n|---|---|---|\n",
                (long long)size[0], (long long)size[1], (long long)size[2], (long long)classCount);
    const double torch = secondsOf([&] { byLibTorch(weights, patch, size, classes); });
    line("LibTorch, fp32", torch, torch);
    for (const bool bfloat16 : {false, true}) {
        if (bfloat16 && !CpuBackbone::computesInBFloat16())
            continue;
        CpuTrainingUnet network(weights, size, bfloat16);
        std::string name = "own, fp32";
        if (bfloat16)
            name = hasMatrixTiles() ? "own, bf16 maps, matrix tiles" : "own, bf16 maps";
        line(name.c_str(), secondsOf([&] { network.addGradients(weights, patch, classes, 1); }), torch);
    }
    return 0;
}
