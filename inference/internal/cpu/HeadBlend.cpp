// SPDX-License-Identifier: Apache-2.0
// Compiled like Kernels.cpp.
#include "inference/internal/cpu/HeadBlend.h"

#include "inference/internal/cpu/Lanes.h"

#include <algorithm>

namespace hounsfield {
namespace {

constexpr std::int64_t lanes = 16;
constexpr int w1 = 0, w2 = 64, w3 = 128, b1 = 136, b2 = 144, b3 = 152, perClass = 153;

/// Eight rows of eight inputs each, and the ReLU.
[[gnu::always_inline]] inline void layer(const float* weight, const float* bias, const Lanes* in, Lanes* out)
{
    for (int o = 0; o < 8; ++o) {
        Lanes sum = fill(bias[o]);
        for (int i = 0; i < 8; ++i)
            sum += weight[8 * o + i] * in[i];
        out[o] = larger(sum, Lanes{});
    }
}

HOUNSFIELD_EVERY_PROCESSOR void blendRow(const float* reduced, std::int64_t stride, std::int64_t voxels,
                                         const float* parameters, std::int64_t classes,
                                         const float* importance, float* sums, std::int64_t sumStride)
{
    for (std::int64_t v = 0; v < voxels; v += lanes) {
        const std::int64_t count = std::min(lanes, voxels - v);
        Lanes x[8] = {}, weight{};
        for (int i = 0; i < 8; ++i)
            std::memcpy(&x[i], reduced + i * stride + v, std::size_t(count) * sizeof(float));
        std::memcpy(&weight, importance + v, std::size_t(count) * sizeof(float));
        for (std::int64_t k = 0; k < classes; ++k) {
            const float* p = parameters + k * perClass;
            Lanes hidden[8], second[8];
            layer(p + w1, p + b1, x, hidden);
            layer(p + w2, p + b2, hidden, second);
            Lanes logit = fill(p[b3]);
            for (int i = 0; i < 8; ++i)
                logit += p[w3 + i] * second[i];
            Lanes sum{};
            float* to = sums + k * sumStride + v;
            std::memcpy(&sum, to, std::size_t(count) * sizeof(float));
            sum += weight * logit;
            std::memcpy(to, &sum, std::size_t(count) * sizeof(float));
        }
    }
}

/// float32 times 2^-112 has the exponent of a half in its lower bits, denormal ones included.
HOUNSFIELD_EVERY_PROCESSOR void toHalfChunk(const float* from, std::uint16_t* to, std::int64_t count)
{
    for (std::int64_t i = 0; i < count; ++i) {
        const float bounded = from[i] > 65504.0f ? 65504.0f : from[i];
        const float most = bounded < -65504.0f ? -65504.0f : bounded;
        const auto bits = std::bit_cast<std::uint32_t>(most * 0x1p-112f);
        const std::uint32_t size = bits & 0x7fffffffu;
        to[i] = std::uint16_t(((size + 0xfff + ((size >> 13) & 1)) >> 13) | (bits >> 16 & 0x8000u));
    }
}

HOUNSFIELD_EVERY_PROCESSOR void fromHalfChunk(const std::uint16_t* from, float* to, std::int64_t count)
{
    for (std::int64_t i = 0; i < count; ++i) {
        const std::uint32_t half = from[i];
        to[i] = std::bit_cast<float>((half & 0x7fffu) << 13 | (half & 0x8000u) << 16) * 0x1p112f;
    }
}

/// exp of a value in [-20, 0]: 2^whole times a polynomial of the rest (Taylor about 0 in [-0.5, 0.5] ln 2;
/// error below 1e-7).
[[gnu::always_inline]] inline float expOf(float x)
{
    const float scaled = x * 1.44269504f;
    const float whole = float(int(scaled - 0.5f));
    const float rest = (scaled - whole) * 0.69314718f;
    const float power =
        1 + rest * (1 + rest * (0.5f + rest * (0.16666667f +
                                               rest * (0.041666667f +
                                                       rest * (0.0083333333f + rest * 0.0013888889f)))));
    return std::bit_cast<float>(std::uint32_t(int(whole) + 127) << 23) * power;
}

HOUNSFIELD_EVERY_PROCESSOR void quantiseChunk(const float* sums, const float* weights, std::uint8_t* out,
                                              std::int64_t count)
{
    for (std::int64_t i = 0; i < count; ++i) {
        const float logit = sums[i] / weights[i];
        const float size = logit < 0 ? -logit : logit;
        const float e = expOf(-(size > 20.0f ? 20.0f : size));
        // The probability of the other side: small, so that nothing is lost.
        const float small = e / (1 + e);
        const int steps = int(small * 256.0f); // floor
        const int above = 255 - (steps > 127 ? 127 : steps);
        // p = small: ceil(256 p) - 1; where 256 p is whole, one less than its floor.
        const int below = steps - (float(steps) == small * 256.0f && steps > 0 ? 1 : 0);
        const int belowHalf = below > 127 ? 127 : below;
        out[i] = std::uint8_t(sums[i] > 0 ? above : belowHalf);
    }
}

constexpr std::int64_t chunk = 1 << 14;

template <typename Work> void inChunks(std::int64_t count, Work&& work)
{
#pragma omp parallel for schedule(static)
    for (std::int64_t first = 0; first < count; first += chunk)
        work(first, std::min(chunk, count - first));
}

} // namespace

void blendHeadRow(const float* reduced, std::int64_t stride, std::int64_t voxels, const float* parameters,
                  std::int64_t classes, const float* importance, float* sums, std::int64_t sumStride)
{
    blendRow(reduced, stride, voxels, parameters, classes, importance, sums, sumStride);
}

void halfOf(const float* from, std::uint16_t* to, std::int64_t count)
{
    inChunks(count, [&](std::int64_t first, std::int64_t n) { toHalfChunk(from + first, to + first, n); });
}

void floatOf(const std::uint16_t* from, float* to, std::int64_t count)
{
    inChunks(count, [&](std::int64_t first, std::int64_t n) { fromHalfChunk(from + first, to + first, n); });
}

void floatOfRow(const std::uint16_t* from, float* to, std::int64_t count)
{
    fromHalfChunk(from, to, count);
}

void quantisedProbability(const float* sums, const float* weights, std::uint8_t* out, std::int64_t count)
{
    inChunks(count, [&](std::int64_t first, std::int64_t n) {
        quantiseChunk(sums + first, weights + first, out + first, n);
    });
}

} // namespace hounsfield
