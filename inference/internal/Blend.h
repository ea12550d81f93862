// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "inference/internal/WindowPlan.h"
#include "inference/internal/cpu/Blocked.h"

#include <ATen/core/Tensor.h>

#include <vector>

namespace hounsfield {

/// Blends the logits of windows (shared/spec/universal-model.md section 5): sums of weight * logit and of
/// weights, of the classes asked for alone. On the processor by one fused loop over head and sum, on a
/// graphics card by LibTorch's operators.
class Blend {
public:
    enum class Way { Fused, Operators };

    /// @param device where the sums are kept @param way Fused only on the processor
    Blend(const WindowPlan& plan, std::int64_t classes, const at::Device& device, Way way);
    /// The way that is quicker there.
    Blend(const WindowPlan& plan, std::int64_t classes, const at::Device& device)
        : Blend(plan, classes, device, device.is_cpu() ? Way::Fused : Way::Operators)
    {
    }

    /// @param reduced 1 x 8 x voxels of the window, float32 or half, on any device @param parameters 1 x
    /// classes x 153 float32, on the processor
    void add(std::size_t window, const at::Tensor& reduced, const at::Tensor& parameters);

    /// Of plan.image, Z fastest, one a class. @returns blended logits
    std::vector<std::vector<float>> logits() const;
    /// Probabilities in 256 steps (quantisedProbability).
    std::vector<std::vector<std::uint8_t>> probabilities() const;
    /// Voxels that a window has reached and whose logit is above a limit.
    std::vector<std::uint8_t> above(std::int64_t classIndex, float logit) const;

private:
    void addFused(std::size_t window, const at::Tensor& reduced, const at::Tensor& parameters);
    void addByOperators(std::size_t window, const at::Tensor& reduced, const at::Tensor& parameters);

    const WindowPlan& m_plan;
    Way m_way;
    std::shared_ptr<MapMemory> m_memory; ///< of the sums, in large pages; Fused only
    at::Tensor m_sums;                   ///< classes x X x Y x Z
    at::Tensor m_weights;                ///< X x Y x Z
    at::Tensor m_importance;             ///< of a window; Operators only
};

} // namespace hounsfield
