// SPDX-License-Identifier: Apache-2.0
#include "inference/training/cpu/HeadLoss.h"

#include "inference/training/Loss.h"
#include "inference/training/cpu/HeadKernels.h"

#include <algorithm>
#include <cmath>

namespace hounsfield::training {
namespace {

constexpr int numbers = headNumbers;
/// Voxels a thread takes at once; their sums are added in a fixed order.
constexpr std::int64_t runLength = 4096;

/// A class of those that are named, however often.
struct Once {
    std::int64_t bit, place; ///< where it is named first
    int times;
};

std::vector<Once> withoutRepeats(const std::vector<std::int64_t>& classes)
{
    std::vector<Once> once;
    for (std::size_t n = 0; n < classes.size(); ++n) {
        const auto known =
            std::find_if(once.begin(), once.end(), [&](const Once& o) { return o.bit == classes[n]; });
        if (known == once.end())
            once.push_back({classes[n], std::int64_t(n), 1});
        else
            ++known->times;
    }
    return once;
}

} // namespace

double HeadLoss::run(const float* reduced, const std::vector<ClassBits>& labels, const float* parameters,
                     const std::vector<std::int64_t>& classes, double weight)
{
    const auto voxels = std::int64_t(labels.size()), named = std::int64_t(classes.size()),
               runs = (voxels + runLength - 1) / runLength;
    const HeadKernels kernels = headKernels();
    double loss = 0;
    reducedGradient.assign(std::size_t(8 * voxels), 0.0f);
    parameterGradient.assign(std::size_t(named * numbers), 0.0f);
    const std::vector<Once> once = withoutRepeats(classes);
    const auto count = std::int64_t(once.size());
    m_probability.resize(std::max(m_probability.size(), std::size_t(count * voxels)));
    float* const probability = m_probability.data();
    std::vector<float> sums(std::size_t(runs * count * 4));
#pragma omp parallel for schedule(static)
    for (std::int64_t r = 0; r < runs; ++r)
        for (std::int64_t k = 0; k < count; ++k)
            kernels.sum(reduced + r * runLength, voxels, std::min(runLength, voxels - r * runLength),
                        labels.data() + r * runLength, once[std::size_t(k)].bit,
                        parameters + once[std::size_t(k)].place * numbers,
                        probability + k * voxels + r * runLength, sums.data() + (r * count + k) * 4);
    std::vector<LogitGradient> rules;
    for (std::int64_t k = 0; k < count; ++k) {
        double s[4] = {};
        for (std::int64_t r = 0; r < runs; ++r)
            for (int i = 0; i < 4; ++i)
                s[i] += double(sums[std::size_t((r * count + k) * 4 + i)]);
        const double all = s[2] + s[3] + 1, above = 2 * s[1], entropy = entropyWeight(double(voxels), s[3]),
                     there = s[3] < 1 ? 0 : 1;
        const double share = weight * once[std::size_t(k)].times / double(named);
        loss += share * (entropy * s[0] / double(voxels) + there * (1 - above / all));
        rules.push_back({float(share * entropy / double(voxels)), float(share * there * above / (all * all)),
                         float(-share * there * 2 / all), passedByShutRelu});
    }
    std::vector<float> partial(std::size_t(runs * count * numbers));
#pragma omp parallel for schedule(static)
    for (std::int64_t r = 0; r < runs; ++r)
        for (std::int64_t k = 0; k < count; ++k)
            kernels.backward(reduced + r * runLength, voxels, std::min(runLength, voxels - r * runLength),
                             labels.data() + r * runLength, once[std::size_t(k)].bit,
                             parameters + once[std::size_t(k)].place * numbers,
                             probability + k * voxels + r * runLength, rules[std::size_t(k)],
                             reducedGradient.data() + r * runLength,
                             partial.data() + (r * count + k) * numbers);
    for (std::int64_t r = 0; r < runs; ++r)
        for (std::int64_t k = 0; k < count; ++k)
            for (std::int64_t i = 0; i < numbers; ++i)
                parameterGradient[std::size_t(once[std::size_t(k)].place * numbers + i)] +=
                    partial[std::size_t((r * count + k) * numbers + i)];
    return loss;
}

} // namespace hounsfield::training
