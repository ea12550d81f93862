// SPDX-License-Identifier: Apache-2.0
// Compiled for AVX-512 alone: nothing here may be a function that another file has too.
#include "inference/training/cpu/HeadKernels.h"

#include <immintrin.h>

namespace hounsfield::training {
namespace {

#define HOUNSFIELD_WIDE [[gnu::always_inline]] inline

/// Sixteen values in one register, with the operations that Lanes have.
typedef float Lanes __attribute__((vector_size(64)));

HOUNSFIELD_WIDE Lanes fill(float x)
{
    return _mm512_set1_ps(x);
}
HOUNSFIELD_WIDE Lanes larger(Lanes x, Lanes y)
{
    return _mm512_max_ps(x, y);
}
template <typename Chosen> HOUNSFIELD_WIDE Lanes select(Chosen where, Lanes yes, Lanes no)
{
    return where ? yes : no;
}
HOUNSFIELD_WIDE Lanes load(const float* from)
{
    return _mm512_loadu_ps(from);
}
HOUNSFIELD_WIDE void store(float* to, Lanes x)
{
    _mm512_storeu_ps(to, x);
}
HOUNSFIELD_WIDE float total(Lanes x)
{
    return _mm512_reduce_add_ps(x);
}
HOUNSFIELD_WIDE Lanes powerOfTwo(Lanes shifted)
{
    return _mm512_castsi512_ps(
        _mm512_slli_epi32(_mm512_add_epi32(_mm512_castps_si512(shifted), _mm512_set1_epi32(127)), 23));
}
HOUNSFIELD_WIDE Lanes bitsAsNumbers(const std::uint64_t* labels, std::int64_t bit)
{
    const __m512i mask = _mm512_set1_epi64(std::int64_t(std::uint64_t(1) << bit));
    const unsigned low = _mm512_test_epi64_mask(_mm512_loadu_si512(labels), mask),
                   high = _mm512_test_epi64_mask(_mm512_loadu_si512(labels + 8), mask);
    return _mm512_maskz_mov_ps(static_cast<__mmask16>(low | high << 8), _mm512_set1_ps(1));
}

} // namespace
} // namespace hounsfield::training

#define HOUNSFIELD_HEAD_KERNEL
#include "inference/training/cpu/HeadKernels.inc"

namespace hounsfield::training {

HeadKernels wideHeadKernels()
{
    return {sumRun, backwardRun};
}

} // namespace hounsfield::training
