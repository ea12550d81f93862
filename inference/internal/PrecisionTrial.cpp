#include "inference/internal/PrecisionTrial.h"

#include "volume/ClassicLocale.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/abs.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/maximum.h>
#include <ATen/ops/sigmoid.h>

#include <chrono>
#include <cmath>
#include <cstdio>

namespace hounsfield {
namespace {

struct Trial {
    double seconds = 0;
    at::Tensor probabilities; ///< classes x voxels, on the processor
};

Trial tryNetwork(const Network& network, const std::vector<ModelClass>& classes, const Index3& roi)
{
    const at::Tensor window = trialWindow(roi);
    network.run(window); // lays the weights out
    Trial trial;
    const auto start = std::chrono::steady_clock::now();
    const Network::Output out = network.run(window);
    const at::Tensor reduced = out.reduced.cpu().flatten(2);
    trial.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    std::vector<int> ids;
    for (const ModelClass& known : classes)
        ids.push_back(known.id);
    const at::Tensor parameters = network.head().controller(out.gap.cpu(), network.embeddings(ids));
    trial.probabilities = at::sigmoid(PromptHead::logits(reduced, parameters)[0]);
    return trial;
}

struct Distance {
    double mean = 0;    ///< where either is 0.1 or more
    double flipped = 0; ///< part of the voxels on the other side of 0.5
    bool within() const { return mean <= largestDifference && flipped <= largestFlipped; }
};

Distance distance(const at::Tensor& exact, const at::Tensor& other)
{
    const at::Tensor counts = at::maximum(exact, other).ge(0.1);
    const double counted = counts.sum().item<double>();
    Distance d;
    d.mean = counted > 0 ? ((exact - other).abs() * counts).sum(at::kDouble).item<double>() / counted : 0.0;
    d.flipped = exact.gt(0.5).ne(other.gt(0.5)).sum().item<double>() / double(exact.numel());
    return d;
}

std::string print(const char* format, const char* name, double times, double mean)
{
    const ClassicLocale numbersAsInC;
    char text[256];
    std::snprintf(text, sizeof text, format, name, times, mean);
    return text;
}

} // namespace

at::Tensor trialWindow(const Index3& roi)
{
    at::Tensor window = at::empty({1, 1, roi[0], roi[1], roi[2]}, at::kFloat);
    float* to = window.data_ptr<float>();
    std::uint32_t noise = 1;
    for (std::int64_t x = 0; x < roi[0]; ++x)
        for (std::int64_t y = 0; y < roi[1]; ++y)
            for (std::int64_t z = 0; z < roi[2]; ++z) {
                const double u = 2.0 * double(x) / double(roi[0]) - 1, v = 2.0 * double(y) / double(roi[1]) - 1, w = 2.0 * double(z) / double(roi[2]) - 1;
                // Air, a skin of fat, soft tissue, an organ in it, a vessel and a piece of bone: values of the published HU window.
                double value = u * u + v * v > 0.9 ? 0 : u * u + v * v > 0.75 ? 0.18 : 0.52;
                if ((u - 0.3) * (u - 0.3) / 0.16 + v * v / 0.12 + w * w / 0.3 < 1)
                    value = 0.66;
                if ((u + 0.1) * (u + 0.1) + (v + 0.3) * (v + 0.3) < 0.01)
                    value = 0.78;
                if (u * u + (v + 0.62) * (v + 0.62) < 0.02)
                    value = 1;
                noise = noise * 1664525u + 1013904223u;
                value += value > 0 ? 0.06 * (double(noise >> 8) / 16777216.0 - 0.5) : 0;
                *to++ = float(std::clamp(value, 0.0, 1.0));
            }
    return window;
}

double secondsOfWindow(const Network& network, const Index3& roi)
{
    const at::Tensor window = trialWindow(roi);
    network.run(window);
    const auto start = std::chrono::steady_clock::now();
    network.run(window).reduced.cpu();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

PrecisionChoice fastestPrecision(const ModelPack& pack, const at::Device& device, const std::vector<Precision>& candidates)
{
    PrecisionChoice choice{std::make_unique<Network>(pack, device, Precision::Fp32), 0, ""};
    const Trial exact = tryNetwork(*choice.network, pack.classes, pack.input.roi);
    choice.seconds = exact.seconds;
    choice.reason = "Computed in float32.";
    for (const Precision precision : candidates) {
        if (precision == Precision::Fp32)
            continue;
        auto network = std::make_unique<Network>(pack, device, precision);
        const Trial trial = tryNetwork(*network, pack.classes, pack.input.roi);
        const Distance d = distance(exact.probabilities, trial.probabilities);
        if (!d.within() && choice.network->precision() == Precision::Fp32)
            choice.reason = print("Computed in float32: %s is %.1f times as fast here, but %.3f from its probabilities on a test window.", nameOf(precision).c_str(), exact.seconds / trial.seconds, d.mean);
        if (!d.within() || trial.seconds >= choice.seconds)
            continue;
        choice.network = std::move(network);
        choice.seconds = trial.seconds;
        choice.reason = print("Computed in %s: %.1f times as fast here as float32, its probabilities within %.3f of float32 on a test window.",
                            nameOf(precision).c_str(), exact.seconds / trial.seconds, d.mean);
    }
    return choice;
}

} // namespace hounsfield
