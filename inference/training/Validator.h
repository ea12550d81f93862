// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "inference/internal/Tensors.h"
#include "inference/training/Validation.h"

namespace hounsfield::training {

/// Dice of every annotated class on whole scans, on the model's grid, at probability one half, windows side
/// by side, without any clean-up: the same numbers from the same weights. A scan that has no voxel of a class
/// says nothing of it.
/// @param weights of a U-Net with its head @param roi window, voxels
Validation validate(const Weights& weights, const std::vector<TrainingScan>& scans, const Index3& roi,
                    const at::Device& device);

} // namespace hounsfield::training
