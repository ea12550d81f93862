// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "inference/internal/cpu/Blocked.h"

namespace hounsfield {

/// A value of every channel becomes scale * value + shift.
struct ChannelAffine {
    std::vector<float> scale, shift; ///< one a lane: groups() * 16, zero beyond the last channel
};

/// What makes every channel of mean 0 and variance 1, then scaled and shifted: instance norm (Ulyanov et al.
/// 2016) with groupSize 1, group norm (Wu & He 2018) otherwise. Biased variance, eps 1e-5. @param weight,
/// bias one a channel; null: 1 and 0
ChannelAffine normalisation(const FeatureMap& map, const float* weight, const float* bias, int groupSize = 1);

/// value -> activation(scale * value + shift) in place, the activation being value < 0 ? slope * value :
/// value (0: ReLU; 1: none).
void applyActivated(const FeatureMap& map, const ChannelAffine& affine, float slope);
/// The same of the sum with `other`, which has an affine of its own (null: as it is): the end of a residual
/// block.
void applySumActivated(const FeatureMap& map, const ChannelAffine& affine, const FeatureMap& other,
                       const ChannelAffine* otherAffine, float slope);

/// The largest of every 2 x 2 x 2 voxels. @param out half the size
void maxPool(const FeatureMap& in, const FeatureMap& out);
/// One of the eight taps of a transposed convolution of kernel 2 and stride 2: voxel i of `in` becomes voxel
/// 2 i + tap of `out`.
void placeTap(const FeatureMap& in, const FeatureMap& out, const Index3& tap);

/// C x X x Y x Z as rows of plain float32 into a map, and back.
void fromPlain(const float* plain, const FeatureMap& out);
void toPlain(const FeatureMap& in, float* plain);
/// X x Y x Z x C (tokens of a transformer) into a map, each token normalised over its channels first (layer
/// norm without weights, eps 1e-5).
void fromTokensNormalised(const float* tokens, const FeatureMap& out);
void toBFloat16(const float* from, std::uint16_t* to, std::int64_t count);

/// precls_conv of the Universal Model at once: normalised (`affine`), ReLU, then 1x1x1 to 8 channels in
/// float32.
/// @param weight 8 x C @param bias 8 @param out 8 x voxels, plain
void reduceToEight(const FeatureMap& map, const ChannelAffine& affine, const float* weight, const float* bias,
                   float* out);

} // namespace hounsfield
