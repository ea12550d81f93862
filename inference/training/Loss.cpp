#include "inference/training/Loss.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/binary_cross_entropy_with_logits.h>
#include <ATen/ops/sigmoid.h>

namespace hounsfield::training {

at::Tensor segmentationLoss(const at::Tensor& logits, const at::Tensor& truth)
{
    const at::Tensor crossEntropy = at::binary_cross_entropy_with_logits(logits, truth);
    const at::Tensor probability = at::sigmoid(logits);
    const at::Tensor both = (probability * truth).sum(1);
    const at::Tensor dice = 1 - (2 * both + 1) / (probability.sum(1) + truth.sum(1) + 1);
    return crossEntropy + dice.mean();
}

} // namespace hounsfield::training
