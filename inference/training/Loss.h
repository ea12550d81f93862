// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <algorithm>

namespace hounsfield::training {

/// What part of a gradient passes a ReLU of the head that is shut (a surrogate gradient; Neftci et al. 2019
/// for its use), where its step would open it. A class whose units are shut wherever it lies is a constant,
/// and would stay one. What would shut them further does not pass: nothing would answer it, and the weights
/// that all classes share would drift for ever (docs/decisions/0014 tells what was seen).
constexpr float passedByShutRelu = 0.1f;

/// What the cross-entropy of a class is multiplied by: (voxels of the window) / (10 * voxels of the class),
/// from 1 to 250, and 10 where it is absent. A tumor of a hundred voxels among half a million would otherwise
/// weigh less than the noise of the liver's border.
constexpr double weightOfAbsent = 10, mostWeight = 250, voxelShare = 10;
constexpr double entropyWeight(double voxels, double ofClass)
{
    return ofClass < 1 ? weightOfAbsent : std::clamp(voxels / (voxelShare * ofClass), 1.0, mostWeight);
}

/// Binary cross-entropy with logits, times entropyWeight, plus, where the class is there, soft Dice 1 -
/// 2*sum(p*t)/(sum(p)+sum(t)+1); the mean over the classes given (Liu et al. 2023, section 3.3: only those
/// that the sample's dataset annotates). An absent class has no Dice: smoothed so that it has, it presses
/// every voxel down harder than any tumor can press up (docs/decisions/0014).
/// @param logits and truth: K x V, float32. @return a scalar
at::Tensor segmentationLoss(const at::Tensor& logits, const at::Tensor& truth);

} // namespace hounsfield::training
