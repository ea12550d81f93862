// SPDX-License-Identifier: Apache-2.0
#include "inference/training/Loss.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/Reduction.h>
#include <ATen/ops/binary_cross_entropy_with_logits.h>
#include <ATen/ops/full_like.h>
#include <ATen/ops/sigmoid.h>
#include <ATen/ops/where.h>

namespace hounsfield::training {

at::Tensor segmentationLoss(const at::Tensor& logits, const at::Tensor& truth)
{
    const at::Tensor there = truth.sum(1), probability = at::sigmoid(logits);
    const at::Tensor weight = at::where(there < 1, at::full_like(there, weightOfAbsent),
                                        (double(truth.size(1)) / (voxelShare * there)).clamp(1, mostWeight));
    const at::Tensor crossEntropy =
        at::binary_cross_entropy_with_logits(logits, truth, {}, {}, at::Reduction::None).mean(1);
    const at::Tensor both = (probability * truth).sum(1);
    const at::Tensor dice = 1 - 2 * both / (probability.sum(1) + there + 1);
    return (crossEntropy * weight + dice * (there >= 1)).mean();
}

} // namespace hounsfield::training
