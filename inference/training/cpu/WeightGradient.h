// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "inference/internal/cpu/Blocked.h"

namespace hounsfield::training {

/// Adds the gradients of a convolution's weights (out x in x kernel^3, row-major) and bias: of stride 1,
/// "same" padding, kernel 1 or 3, maps in float32. For processors without AVX-512, for which oneDNN has no
/// fast loops of its own here (ten lines of arithmetic, four times as fast as its way over matrices). The
/// same sums in the same order with any number of threads.
void addWeightGradient(const FeatureMap& input, const FeatureMap& outputGradient, int kernel,
                       float* weightGradient, float* biasGradient);

} // namespace hounsfield::training
