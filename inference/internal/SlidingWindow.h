// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "inference/internal/Blend.h"
#include "inference/internal/Network.h"
#include "inference/internal/WindowFeatures.h"
#include "volume/Progress.h"

#include <functional>
#include <vector>

namespace hounsfield {

/// Runs the windows of a plan and blends the logits of the classes asked for. A window that holds only zeros
/// (air, and what was padded) is run once, whatever their number: all give the same.
class SlidingWindow {
public:
    /// What a window becomes: usually Network::run.
    using Run = std::function<Network::Output(const at::Tensor& window)>;

    /// @param image values in [0, 1] of plan.image, Z fastest; must outlive this object, as must the network
    SlidingWindow(const Network& network, WindowPlan plan, const std::vector<float>& image);
    /// @param run instead of the network's own
    SlidingWindow(const Network& network, Run run, WindowPlan plan, const std::vector<float>& image);

    /// The backbone over the windows, in the plan's order, as long as the features fit the budget.
    /// @return one entry a window; empty tensors beyond the budget. @throws Cancelled between windows
    /// @param done told of every window as it is finished; may be empty
    std::vector<WindowFeatures> features(
        const FeatureBudget& budget, Progress& progress,
        const std::function<void(std::size_t, const WindowFeatures&)>& done = {}) const;
    /// All that fits in so much memory.
    std::vector<WindowFeatures> features(std::int64_t budgetBytes, Progress& progress) const
    {
        return features(FeatureBudget{budgetBytes, 0, {}}, progress);
    }

    /// Blended logits of the classes (rows of `embeddings`, K x 512), K volumes of plan.image, Z fastest.
    std::vector<std::vector<float>> logits(const std::vector<WindowFeatures>& kept,
                                           const at::Tensor& embeddings, Progress& progress) const;
    /// Probabilities in 256 steps (quantisedProbability), a few classes at a time so that `mostBytes` of sums
    /// are in memory.
    std::vector<std::vector<std::uint8_t>> probabilities(const std::vector<WindowFeatures>& kept,
                                                         const at::Tensor& embeddings, std::int64_t mostBytes,
                                                         Progress& progress) const;

    const WindowPlan& plan() const { return m_plan; }
    Blend emptyBlend(std::int64_t classes) const { return Blend(m_plan, classes, m_network.device()); }
    /// Adds one window's logits. @param embeddings K x 512
    void add(Blend& blend, std::size_t window, const WindowFeatures& features,
             const at::Tensor& embeddings) const;

private:
    WindowFeatures compute(const Index3& start) const;
    Blend blended(const std::vector<WindowFeatures>& kept, const at::Tensor& embeddings,
                  const std::function<void(std::size_t)>& done) const;

    const Network& m_network;
    Run m_run;
    WindowPlan m_plan;
    const std::vector<float>& m_image;
    mutable WindowFeatures m_air; ///< of a window of zeros
};

} // namespace hounsfield
