// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "inference/internal/Tensors.h"
#include "inference/training/TrainingScan.h"

#include <memory>

namespace hounsfield::training {

/// The U-Net of the Universal Model with its head, forwards and backwards on the processor in blocked maps:
/// the same gradients as LibTorch's (tests hold them together), several times faster. Its memory is for
/// windows of one size.
class CpuTrainingUnet {
public:
    /// Whether this build and these weights allow it: oneDNN, channels in multiples of 16.
    static bool suits(const Weights& weights);
    /// @param size every axis a multiple of 8, all together a multiple of 16 @param bfloat16 maps; weights
    /// and sums are float32 with either
    CpuTrainingUnet(const Weights& weights, const Index3& size, bool bfloat16);
    ~CpuTrainingUnet();

    /// Reads the weights; adds the gradients of weight * loss to their `grad`s. @returns weight * loss
    double addGradients(Weights& weights, const TrainingPatch& patch,
                        const std::vector<std::int64_t>& classes, double weight);
    /// Reads the weights again for the next calls of addGradients: after every step of the optimiser.
    void readWeights(const Weights& weights);

private:
    struct Network;
    std::unique_ptr<Network> m_network;
};

} // namespace hounsfield::training
