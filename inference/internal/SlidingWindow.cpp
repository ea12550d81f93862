#include "inference/internal/SlidingWindow.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/zeros.h>

#include <algorithm>
#include <chrono>
#include <cstring>

namespace hounsfield {
namespace {

/// Voxels of a window whose classes are computed at once: small enough to stay in the processor's cache.
constexpr std::int64_t voxelsAtOnceCpu = 16384;
/// On a graphics card launches cost more than memory.
constexpr std::int64_t voxelsAtOnceGpu = 1 << 20;

/// Tells how far the windows are, with the time left once one window has been timed.
class WindowClock {
public:
    WindowClock(std::string stage, std::size_t count, Progress& progress)
        : m_stage(std::move(stage)), m_count(count), m_progress(progress), m_start(std::chrono::steady_clock::now())
    {
        m_progress.step({m_stage, 0, std::nullopt});
    }
    void done(std::size_t finished)
    {
        const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - m_start).count();
        const double left = seconds / double(finished) * double(m_count - finished);
        m_progress.step({m_stage, double(finished) / double(m_count), left});
    }

private:
    std::string m_stage;
    std::size_t m_count;
    Progress& m_progress;
    std::chrono::steady_clock::time_point m_start;
};

/// The part of a window along one axis that lies inside the unpadded image.
struct Overlap {
    std::int64_t inWindow, inImage, count;
};

Overlap overlapAlong(const WindowPlan& plan, const Index3& start, int axis)
{
    const std::int64_t first = start[axis] - plan.padBefore[axis];
    const std::int64_t begin = std::max<std::int64_t>(0, first);
    const std::int64_t end = std::min(plan.image[axis], first + plan.roi[axis]);
    return {begin - first, begin, end - begin};
}

/// Calls row(position in window, position in image, length) for every run of voxels along Z that both have.
template <typename Row> void forEachRow(const WindowPlan& plan, const Index3& start, Row&& row)
{
    const Overlap x = overlapAlong(plan, start, 0), y = overlapAlong(plan, start, 1), z = overlapAlong(plan, start, 2);
    for (std::int64_t i = 0; i < x.count; ++i)
        for (std::int64_t j = 0; j < y.count; ++j)
            row(((x.inWindow + i) * plan.roi[1] + y.inWindow + j) * plan.roi[2] + z.inWindow,
                ((x.inImage + i) * plan.image[1] + y.inImage + j) * plan.image[2] + z.inImage, z.count);
}

std::int64_t voxelsOf(const Index3& size)
{
    return size[0] * size[1] * size[2];
}

/// The head over one window, in pieces that fit the cache. @return K x voxels on the CPU
at::Tensor windowLogits(const WindowFeatures& features, const at::Tensor& parameters)
{
    const std::int64_t classes = parameters.size(1), voxels = features.reduced.size(2);
    const std::int64_t atOnce = features.reduced.is_cuda() ? voxelsAtOnceGpu : voxelsAtOnceCpu;
    at::Tensor all = at::empty({classes, voxels}, features.reduced.options());
    for (std::int64_t begin = 0; begin < voxels; begin += atOnce) {
        const std::int64_t count = std::min(atOnce, voxels - begin);
        all.narrow(1, begin, count).copy_(PromptHead::logits(features.reduced.narrow(2, begin, count), parameters)[0]);
    }
    return all.to(at::kCPU);
}

} // namespace

SlidingWindow::SlidingWindow(const Network& network, WindowPlan plan, const std::vector<float>& image)
    : m_network(network), m_plan(std::move(plan)), m_image(image)
{
}

at::Tensor SlidingWindow::window(const Index3& start) const
{
    at::Tensor input = at::zeros({1, 1, m_plan.roi[0], m_plan.roi[1], m_plan.roi[2]}, at::kFloat);
    float* to = input.data_ptr<float>();
    forEachRow(m_plan, start, [&](std::int64_t inWindow, std::int64_t inImage, std::int64_t count) {
        std::memcpy(to + inWindow, m_image.data() + inImage, static_cast<std::size_t>(count) * sizeof(float));
    });
    return input;
}

WindowFeatures SlidingWindow::compute(const Index3& start) const
{
    const Network::Output out = m_network.run(window(start));
    return {out.gap, out.reduced.reshape({1, PromptHead::channels, -1})};
}

std::vector<WindowFeatures> SlidingWindow::features(std::int64_t budgetBytes, Progress& progress, const std::function<void(std::size_t, const WindowFeatures&)>& done) const
{
    const std::int64_t bytes = voxelsOf(m_plan.roi) * PromptHead::channels * static_cast<std::int64_t>(sizeof(float));
    const auto kept = static_cast<std::size_t>(
        std::min<std::int64_t>(budgetBytes / bytes, static_cast<std::int64_t>(m_plan.starts.size())));
    std::vector<WindowFeatures> all(m_plan.starts.size());
    if (kept == 0)
        return all;
    WindowClock clock("looking at the scan", kept, progress);
    for (std::size_t w = 0; w < kept; ++w) {
        all[w] = compute(m_plan.starts[w]);
        if (done)
            done(w, all[w]);
        clock.done(w + 1);
    }
    return all;
}

SlidingWindow::Blend SlidingWindow::emptyBlend(std::size_t classes) const
{
    const auto voxels = static_cast<std::size_t>(voxelsOf(m_plan.image));
    return {std::vector<std::vector<float>>(classes, std::vector<float>(voxels, 0.0f)), std::vector<float>(voxels, 0.0f)};
}

void SlidingWindow::add(Blend& blend, std::size_t window, const WindowFeatures& features, const at::Tensor& embeddings) const
{
    const at::NoGradGuard inference;
    const at::Tensor logits = windowLogits(features, m_network.head().controller(features.gap, embeddings));
    const float* from = logits.data_ptr<float>();
    const float* importance = m_plan.importance.data();
    const std::int64_t perClass = logits.size(1);
    forEachRow(m_plan, m_plan.starts[window], [&](std::int64_t inWindow, std::int64_t inImage, std::int64_t count) {
        for (std::int64_t i = 0; i < count; ++i)
            blend.weights[static_cast<std::size_t>(inImage + i)] += importance[inWindow + i];
        for (std::size_t k = 0; k < blend.sums.size(); ++k) {
            const float* row = from + static_cast<std::int64_t>(k) * perClass + inWindow;
            float* sum = blend.sums[k].data() + inImage;
            for (std::int64_t i = 0; i < count; ++i)
                sum[i] += importance[inWindow + i] * row[i];
        }
    });
}

std::vector<std::vector<float>> SlidingWindow::logits(const std::vector<WindowFeatures>& kept, const at::Tensor& embeddings,
                                                      Progress& progress) const
{
    Blend blend = emptyBlend(static_cast<std::size_t>(embeddings.size(0)));
    WindowClock clock("answering the prompt", m_plan.starts.size(), progress);
    for (std::size_t w = 0; w < m_plan.starts.size(); ++w) {
        add(blend, w, kept[w].reduced.defined() ? kept[w] : compute(m_plan.starts[w]), embeddings);
        clock.done(w + 1);
    }
    for (auto& sum : blend.sums)
        for (std::size_t v = 0; v < sum.size(); ++v)
            sum[v] /= blend.weights[v];
    return std::move(blend.sums);
}

} // namespace hounsfield
