// SPDX-License-Identifier: Apache-2.0
#include "inference/training/CarriedHead.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/eye.h>
#include <ATen/ops/linalg_solve.h>
#include <ATen/ops/matmul.h>

namespace hounsfield::training {

at::Tensor carriedHead(const at::Tensor& weight, const at::Tensor& oldTable, const at::Tensor& newTable,
                       double penalty)
{
    const at::NoGradGuard guard;
    const at::Tensor rows = newTable.to(at::kDouble),
                     wanted = at::matmul(oldTable.to(at::kDouble), weight.to(at::kDouble).t());
    const at::Tensor gram = at::matmul(rows, rows.t());
    const double added = penalty * gram.diagonal().mean().item<double>();
    const at::Tensor solved = at::linalg_solve(gram + added * at::eye(rows.size(0), rows.options()), wanted);
    return at::matmul(solved.t(), rows).to(weight.scalar_type()).contiguous();
}

} // namespace hounsfield::training
