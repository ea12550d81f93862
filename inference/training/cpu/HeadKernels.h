// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace hounsfield::training {

/// Parameters of one class's network: w1 (8 out x 8 in), w2, w3, b1, b2, b3.
inline constexpr int headNumbers = 153;

/// What the loss says of dz, the gradient of a logit: entropy * (p - t) + (dice0 + dice1 * t) * p (1 - p).
struct LogitGradient {
    float entropy, dice0, dice1;
    float passedByShutRelu; ///< Loss.h
};

/// Over a run of voxels, a multiple of sixteen, of one class: `reduced` is eight rows that lie `stride`
/// apart, `bit` the class's in labels, `w` its parameters.
struct HeadKernels {
    /// Sums of cross-entropy, p * t, p and t; keeps the probabilities p.
    void (*sum)(const float* reduced, std::int64_t stride, std::int64_t voxels, const std::uint64_t* labels,
                std::int64_t bit, const float* w, float* probability, float* sums);
    /// Adds to the gradient of `reduced`; sums that of the parameters.
    void (*backward)(const float* reduced, std::int64_t stride, std::int64_t voxels,
                     const std::uint64_t* labels, std::int64_t bit, const float* w, const float* probability,
                     LogitGradient rule, float* reducedGradient, float* parameterSums);
};

/// For the processor that runs this.
HeadKernels headKernels();
/// Sixteen lanes in one register: only with AVX-512. Null members where they are not built.
HeadKernels wideHeadKernels();

} // namespace hounsfield::training
