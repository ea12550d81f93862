// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "inference/internal/Tensors.h"

namespace hounsfield {

/// The text-driven head of the Universal Model (shared/spec/universal-model.md section 2): a 1x1 convolution
/// network of 153 numbers, generated from the window's content and the prompt's embedding. Differentiable
/// where the weights require gradients.
class PromptHead {
public:
    static constexpr std::int64_t channels = 8;
    static constexpr std::int64_t parameterCount = 153;

    explicit PromptHead(const WeightScope& scope) : m_scope(scope) {}

    /// bottleneck N x B x ... -> the window's content, N x 256
    at::Tensor gap(const at::Tensor& bottleneck) const;
    /// features N x C x X x Y x Z -> N x 8 x X x Y x Z
    at::Tensor reduce(const at::Tensor& features) const;
    /// embeddings K x 512 -> K x 256, before its ReLU
    at::Tensor textToVision(const at::Tensor& embeddings) const;
    /// gap N x 256 and embeddings K x 512 -> N x K x 153: w1 (8 out x 8 in), w2, w3, b1, b2, b3
    at::Tensor controller(const at::Tensor& gap, const at::Tensor& embeddings) const;
    /// reduced N x 8 x V and parameters N x K x 153 -> logits N x K x V, as matrix products for the K classes
    /// asked for
    /// @param surrogate what part of a gradient passes a ReLU that is shut, where its step would open it; the
    /// logits themselves do not depend on it
    static at::Tensor logits(const at::Tensor& reduced, const at::Tensor& parameters, double surrogate = 0);

private:
    WeightScope m_scope;
};

} // namespace hounsfield
