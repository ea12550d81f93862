// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "inference/ModelPack.h"
#include "inference/internal/Tensors.h"

namespace hounsfield::training {

/// Whether a network of one width can grow to another: every stage by a whole factor.
bool canGrow(const UnetWidths& from, const UnetWidths& to);

/// A wider network that computes what `weights` do (Net2WiderNet: Chen, Goodfellow and Shlens, ICLR 2016).
/// Each channel becomes several neighbours that are alike, so that groups of a group norm stay what they
/// were; what reads them shares its weight among them at random, so that they are taught differently from the
/// first step on.
/// @param weights of a U-Net of the widths `from`; its table of embeddings and its head stay
/// @throws Error(Model) where it cannot grow so
Weights widened(const Weights& weights, const UnetWidths& from, const UnetWidths& to, std::uint64_t seed);

} // namespace hounsfield::training
