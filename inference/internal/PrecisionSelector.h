// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "inference/Segmenter.h"
#include "inference/internal/Network.h"

#include <string>

namespace hounsfield {

/// What `auto` takes, and why.
struct PrecisionChoice {
    Precision precision = Precision::Fp32;
    std::string reason; ///< what was measured: a whole sentence
};

/// How far a precision's probabilities may be from those of float32, on average over the voxels that either
/// puts near or above the threshold (0.1 and more), and which part of all voxels of all classes may fall on
/// the other side of the class's threshold.
inline constexpr double largestDifference = 0.01, largestFlipped = 0.001;

/// Finds out on a small window which precision is the fastest of those whose masks stay with float32's. One
/// window runs once a precision; only one that stays with float32 is timed, together with float32.
class PrecisionSelector {
public:
    /// @param weights and pack must outlive it @param candidates beginning with Fp32
    PrecisionSelector(const Weights& weights, const ModelPack& pack, const at::Device& device,
                      std::vector<Precision> candidates);

    /// @throws Cancelled between layers
    PrecisionChoice choose(Progress& progress) const;

    /// The trial's window: a third of the model's along each axis, a multiple of 32 voxels and no larger than
    /// the model's.
    static Index3 trialSize(const Index3& roi);
    /// Whether so many windows take longer than the trial, which runs at most six windows of its size.
    static bool isLongerThanTrial(std::int64_t windows, const Index3& roi);

private:
    const Weights& m_weights;
    const ModelPack& m_pack;
    at::Device m_device;
    std::vector<Precision> m_candidates;
};

/// A window of synthetic anatomy: 1 x 1 x X x Y x Z in [0, 1], the same on every machine.
at::Tensor trialWindow(const Index3& roi);
/// Seconds of a window of the model's size, from the second run of the trial's window: no layer lasts as long
/// as a whole window's.
/// @throws Cancelled between layers
double timedWindow(const Network& network, const Index3& roi, Progress& progress);

} // namespace hounsfield
