// SPDX-License-Identifier: Apache-2.0
#include "inference/training/cpu/HeadKernels.h"

#include "inference/internal/cpu/Lanes.h"
#include "inference/internal/cpu/OneDnn.h"

#pragma GCC diagnostic ignored "-Wpsabi"

namespace hounsfield::training {
namespace {

[[gnu::always_inline]] inline Eight powerOfTwo(Eight shifted)
{
    EightBits bits;
    std::memcpy(&bits, &shifted, sizeof bits);
    bits = (bits + 127) << 23;
    Eight power;
    std::memcpy(&power, &bits, sizeof power);
    return power;
}

/// 2^n of the whole numbers in the lowest bits.
[[gnu::always_inline]] inline Lanes powerOfTwo(Lanes shifted)
{
    return {powerOfTwo(shifted.a), powerOfTwo(shifted.b)};
}

/// 1 where the bit is set.
[[gnu::always_inline]] inline Lanes bitsAsNumbers(const std::uint64_t* labels, std::int64_t bit)
{
    float one[16];
    for (int l = 0; l < 16; ++l)
        one[l] = float(labels[l] >> bit & 1);
    return load(one);
}

} // namespace
} // namespace hounsfield::training

#define HOUNSFIELD_HEAD_KERNEL HOUNSFIELD_EVERY_PROCESSOR
#include "inference/training/cpu/HeadKernels.inc"

namespace hounsfield::training {

HeadKernels headKernels()
{
#ifdef HOUNSFIELD_WIDE_LANES
    if (hasAvx512())
        return wideHeadKernels();
#endif
    return {sumRun, backwardRun};
}

} // namespace hounsfield::training
