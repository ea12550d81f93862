// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "inference/ModelPack.h"
#include "inference/Segmenter.h"
#include "inference/internal/PromptHead.h"
#include "inference/internal/Tensors.h"
#include "inference/internal/Unet.h"
#include "volume/Progress.h"

#include <memory>

namespace hounsfield {

class CpuBackbone;

/// A loaded network on its device: backbone in the chosen precision, head in float32. One thread at a time
/// runs it.
class Network {
public:
    /// @throws Error(Model) where a tensor is missing or of the wrong shape
    Network(const ModelPack& pack, const at::Device& device, Precision precision);
    /// From weights in memory, for tests and for the trainer's own evaluation.
    Network(const Weights& weights, const at::Device& device, Precision precision);
    ~Network();

    struct Output {
        at::Tensor gap;     ///< N x 256, float32, where the network is
        at::Tensor reduced; ///< N x 8 x X x Y x Z, float32
    };
    /// @param windows N x 1 x X x Y x Z float32 on any device @param stop looked at between layers, on the
    /// processor; may be null.
    /// @throws Cancelled where it asks to stop
    Output run(const at::Tensor& windows, const Progress* stop = nullptr) const;
    /// Rows of the pack's own embedding table, K x 512, on the processor. @param ids class ids, 1-based
    at::Tensor embeddings(const std::vector<int>& ids) const;
    /// The part that turns content and words into 153 numbers, on the processor: it is small.
    PromptHead head() const { return PromptHead(WeightScope(m_prompt)); }
    const at::Device& device() const { return m_device; }
    Precision precision() const { return m_precision; }
    /// Gives the memory that one window after another uses back to the system, until the next one.
    void release() const;

private:
    Output runOnCpu(const at::Tensor& windows, const Progress* stop) const;

    Weights m_backbone;
    Weights m_head;   ///< of what is done with a window: on the device
    Weights m_prompt; ///< of what is done with a prompt: on the processor
    at::Device m_device;
    Precision m_precision;
    at::ScalarType m_type;
    bool m_swin;   ///< which backbone the weights are of
    bool m_ownCpu; ///< the processor's own form of the backbone, made for the first window's size
    mutable std::unique_ptr<CpuBackbone> m_cpu;
};

} // namespace hounsfield
