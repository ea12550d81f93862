// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "inference/internal/Tensors.h"
#include "inference/internal/cpu/Kernels.h"
#include "volume/Progress.h"

namespace hounsfield {

/// What a backbone makes of one window on the processor. The maps are the backbone's own: read them before
/// the next window.
struct CpuMaps {
    FeatureMap features;                            ///< C x X x Y x Z
    FeatureMap bottleneck;                          ///< B x ...
    std::vector<std::shared_ptr<MapMemory>> memory; ///< keeps them
};

/// A backbone of the Universal Model made for the processor: oneDNN's convolutions on maps in groups of 16
/// channels, everything between them in place. The same numbers as unetForward and swinUnetrForward to
/// rounding. One thread calls it at a time.
class CpuBackbone {
public:
    virtual ~CpuBackbone() = default;
    /// @param window X x Y x Z float32 @param stop looked at before every layer; may be null. @throws
    /// Cancelled where it asks to stop
    virtual CpuMaps run(const float* window, const Progress* stop = nullptr) = 0;
    /// Gives the memory between windows back.
    virtual void release() = 0;
    virtual const Index3& size() const = 0;

    /// @param weights with their prefix "backbone.", float32 on the processor; they must outlive it @param
    /// size of the windows
    static std::unique_ptr<CpuBackbone> make(const Weights& weights, bool swin, const Index3& size,
                                             MapType type);
    /// Whether this build has it: with oneDNN.
    static bool available();
    /// Whether this processor computes in bfloat16 without emulating it (AVX-512 with BF16, or AMX).
    static bool computesInBFloat16();
    /// Whether maps are copied to and fro for its convolutions (without AVX-512, MapSide): memory beside the
    /// maps themselves.
    static bool copiesMaps();
    /// The library's number for the instruction sets that it uses here; 0 without it.
    static int instructionSets();
};

} // namespace hounsfield
