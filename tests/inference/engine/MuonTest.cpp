// SPDX-License-Identifier: Apache-2.0
#include "inference/training/Muon.h"
#include "tests/support/catch.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/linalg_qr.h>
#include <ATen/ops/linalg_svdvals.h>
#include <ATen/ops/logspace.h>
#include <ATen/ops/mm.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/randn.h>
#include <ATen/ops/zeros.h>

using namespace hounsfield;
using namespace hounsfield::training;

namespace {

/// n columns of length m, orthonormal.
at::Tensor columns(std::int64_t m, std::int64_t n)
{
    return std::get<0>(at::linalg_qr(at::randn({m, n})));
}

at::Tensor leaf(const at::IntArrayRef& shape)
{
    return at::randn(shape).set_requires_grad(true);
}

} // namespace

TEST_CASE(
    "the orthogonal factor keeps directions and makes singular values between 1 and a hundredth nearly alike")
{
    for (const auto& [m, n] : {std::pair<std::int64_t, std::int64_t>{24, 90}, {90, 24}}) {
        const std::int64_t rank = std::min(m, n);
        const at::Tensor left = columns(m, rank), right = columns(n, rank);
        const at::Tensor factor = orthogonalFactor(at::mm(left * at::logspace(0, -2, rank), right.t()));
        REQUIRE(factor.sizes().vec() == std::vector<std::int64_t>{m, n});
        const at::Tensor values = at::mm(at::mm(left.t(), factor), right);
        CHECK((values - values.diagonal().diag()).abs().max().item<double>() < 1e-3);
        CHECK(values.diagonal().min().item<double>() > 0.5);
        CHECK(values.diagonal().max().item<double>() < 1.3);
    }
}

TEST_CASE("no gradient is no step, and no number is lost to it")
{
    CHECK(orthogonalFactor(at::zeros({4, 9})).abs().max().item<double>() == 0);
}

TEST_CASE("muon moves the backbone's convolutions alone, against their gradient, by a fifth of the rate")
{
    Weights weights{{"backbone.a.weight", leaf({16, 8, 3, 3, 3})},
                    {"backbone.a.bias", leaf({16})},
                    {"precls_conv.2.weight", leaf({8, 64, 1, 1, 1})}};
    Weights before;
    for (auto& [name, tensor] : weights) {
        before[name] = tensor.detach().clone();
        tensor.mutable_grad() = at::randn(tensor.sizes());
    }
    Muon muon(weights, true);
    muon.step(weights, 0.01, 0);
    CHECK(weights.at("backbone.a.bias").equal(before.at("backbone.a.bias")));
    CHECK(weights.at("precls_conv.2.weight").equal(before.at("precls_conv.2.weight")));
    const at::Tensor moved = (weights.at("backbone.a.weight") - before.at("backbone.a.weight")).detach();
    CHECK(moved.pow(2).mean().sqrt().item<double>() == Approx(0.002).epsilon(0.25));
    CHECK((moved * weights.at("backbone.a.weight").grad()).sum().item<double>() < 0);
    muon.zeroGradients(weights);
    CHECK(weights.at("backbone.a.weight").grad().abs().max().item<double>() == 0);
    CHECK(weights.at("backbone.a.bias").grad().abs().max().item<double>() > 0);
}

TEST_CASE("muon that is not used takes no weight")
{
    const Weights weights{{"backbone.a.weight", leaf({16, 8, 3, 3, 3})}};
    CHECK_FALSE(Muon(weights, false).suits("backbone.a.weight"));
    CHECK(Muon(weights, true).suits("backbone.a.weight"));
}
