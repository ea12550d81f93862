#pragma once

#include "inference/Segmenter.h"
#include "inference/internal/Network.h"

#include <memory>

namespace hounsfield {

/// The precision that `auto` took, with the network in it.
struct PrecisionChoice {
    std::unique_ptr<Network> network;
    double seconds = 0;  ///< one window
    std::string reason;  ///< what was measured: a whole sentence
};

/// How far a precision's probabilities may be from those of float32, on average over the voxels that either puts near or above the
/// threshold (0.1 and more), and which part of all voxels may fall on the other side of 0.5.
inline constexpr double largestDifference = 0.01, largestFlipped = 0.001;

/// Runs one made-up window in every precision and takes the fastest of those that stay with float32.
/// @param candidates beginning with Fp32
PrecisionChoice fastestPrecision(const ModelPack& pack, const at::Device& device, const std::vector<Precision>& candidates);

/// A window of made-up anatomy: 1 x 1 x X x Y x Z in [0, 1], the same on every machine.
at::Tensor trialWindow(const Index3& roi);
/// The second run of a window: the first lays weights out.
double secondsOfWindow(const Network& network, const Index3& roi);

} // namespace hounsfield
