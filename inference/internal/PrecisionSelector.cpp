// SPDX-License-Identifier: Apache-2.0
#include "inference/internal/PrecisionSelector.h"

#include "inference/internal/Blend.h"

#include <ATen/ops/empty.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cmath>
#include <optional>

namespace hounsfield {
namespace {

double secondsSince(const std::chrono::steady_clock::time_point& start)
{
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

double secondsOf(const Network& network, const at::Tensor& window, const Progress& progress)
{
    const auto start = std::chrono::steady_clock::now();
    network.run(window, &progress).reduced.cpu();
    return secondsSince(start);
}

/// The logits of every class on the trial's window, by the kernels of a whole run.
std::vector<std::vector<float>> logitsOf(const Network& network, const std::vector<ModelClass>& classes,
                                         const at::Tensor& window, const Progress& progress)
{
    const Index3 size{window.size(2), window.size(3), window.size(4)};
    const WindowPlan plan = WindowPlan::make(size, size, 0);
    std::vector<int> ids;
    for (const ModelClass& known : classes)
        ids.push_back(known.id);
    const Network::Output out = network.run(window, &progress);
    Blend blend(plan, std::int64_t(ids.size()), network.device());
    blend.add(0, out.reduced.reshape({1, PromptHead::channels, -1}),
              network.head().controller(out.gap.cpu(), network.embeddings(ids)));
    return blend.logits();
}

struct Distance {
    double mean = 0;    ///< where either is 0.1 or more
    double flipped = 0; ///< part of the voxels on the other side of the threshold
    bool within() const { return mean <= largestDifference && flipped <= largestFlipped; }
};

Distance distance(const std::vector<std::vector<float>>& exact, const std::vector<std::vector<float>>& other,
                  const std::vector<ModelClass>& classes)
{
    const auto probability = [](float logit) { return 1 / (1 + std::exp(-double(logit))); };
    double sum = 0, counted = 0, flipped = 0, all = 0;
    for (std::size_t k = 0; k < exact.size(); ++k)
        for (std::size_t v = 0; v < exact[k].size(); ++v) {
            const double p = probability(exact[k][v]), q = probability(other[k][v]);
            if (std::max(p, q) >= 0.1) {
                sum += std::abs(p - q);
                ++counted;
            }
            flipped += (p > classes[k].threshold) != (q > classes[k].threshold);
            ++all;
        }
    return {counted > 0 ? sum / counted : 0, all > 0 ? flipped / all : 0};
}

/// A number as any locale has it in English.
std::string number(double value, int digits)
{
    char text[32];
    const auto end = std::to_chars(text, text + sizeof text, value, std::chars_format::fixed, digits);
    return {text, end.ptr};
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
                const double u = 2.0 * double(x) / double(roi[0]) - 1,
                             v = 2.0 * double(y) / double(roi[1]) - 1,
                             w = 2.0 * double(z) / double(roi[2]) - 1;
                // Air, a skin of fat, soft tissue, an organ in it, a vessel and a piece of bone: values of
                // the published HU window.
                const double fromAxis = u * u + v * v;
                double value = fromAxis > 0.75 ? 0.18 : 0.52;
                if (fromAxis > 0.9)
                    value = 0;
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

PrecisionSelector::PrecisionSelector(const Weights& weights, const ModelPack& pack, const at::Device& device,
                                     std::vector<Precision> candidates)
    : m_weights(weights), m_pack(pack), m_device(device), m_candidates(std::move(candidates))
{
}

Index3 PrecisionSelector::trialSize(const Index3& roi)
{
    Index3 size;
    for (std::size_t a = 0; a < 3; ++a)
        size[a] = std::min(roi[a], std::max<std::int64_t>(32, roi[a] / 3 / 32 * 32));
    return size;
}

bool PrecisionSelector::isLongerThanTrial(std::int64_t windows, const Index3& roi)
{
    const Index3 trial = trialSize(roi);
    return windows * roi[0] * roi[1] * roi[2] > 6 * trial[0] * trial[1] * trial[2];
}

PrecisionChoice PrecisionSelector::choose(Progress& progress) const
{
    const auto tell = [&](std::size_t done) {
        progress.step({"comparing precisions", double(done) / double(m_candidates.size()), std::nullopt});
    };
    tell(0);
    const at::Tensor window = trialWindow(trialSize(m_pack.input.roi));
    const Network float32(m_weights, m_device, Precision::Fp32);
    const auto exact = logitsOf(float32, m_pack.classes, window, progress);
    PrecisionChoice choice{Precision::Fp32, "Computed in float32."};
    std::optional<double> seconds, fastest;
    for (std::size_t c = 0; c < m_candidates.size(); ++c) {
        if (m_candidates[c] == Precision::Fp32)
            continue;
        tell(c);
        const std::string name = nameOf(m_candidates[c]);
        const Network other(m_weights, m_device, m_candidates[c]);
        const Distance d = distance(exact, logitsOf(other, m_pack.classes, window, progress), m_pack.classes);
        const std::string apart = "its probabilities differ from float32's by " + number(d.mean, 3) +
                                  " and " + number(100 * d.flipped, 2) +
                                  " % of its voxels change on a test window";
        if (!d.within()) {
            if (choice.precision == Precision::Fp32)
                choice.reason = "Computed in float32: " + name + " is not near enough, " + apart +
                                " (at most 0.01 and 0.1 %).";
            continue;
        }
        // In turn, the faster of two each: other programs disturb both alike.
        double own = secondsOf(other, window, progress);
        if (!seconds)
            seconds = secondsOf(float32, window, progress);
        own = std::min(own, secondsOf(other, window, progress));
        seconds = std::min(*seconds, secondsOf(float32, window, progress));
        const std::string times = number(*seconds / own, 1) + " times as fast here as float32";
        // What is hardly faster is not worth its rounding.
        if (own * 1.05 < fastest.value_or(*seconds)) {
            fastest = own;
            choice = {m_candidates[c], "Computed in " + name + ": " + times + ", " + apart + "."};
        } else if (choice.precision == Precision::Fp32) {
            choice.reason = "Computed in float32: " + name + " is " + times + ".";
        }
    }
    return choice;
}

double timedWindow(const Network& network, const Index3& roi, Progress& progress)
{
    const Index3 size = PrecisionSelector::trialSize(roi);
    const at::Tensor window = trialWindow(size);
    network.run(window, &progress); // lays the weights out
    const double seconds = secondsOf(network, window, progress);
    return seconds * double(roi[0] * roi[1] * roi[2]) / double(size[0] * size[1] * size[2]);
}

} // namespace hounsfield
