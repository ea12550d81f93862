// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "inference/internal/Tensors.h"

namespace hounsfield::training {

/// Muon (Jordan et al. 2024) for the backbone's convolutions: their momentum as a matrix is replaced by the
/// nearest one whose singular values are all about one, so what few windows ask for moves the weights as much
/// as what all ask for (docs/decisions/0017). Everything else is AdamW's.
class Muon {
public:
    /// @param weights of which it takes those that it `suits`; none where `used` is false
    Muon(const Weights& weights, bool used);
    bool suits(const std::string& name) const { return m_momentum.contains(name); }
    /// Takes the gradients as they are; a weight without one stays. @param rate as for AdamW: a step's root
    /// mean square is 0.2 of it (Liu et al. 2025)
    void step(Weights& weights, double rate, double decay);
    void zeroGradients(Weights& weights) const;
    /// By the weights' names: part of the training state.
    Weights& momentum() { return m_momentum; }

private:
    Weights m_momentum;
};

/// The orthogonal factor of a matrix, roughly: five steps of a Newton-Schulz iteration leave singular values
/// between 0.7 and 1.2, those near zero less.
/// @param matrix m x n, float32 @returns m x n
at::Tensor orthogonalFactor(const at::Tensor& matrix);

} // namespace hounsfield::training
