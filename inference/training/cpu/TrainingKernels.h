// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "inference/internal/cpu/Blocked.h"

namespace hounsfield::training {

/// Mean and 1 / deviation (biased, eps 1e-5) of every channel, or of every `groupSize` channels: instance
/// norm (Ulyanov et al. 2016), group norm (Wu & He 2018). One value a lane: groups() * 16.
struct Moments {
    std::vector<float> mean, inverse;
};
Moments momentsOf(const FeatureMap& map, int groupSize);

/// out = ReLU(weight * (in - mean) * inverse + bias), for every channel.
void normaliseRelu(const FeatureMap& in, const Moments& moments, const float* weight, const float* bias,
                   const FeatureMap& out);

/// Back through normaliseRelu, `in` being what it read. `gradient` is that of its output and becomes that of
/// its input, in place; adds to the gradients of weight and bias.
void normaliseReluBackward(const FeatureMap& in, const Moments& moments, int groupSize, const float* weight,
                           const float* bias, const FeatureMap& gradient, float* weightGradient,
                           float* biasGradient);

/// Adds to the gradient of what maxPool read: each output's to the first of its eight voxels that held the
/// largest value.
void addMaxPoolBackward(const FeatureMap& in, const FeatureMap& out, const FeatureMap& outGradient,
                        const FeatureMap& inGradient);

/// The reverse of placeTap: voxel 2 i + tap of `in` becomes voxel i of `out`.
void gatherTap(const FeatureMap& in, const FeatureMap& out, const Index3& tap);

/// Weights (out x 27) and bias of a 3x3x3 convolution of one plain channel: adds the gradients.
void addFirstWeightGradient(const FeatureMap& input, const FeatureMap& outputGradient, float* weightGradient,
                            float* biasGradient);

/// out (8 x voxels, plain float32) = weight (8 x C) times the map's channels + bias.
void reduceMap(const FeatureMap& map, const float* weight, const float* bias, float* out);
/// Back through reduceMap: overwrites the map's gradient, adds to those of weight and bias.
void reduceMapBackward(const FeatureMap& map, const float* weight, const float* outGradient,
                       const FeatureMap& mapGradient, float* weightGradient, float* biasGradient);

} // namespace hounsfield::training
