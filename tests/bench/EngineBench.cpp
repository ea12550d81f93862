// SPDX-License-Identifier: Apache-2.0
// Figures of the engine: windows of the published sizes, head, second prompt; beside what this machine can do
// at most. bench_engine [--json FILE] [--device cpu|cuda:0] [--windows N]
#include "inference/internal/Device.h"
#include "inference/internal/PrecisionSelector.h"
#include "inference/internal/SlidingWindow.h"
#include "inference/internal/SwinUnetr.h"
#include "inference/internal/UnetShapes.h"
#include "tests/support/Formula.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/conv3d.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/ones.h>
#include <nlohmann/json.hpp>

#include <chrono>
#include <cstdio>
#include <fstream>
#include <numeric>

using namespace hounsfield;

namespace {

double seconds(const std::function<void()>& work)
{
    const auto start = std::chrono::steady_clock::now();
    work();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

double least(int times, const std::function<void()>& work)
{
    double best = seconds(work);
    while (--times > 0)
        best = std::min(best, seconds(work));
    return best;
}

double gflopsOf(double flop, const std::function<at::Tensor()>& work)
{
    const auto wait = [&] { work().flatten()[0].item<float>(); };
    wait();
    return flop / least(6, wait) / 1e9;
}

/// What this machine reaches at most, in GFLOP/s: the better of a large matrix product and a convolution of
/// middle size, by LibTorch.
double peak(const at::Device& device, at::ScalarType type)
{
    const auto options = at::TensorOptions().dtype(type).device(device);
    const std::int64_t n = device.is_cpu() ? 2048 : 8192, side = device.is_cpu() ? 48 : 96;
    const at::Tensor a = at::ones({n, n}, options), map = at::ones({1, 128, side, side, side}, options),
                     kernel = at::ones({128, 128, 3, 3, 3}, options), none;
    const double product = gflopsOf(2.0 * double(n * n) * double(n), [&] { return at::matmul(a, a); });
    const double convolution = gflopsOf(2.0 * 27 * 128 * 128 * double(side * side * side),
                                        [&] { return at::conv3d(map, kernel, none, 1, 1); });
    return std::max(product, convolution);
}

struct Model {
    const char* name;
    TensorShapes shapes;
    double flop; ///< of a window of 96^3
};

/// The backbone by LibTorch's own operators in float32: what there would be without a form for the processor.
nlohmann::ordered_json measureOperators(const Model& model, double peakGflops)
{
    const at::NoGradGuard inference;
    const Weights weights = toWeights(test::formulaWeights(model.shapes));
    const WeightScope backbone = WeightScope(weights)("backbone");
    const bool swin = weights.count("backbone.swinViT.patch_embed.proj.weight") > 0;
    const at::Tensor window = trialWindow({96, 96, 96});
    const double one = least(3, [&] {
        (swin ? swinUnetrForward(backbone, window) : unetForward(backbone, window))
            .features.flatten()[0]
            .item<float>();
    });
    const double rate = model.flop / one / 1e9;
    std::printf("| %s, fp32, LibTorch's operators, backbone alone | %.2f | %.0f | %.0f %% | |\n", model.name,
                one, rate, 100 * rate / peakGflops);
    std::fflush(stdout);
    return {{"model", model.name},
            {"precision", "fp32 by operators"},
            {"seconds_per_window", one},
            {"gflops", rate},
            {"of_peak", rate / peakGflops}};
}

std::vector<int> allIds()
{
    std::vector<int> ids(32);
    std::iota(ids.begin(), ids.end(), 1);
    return ids;
}

nlohmann::ordered_json measure(const Model& model, Precision precision, const at::Device& device,
                               double peakGflops)
{
    const Network network(toWeights(test::formulaWeights(model.shapes)), device, precision);
    const Index3 roi{96, 96, 96};
    const at::Tensor window = trialWindow(roi);
    Network::Output out = network.run(window);
    const double one = least(3, [&] { out = network.run(window), out.reduced.sum().item<float>(); });
    const WindowPlan plan = WindowPlan::make(roi, roi, 0);
    const at::Tensor table = network.embeddings(allIds()), reduced = out.reduced.reshape({1, 8, -1});
    Blend blend(plan, 32, device);
    const double head =
        least(3, [&] { blend.add(0, reduced, network.head().controller(out.gap.cpu(), table)); });
    const double rate = model.flop / one / 1e9;
    std::printf("| %s, %s | %.2f | %.0f | %.0f %% | %.0f ms (%.1f %%) |\n", model.name,
                nameOf(precision).c_str(), one, rate, 100 * rate / peakGflops, 1e3 * head, 100 * head / one);
    std::fflush(stdout);
    return {{"model", model.name},
            {"precision", nameOf(precision)},
            {"seconds_per_window", one},
            {"gflops", rate},
            {"peak_gflops", peakGflops},
            {"of_peak", rate / peakGflops},
            {"head_32_classes_seconds", head}};
}

/// A later prompt on a scan whose features are kept in half precision.
nlohmann::ordered_json secondPrompt(const at::Device& device, std::int64_t classes)
{
    const Index3 image{243, 201, 223}, roi{96, 96, 96};
    const std::vector<float> values(std::size_t(image[0] * image[1] * image[2]), 0.5f);
    const Network network(toWeights(test::formulaWeights(expectedUnetTensors({{16, 16, 16, 16}, 16}))),
                          device, Precision::Fp32);
    const at::Tensor reduced = at::ones({1, 8, 96 * 96 * 96}, at::TensorOptions().device(device)),
                     gap = at::ones({1, 256});
    const SlidingWindow windows(
        network,
        [&](const at::Tensor&) {
            return Network::Output{gap, reduced};
        },
        WindowPlan::make(image, roi, 0.5), values);
    Progress silent;
    const auto kept = windows.features(FeatureBudget{std::int64_t(5) << 28, 0, {}}, silent);
    const at::Tensor table = network.embeddings(allIds()).narrow(0, 0, classes);
    const double time =
        least(3, [&] { windows.probabilities(kept, table, std::int64_t(400) << 20, silent); });
    std::printf("| another prompt, %lld class(es), %zu windows of a 243 x 201 x 223 grid | %.2f s |\n",
                static_cast<long long>(classes), windows.plan().starts.size(), time);
    std::fflush(stdout);
    return {{"classes", classes}, {"windows", windows.plan().starts.size()}, {"seconds", time}};
}

at::ScalarType typeOf(Precision precision)
{
    if (precision == Precision::Fp32)
        return at::kFloat;
    return precision == Precision::Bf16 ? at::kBFloat16 : at::kHalf;
}

} // namespace

int main(int argc, char** argv)
{
    std::string json, where = "auto", only;
    for (int i = 1; i + 1 < argc; i += 2) {
        const std::string option = argv[i];
        if (option == "--json")
            json = argv[i + 1];
        else if (option == "--only")
            only = argv[i + 1];
        else
            where = argv[i + 1];
    }
    const at::Device device = chooseDevice(where);
    setUpMachine(0, device);
    nlohmann::ordered_json root{{"device", device.str()},
                                {"windows", nlohmann::ordered_json::array()},
                                {"prompts", nlohmann::ordered_json::array()}};
    const Model models[] = {{"U-Net 19 M", expectedUnetTensors(UnetWidths{}), 1.64e12},
                            {"Swin UNETR 62 M", expectedSwinTensors(), 0.64e12}};
    std::map<Precision, double> peaks;
    for (const Precision precision : precisionsOf(device)) {
        peaks[precision] = peak(device, typeOf(precision));
        std::printf("Peak of this machine in %s, matrix product or convolution: %.0f GFLOP/s\n",
                    nameOf(precision).c_str(), peaks[precision]);
    }
    std::printf(
        "\n| 96 x 96 x 96 window, 32 classes | s | GFLOP/s | of peak | head |\n|---|---|---|---|---|\n");
    for (const Model& model : models) {
        if (device.is_cpu() && (only.empty() || std::string(model.name).find(only) != std::string::npos))
            root["windows"].push_back(measureOperators(model, peaks.at(Precision::Fp32)));
        for (const auto& [precision, most] : peaks)
            if (only.empty() || std::string(model.name).find(only) != std::string::npos)
                root["windows"].push_back(measure(model, precision, device, most));
    }
    std::printf("\n| later prompts | |\n|---|---|\n");
    for (const std::int64_t classes : {1, 3, 32})
        root["prompts"].push_back(secondPrompt(device, classes));
    if (!json.empty())
        std::ofstream(json) << root.dump(2) << '\n';
    return 0;
}
