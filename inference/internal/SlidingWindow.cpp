// SPDX-License-Identifier: Apache-2.0
#include "inference/internal/SlidingWindow.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/zeros.h>

#include <algorithm>
#include <chrono>
#include <cstring>

namespace hounsfield {
namespace {

/// Tells how far the windows are, with the time left once one window has been timed.
class WindowClock {
public:
    WindowClock(std::string stage, std::size_t count, Progress& progress)
        : m_stage(std::move(stage)), m_count(count), m_progress(progress),
          m_start(std::chrono::steady_clock::now())
    {
        m_progress.step({m_stage, 0, std::nullopt});
    }
    void done(std::size_t finished)
    {
        const double seconds =
            std::chrono::duration<double>(std::chrono::steady_clock::now() - m_start).count();
        const double left = seconds / double(finished) * double(m_count - finished);
        m_progress.step({m_stage, double(finished) / double(m_count), left});
    }

private:
    std::string m_stage;
    std::size_t m_count;
    Progress& m_progress;
    std::chrono::steady_clock::time_point m_start;
};

std::int64_t voxelsOf(const Index3& size)
{
    return size[0] * size[1] * size[2];
}

/// A window of the image, zeros where it was padded. @param anything whether a value is not zero
at::Tensor windowOf(const WindowPlan& plan, const std::vector<float>& image, const Index3& start,
                    bool& anything)
{
    const Index3 &roi = plan.roi, &size = plan.image;
    at::Tensor input = at::zeros({1, 1, roi[0], roi[1], roi[2]}, at::kFloat);
    Index3 first, count, inImage;
    for (std::size_t a = 0; a < 3; ++a) {
        const std::int64_t from = start[a] - plan.padBefore[a];
        inImage[a] = std::max<std::int64_t>(0, from);
        first[a] = inImage[a] - from;
        count[a] = std::min(size[a], from + roi[a]) - inImage[a];
    }
    float* to = input.data_ptr<float>();
    anything = false;
    for (std::int64_t x = 0; x < count[0]; ++x)
        for (std::int64_t y = 0; y < count[1]; ++y) {
            const float* row =
                image.data() + ((inImage[0] + x) * size[1] + inImage[1] + y) * size[2] + inImage[2];
            std::memcpy(to + ((first[0] + x) * roi[1] + first[1] + y) * roi[2] + first[2], row,
                        static_cast<std::size_t>(count[2]) * sizeof(float));
            anything = anything || std::any_of(row, row + count[2], [](float v) { return v != 0; });
        }
    return input;
}

} // namespace

SlidingWindow::SlidingWindow(const Network& network, WindowPlan plan, const std::vector<float>& image)
    : SlidingWindow(
          network, [&network](const at::Tensor& window) { return network.run(window); }, std::move(plan),
          image)
{
}

SlidingWindow::SlidingWindow(const Network& network, Run run, WindowPlan plan,
                             const std::vector<float>& image)
    : m_network(network), m_run(std::move(run)), m_plan(std::move(plan)), m_image(image)
{
}

WindowFeatures SlidingWindow::compute(const Index3& start) const
{
    bool anything = false;
    const at::Tensor window = windowOf(m_plan, m_image, start, anything);
    if (!anything && m_air.reduced.defined())
        return m_air;
    const Network::Output out = m_run(window);
    WindowFeatures features{out.gap.cpu(), out.reduced.reshape({1, PromptHead::channels, -1})};
    if (!anything)
        m_air = features;
    return features;
}

std::vector<WindowFeatures> SlidingWindow::features(
    const FeatureBudget& budget, Progress& progress,
    const std::function<void(std::size_t, const WindowFeatures&)>& done) const
{
    FeatureKeeper keeper(static_cast<std::int64_t>(m_plan.starts.size()), voxelsOf(m_plan.roi), budget);
    std::vector<WindowFeatures> all(m_plan.starts.size());
    const auto kept = static_cast<std::size_t>(keeper.windowsKept());
    if (kept == 0)
        return all;
    WindowClock clock("looking at the scan", kept, progress);
    for (std::size_t w = 0; w < kept; ++w) {
        all[w] = keeper.keep(compute(m_plan.starts[w]));
        if (done)
            done(w, all[w]);
        clock.done(w + 1);
    }
    return all;
}

void SlidingWindow::add(Blend& blend, std::size_t window, const WindowFeatures& features,
                        const at::Tensor& embeddings) const
{
    const at::NoGradGuard inference;
    blend.add(window, features.reduced, m_network.head().controller(features.gap, embeddings));
}

Blend SlidingWindow::blended(const std::vector<WindowFeatures>& kept, const at::Tensor& embeddings,
                             const std::function<void(std::size_t)>& done) const
{
    Blend blend = emptyBlend(embeddings.size(0));
    for (std::size_t w = 0; w < m_plan.starts.size(); ++w) {
        add(blend, w, kept[w].reduced.defined() ? kept[w] : compute(m_plan.starts[w]), embeddings);
        done(w + 1);
    }
    return blend;
}

std::vector<std::vector<float>> SlidingWindow::logits(const std::vector<WindowFeatures>& kept,
                                                      const at::Tensor& embeddings, Progress& progress) const
{
    WindowClock clock("answering the prompt", m_plan.starts.size(), progress);
    return blended(kept, embeddings, [&](std::size_t finished) { clock.done(finished); }).logits();
}

std::vector<std::vector<std::uint8_t>> SlidingWindow::probabilities(const std::vector<WindowFeatures>& kept,
                                                                    const at::Tensor& embeddings,
                                                                    std::int64_t mostBytes,
                                                                    Progress& progress) const
{
    const std::int64_t classes = embeddings.size(0), perClass = 4 * voxelsOf(m_plan.image);
    // Windows that were not kept are computed again for every group of classes: then all classes go at once.
    const bool allKept =
        std::all_of(kept.begin(), kept.end(), [](const WindowFeatures& f) { return f.reduced.defined(); });
    const std::int64_t atOnce =
        allKept ? std::clamp<std::int64_t>(mostBytes / perClass, 1, classes) : classes;
    const std::int64_t groups = (classes + atOnce - 1) / atOnce;
    WindowClock clock("answering the prompt", m_plan.starts.size() * std::size_t(groups), progress);
    std::vector<std::vector<std::uint8_t>> all;
    for (std::int64_t group = 0; group < groups; ++group) {
        const std::int64_t first = group * atOnce, count = std::min(atOnce, classes - first);
        const Blend blend = blended(kept, embeddings.narrow(0, first, count), [&](std::size_t finished) {
            clock.done(std::size_t(group) * m_plan.starts.size() + finished);
        });
        for (auto& one : blend.probabilities())
            all.push_back(std::move(one));
    }
    return all;
}

} // namespace hounsfield
