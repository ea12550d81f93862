// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "inference/internal/cpu/Blocked.h"

#include <string>

namespace hounsfield {

/// One convolution of stride 1 with "same" padding over maps of a fixed size, by oneDNN: its weights are laid
/// out once, in the library's own order.
class Convolution {
public:
    struct Shape {
        int in = 0, out = 0;
        int kernel = 3; ///< 1 or 3
        Index3 size{0, 0, 0};
        MapType type = MapType::Float32;
    };
    /// @param weight out x in x kernel^3, row-major @param bias out values, or null. One input channel is
    /// read as plain X x Y x Z.
    /// @throws Error(Resources) where this processor cannot compute in that type
    Convolution(const Shape& shape, const float* weight, const float* bias);
    ~Convolution();
    Convolution(Convolution&&) noexcept;
    Convolution& operator=(Convolution&&) noexcept;

    /// Maps of the shape's size, channels and type; they may not overlap.
    void run(const FeatureMap& input, const FeatureMap& output) const;
    /// The library's name for its loops ("jit:avx2"); "ref" in it are the reference loops, far too slow to
    /// use.
    std::string implementation() const;

private:
    struct Primitive;
    std::unique_ptr<Primitive> m_primitive;
};

/// Whether oneDNN computes in bfloat16 on this processor without emulating it: AVX-512 with BF16, or AMX.
bool hasFastBFloat16();
/// oneDNN's number for the instruction sets that it uses.
int instructionSetNumber();

} // namespace hounsfield
