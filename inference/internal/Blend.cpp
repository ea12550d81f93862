// SPDX-License-Identifier: Apache-2.0
#include "inference/internal/Blend.h"

#include "inference/internal/PromptHead.h"
#include "inference/internal/cpu/HeadBlend.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/ceil.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/sigmoid.h>
#include <ATen/ops/where.h>
#include <ATen/ops/zeros.h>

#include <algorithm>
#include <cstring>

namespace hounsfield {
namespace {

/// Voxels of a window whose classes are computed at once: launches cost more than memory on a graphics card.
constexpr std::int64_t voxelsAtOnce = 1 << 20;

/// The part of a window along one axis that lies inside the unpadded image.
struct Overlap {
    std::int64_t inWindow, inImage, count;
};

Overlap overlapAlong(const WindowPlan& plan, const Index3& start, std::size_t axis)
{
    const std::int64_t first = start[axis] - plan.padBefore[axis];
    const std::int64_t begin = std::max<std::int64_t>(0, first);
    const std::int64_t end = std::min(plan.image[axis], first + plan.roi[axis]);
    return {begin - first, begin, end - begin};
}

std::int64_t voxelsOf(const Index3& size)
{
    return size[0] * size[1] * size[2];
}

} // namespace

Blend::Blend(const WindowPlan& plan, std::int64_t classes, const at::Device& device, Way way)
    : m_plan(plan), m_way(way)
{
    const auto options = at::TensorOptions().dtype(at::kFloat).device(device);
    const auto [x, y, z] = plan.image;
    if (way == Way::Fused) {
        // Fresh memory of the system is zero.
        m_memory = std::make_shared<MapMemory>(std::max<std::int64_t>(1, classes * x * y * z) * 4);
        m_sums = at::from_blob(m_memory->data(), {classes, x, y, z}, at::kFloat);
    } else {
        m_sums = at::zeros({classes, x, y, z}, options);
    }
    m_weights = at::zeros({x, y, z}, options);
    if (way == Way::Operators)
        m_importance = at::from_blob(const_cast<float*>(plan.importance.data()),
                                     {plan.roi[0], plan.roi[1], plan.roi[2]}, at::kFloat)
                           .to(device);
}

void Blend::add(std::size_t window, const at::Tensor& reduced, const at::Tensor& parameters)
{
    const at::NoGradGuard inference;
    if (m_way == Way::Fused)
        addFused(window, reduced.cpu(), parameters.contiguous());
    else
        addByOperators(window, reduced.to(m_sums.device()), parameters.to(m_sums.device()));
}

void Blend::addFused(std::size_t window, const at::Tensor& reduced, const at::Tensor& parameters)
{
    const Index3& start = m_plan.starts[window];
    const Index3 &roi = m_plan.roi, &image = m_plan.image;
    const Overlap x = overlapAlong(m_plan, start, 0), y = overlapAlong(m_plan, start, 1),
                  z = overlapAlong(m_plan, start, 2);
    const bool half = reduced.scalar_type() == at::kHalf;
    const auto* halves = half ? static_cast<const std::uint16_t*>(reduced.data_ptr()) : nullptr;
    const float* floats = half ? nullptr : reduced.data_ptr<float>();
    const float* numbers = parameters.data_ptr<float>();
    const std::int64_t classes = m_sums.size(0), perWindow = voxelsOf(roi), perClass = voxelsOf(image);
    float *sums = m_sums.data_ptr<float>(), *weights = m_weights.data_ptr<float>();
    // Each thread has planes of its own: no voxel is added to by two.
#pragma omp parallel for schedule(static)
    for (std::int64_t i = 0; i < x.count; ++i) {
        std::vector<float> row(half ? std::size_t(PromptHead::channels * z.count) : 0);
        for (std::int64_t j = 0; j < y.count; ++j) {
            const std::int64_t inWindow = ((x.inWindow + i) * roi[1] + y.inWindow + j) * roi[2] + z.inWindow;
            const std::int64_t inImage = ((x.inImage + i) * image[1] + y.inImage + j) * image[2] + z.inImage;
            const float* importance = m_plan.importance.data() + inWindow;
            if (half) {
                for (std::int64_t c = 0; c < PromptHead::channels; ++c)
                    floatOfRow(halves + c * perWindow + inWindow, row.data() + c * z.count, z.count);
                blendHeadRow(row.data(), z.count, z.count, numbers, classes, importance, sums + inImage,
                             perClass);
            } else {
                blendHeadRow(floats + inWindow, perWindow, z.count, numbers, classes, importance,
                             sums + inImage, perClass);
            }
            for (std::int64_t k = 0; k < z.count; ++k)
                weights[inImage + k] += importance[k];
        }
    }
}

void Blend::addByOperators(std::size_t window, const at::Tensor& reduced, const at::Tensor& parameters)
{
    const Index3& roi = m_plan.roi;
    const std::int64_t classes = m_sums.size(0), voxels = voxelsOf(roi);
    at::Tensor logits = at::empty({classes, voxels}, m_sums.options());
    for (std::int64_t begin = 0; begin < voxels; begin += voxelsAtOnce) {
        const std::int64_t count = std::min(voxelsAtOnce, voxels - begin);
        logits.narrow(1, begin, count)
            .copy_(PromptHead::logits(reduced.narrow(2, begin, count).to(at::kFloat), parameters)[0]);
    }
    at::Tensor weighted = logits.reshape({classes, roi[0], roi[1], roi[2]}), importance = m_importance,
               sums = m_sums, weights = m_weights;
    for (std::size_t axis = 0; axis < 3; ++axis) {
        const Overlap part = overlapAlong(m_plan, m_plan.starts[window], axis);
        const auto a = static_cast<std::int64_t>(axis);
        weighted = weighted.narrow(a + 1, part.inWindow, part.count);
        importance = importance.narrow(a, part.inWindow, part.count);
        sums = sums.narrow(a + 1, part.inImage, part.count);
        weights = weights.narrow(a, part.inImage, part.count);
    }
    sums.addcmul_(weighted, importance.unsqueeze(0));
    weights.add_(importance);
}

std::vector<std::vector<float>> Blend::logits() const
{
    std::vector<std::vector<float>> all;
    for (std::int64_t k = 0; k < m_sums.size(0); ++k) {
        const at::Tensor one = (m_sums[k] / m_weights).cpu();
        all.emplace_back(one.data_ptr<float>(), one.data_ptr<float>() + one.numel());
    }
    return all;
}

std::vector<std::vector<std::uint8_t>> Blend::probabilities() const
{
    std::vector<std::vector<std::uint8_t>> all;
    for (std::int64_t k = 0; k < m_sums.size(0); ++k) {
        std::vector<std::uint8_t> one(static_cast<std::size_t>(m_weights.numel()));
        if (m_way == Way::Fused) {
            quantisedProbability(m_sums[k].data_ptr<float>(), m_weights.data_ptr<float>(), one.data(),
                                 m_weights.numel());
        } else {
            const at::Tensor sum = m_sums[k];
            const at::Tensor steps = at::ceil(at::sigmoid(sum / m_weights) * 256).sub_(1).clamp_(0, 255);
            const at::Tensor exact =
                at::where(sum.gt(0), steps.clamp_min(128), steps.clamp_max(127)).to(at::kByte).cpu();
            std::memcpy(one.data(), exact.data_ptr<std::uint8_t>(), one.size());
        }
        all.push_back(std::move(one));
    }
    return all;
}

std::vector<std::uint8_t> Blend::above(std::int64_t classIndex, float logit) const
{
    const at::Tensor inside =
        m_weights.gt(0).logical_and_(m_sums[classIndex].gt(m_weights * logit)).to(at::kByte).cpu();
    return {inside.data_ptr<std::uint8_t>(), inside.data_ptr<std::uint8_t>() + inside.numel()};
}

} // namespace hounsfield
