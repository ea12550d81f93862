// SPDX-License-Identifier: Apache-2.0
#include "inference/internal/WindowPlan.h"

#include "volume/Error.h"

#include <algorithm>

namespace hounsfield {
namespace {

std::vector<std::int64_t> startsAlong(std::int64_t size, std::int64_t roi, double overlap)
{
    const std::int64_t step =
        size == roi ? roi : std::max<std::int64_t>(1, static_cast<std::int64_t>(double(roi) * (1 - overlap)));
    std::vector<std::int64_t> starts;
    for (std::int64_t start = 0;; start += step) {
        starts.push_back(std::min(start, size - roi));
        if (start + roi >= size)
            return starts;
    }
}

/// The Gaussian integrated over each voxel, as MONAI's "erf" kernel: centre roi/2, sigma roi/8, cut at 4
/// sigma.
std::vector<float> kernel(std::int64_t roi)
{
    const float sigma = 0.125f * static_cast<float>(roi);
    const auto tail = static_cast<std::int64_t>(std::max(sigma * 4.0f, 0.5f) + 0.5f);
    const float t = 0.70710678f / sigma;
    std::vector<float> weights(static_cast<std::size_t>(roi), 0.0f);
    for (std::int64_t i = 0; i < roi; ++i) {
        const std::int64_t x = i - roi / 2;
        if (std::abs(x) <= tail)
            weights[static_cast<std::size_t>(i)] =
                std::max(0.0f, 0.5f * (std::erf(t * (static_cast<float>(x) + 0.5f)) -
                                       std::erf(t * (static_cast<float>(x) - 0.5f))));
    }
    return weights;
}

std::vector<float> importanceMap(const Index3& roi)
{
    const auto a = kernel(roi[0]), b = kernel(roi[1]), c = kernel(roi[2]);
    std::vector<float> map;
    map.reserve(a.size() * b.size() * c.size());
    for (float x : a)
        for (float y : b)
            for (float z : c)
                map.push_back(x * y * z);
    const float largest = *std::max_element(map.begin(), map.end());
    float smallest = largest;
    for (float& w : map) {
        w /= largest;
        if (w > 0)
            smallest = std::min(smallest, w);
    }
    for (float& w : map)
        w = std::max(w, std::max(smallest, 1e-3f));
    return map;
}

} // namespace

WindowPlan WindowPlan::make(const Index3& image, const Index3& roi, double overlap)
{
    if (!(overlap >= 0 && overlap < 1))
        throw Error(ErrorKind::Usage, "The overlap of windows must be at least 0 and less than 1.");
    WindowPlan plan;
    plan.image = image;
    plan.roi = roi;
    std::array<std::vector<std::int64_t>, 3> along;
    for (int a = 0; a < 3; ++a) {
        const std::int64_t missing = std::max<std::int64_t>(0, roi[a] - image[a]);
        plan.padBefore[a] = missing / 2;
        plan.padded[a] = image[a] + missing;
        along[a] = startsAlong(plan.padded[a], roi[a], overlap);
    }
    for (auto x : along[0])
        for (auto y : along[1])
            for (auto z : along[2])
                plan.starts.push_back({x, y, z});
    plan.importance = importanceMap(roi);
    return plan;
}

} // namespace hounsfield
