// SPDX-License-Identifier: Apache-2.0
#include "inference/training/text/TextLoss.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/eye.h>
#include <ATen/ops/log_softmax.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/softmax.h>
#include <ATen/ops/sum.h>

namespace hounsfield::training {

at::Tensor unitRows(const at::Tensor& x)
{
    return x / x.square().sum(-1, true).sqrt().clamp_min(1e-6);
}

at::Tensor recognitionLoss(const at::Tensor& embeddings, const at::Tensor& rows, const at::Tensor& meanings,
                           const at::Tensor& temperature)
{
    constexpr double smoothing = 0.03;
    const at::Tensor p = at::log_softmax(at::matmul(embeddings, rows.t()) / temperature, -1);
    const at::Tensor own = p.gather(1, meanings.unsqueeze(1)).mean();
    return -(1 - smoothing) * own - smoothing * p.mean();
}

at::Tensor nearnessLoss(const at::Tensor& embeddings, const at::Tensor& meanings, const at::Tensor& wanted)
{
    // One temperature for both: then the cosines that fit best are the wanted ones, up to a number that is
    // the same for all.
    constexpr double temperature = 0.1;
    const at::Tensor itself = at::eye(embeddings.size(0), embeddings.options()) * 1e4;
    const at::Tensor target =
        at::softmax(wanted.index_select(0, meanings).index_select(1, meanings) / temperature - itself, -1);
    const at::Tensor p = at::log_softmax(at::matmul(embeddings, embeddings.t()) / temperature - itself, -1);
    return -(target * p).sum(-1).mean();
}

at::Tensor structureLoss(const at::Tensor& rows, const at::Tensor& wanted)
{
    return (at::matmul(rows, rows.t()) - wanted).square().mean();
}

at::Tensor lengthLoss(const at::Tensor& embeddings, double length)
{
    return (embeddings.square().sum(-1).clamp_min(1e-12).sqrt() / length - 1).square().mean();
}

} // namespace hounsfield::training
