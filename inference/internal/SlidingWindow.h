#pragma once

#include "inference/internal/Network.h"
#include "inference/internal/WindowPlan.h"
#include "volume/Progress.h"

#include <functional>
#include <optional>
#include <vector>

namespace hounsfield {

/// What the backbone made of one window; absent parts are computed again when needed.
struct WindowFeatures {
    at::Tensor gap;     ///< 1 x 256
    at::Tensor reduced; ///< 1 x 8 x voxels
};

/// Runs the windows of a plan and blends the logits of the classes asked for.
class SlidingWindow {
public:
    /// @param image values in [0, 1] of plan.image, Z fastest; must outlive this object
    SlidingWindow(const Network& network, WindowPlan plan, const std::vector<float>& image);

    /// The backbone over the windows, in the plan's order, as long as the features fit the budget.
    /// @return one entry a window; empty tensors beyond the budget. @throws Cancelled between windows
    /// @param done told of every window as it is finished; may be empty
    std::vector<WindowFeatures> features(std::int64_t budgetBytes, Progress& progress, const std::function<void(std::size_t, const WindowFeatures&)>& done = {}) const;

    /// Blended logits of the classes (rows of `embeddings`, K x 512), K volumes of plan.image, Z fastest.
    std::vector<std::vector<float>> logits(const std::vector<WindowFeatures>& kept, const at::Tensor& embeddings,
                                           Progress& progress) const;

    const WindowPlan& plan() const { return m_plan; }

    /// Weighted logits of some windows, added up: what the blending divides.
    struct Blend {
        std::vector<std::vector<float>> sums; ///< one a class, of plan.image, Z fastest
        std::vector<float> weights;
    };
    Blend emptyBlend(std::size_t classes) const;
    /// Adds one window's logits. @param embeddings K x 512
    void add(Blend& blend, std::size_t window, const WindowFeatures& features, const at::Tensor& embeddings) const;

private:
    WindowFeatures compute(const Index3& start) const;
    at::Tensor window(const Index3& start) const;

    const Network& m_network;
    WindowPlan m_plan;
    const std::vector<float>& m_image;
};

} // namespace hounsfield
