// SPDX-License-Identifier: Apache-2.0
#include "inference/training/Muon.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/addmm.h>
#include <ATen/ops/mm.h>
#include <ATen/ops/zeros_like.h>

#include <algorithm>
#include <cmath>

namespace hounsfield::training {
namespace {

constexpr double keep = 0.95;  ///< of the momentum, a step
constexpr double asAdam = 0.2; ///< about the root mean square of AdamW's steps
constexpr int iterations = 5;
constexpr double a = 3.4445, b = -4.775,
                 c = 2.0315; ///< of the polynomial a s + b s^3 + c s^5, Jordan et al. 2024

} // namespace

at::Tensor orthogonalFactor(const at::Tensor& matrix)
{
    const bool tall = matrix.size(0) > matrix.size(1);
    at::Tensor x = tall ? matrix.t().contiguous() : matrix.contiguous();
    x = x / (x.norm() + 1e-12);
    for (int i = 0; i < iterations; ++i) {
        const at::Tensor squared = at::mm(x, x.t());
        x = at::addmm(x, at::addmm(squared, squared, squared, b, c), x, a, 1);
    }
    return tall ? x.t() : x;
}

Muon::Muon(const Weights& weights, bool used)
{
    for (const auto& [name, tensor] : weights)
        if (used && name.starts_with("backbone.") && tensor.dim() == 5)
            m_momentum.emplace(name, at::zeros_like(tensor.detach()));
}

void Muon::step(Weights& weights, double rate, double decay)
{
    const at::NoGradGuard guard;
    for (auto& [name, momentum] : m_momentum) {
        at::Tensor weight = weights.at(name).detach();
        const at::Tensor& gradient = weights.at(name).grad();
        if (!gradient.defined())
            continue;
        momentum.mul_(keep).add_(gradient);
        // Nesterov's: the gradient counts once more.
        const at::Tensor step = orthogonalFactor(gradient.add(momentum, keep).flatten(1));
        const double scale = asAdam * std::sqrt(double(std::max(step.size(0), step.size(1))));
        weight.mul_(1 - rate * decay).sub_(step.reshape(weight.sizes()), rate * scale);
    }
}

void Muon::zeroGradients(Weights& weights) const
{
    for (const auto& [name, momentum] : m_momentum)
        if (at::Tensor& gradient = weights.at(name).mutable_grad(); gradient.defined())
            gradient.zero_();
}

} // namespace hounsfield::training
