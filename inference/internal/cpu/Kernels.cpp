// SPDX-License-Identifier: Apache-2.0
// Compiled with -O3 and OpenMP (inference/CMakeLists.txt): plain loops over 16 lanes that the compiler turns
// into the widest vectors.
#include "inference/internal/cpu/Kernels.h"

#include "inference/internal/cpu/Lanes.h"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace hounsfield {
namespace {

constexpr int lanes = FeatureMap::lanes;
/// Voxels summed in float32 before they go into double.
constexpr std::int64_t chunk = 2048;

template <typename Stored> HOUNSFIELD_EVERY_PROCESSOR void sumChunk(const Stored* values, std::int64_t voxels,
                                                                    float* sum, float* squares)
{
    Lanes s{}, q{};
    for (std::int64_t v = 0; v < voxels; ++v) {
        const Lanes x = load(values + v * lanes);
        s += x;
        q += x * x;
    }
    std::memcpy(sum, &s, sizeof s);
    std::memcpy(squares, &q, sizeof q);
}

template <typename Stored> HOUNSFIELD_EVERY_PROCESSOR void activateChunk(Stored* values, std::int64_t voxels,
                                                                         const float* scale,
                                                                         const float* shift, float slope)
{
    const Lanes a = load(scale), b = load(shift);
    for (std::int64_t v = 0; v < voxels; ++v) {
        const Lanes x = a * load(values + v * lanes) + b;
        store(values + v * lanes, select(x, slope));
    }
}

template <typename Stored>
HOUNSFIELD_EVERY_PROCESSOR void activateSumChunk(Stored* values, const Stored* other, std::int64_t voxels,
                                                 const float* scale, const float* shift,
                                                 const float* otherScale, float slope)
{
    const Lanes a = load(scale), b = load(shift), c = load(otherScale);
    for (std::int64_t v = 0; v < voxels; ++v) {
        const Lanes x = a * load(values + v * lanes) + b + c * load(other + v * lanes);
        store(values + v * lanes, select(x, slope));
    }
}

template <typename Stored>
HOUNSFIELD_EVERY_PROCESSOR void poolRow(const Stored* const* rows, Stored* out, std::int64_t voxels)
{
    for (std::int64_t v = 0; v < voxels; ++v) {
        Lanes most = load(rows[0] + 2 * v * lanes);
        for (int r = 0; r < 4; ++r)
            for (int z = 0; z < 2; ++z)
                most = larger(most, load(rows[r] + (2 * v + z) * lanes));
        store(out + v * lanes, most);
    }
}

template <typename Stored>
HOUNSFIELD_EVERY_PROCESSOR void reduceChunk(const Stored* values, std::int64_t groupStride, int groups,
                                            std::int64_t voxels, const float* scale, const float* shift,
                                            const float* weight, const float* bias, float* out,
                                            std::int64_t outStride)
{
    for (std::int64_t v = 0; v < voxels; ++v) {
        Lanes sums[8] = {};
        for (int g = 0; g < groups; ++g) {
            const Lanes x = larger(load(scale + g * lanes) * load(values + g * groupStride + v * lanes) +
                                       load(shift + g * lanes),
                                   Lanes{});
            for (int o = 0; o < 8; ++o)
                sums[o] += x * load(weight + (o * groups + g) * lanes);
        }
        for (int o = 0; o < 8; ++o)
            out[o * outStride + v] = bias[o] + total(sums[o]);
    }
}

/// Calls work(values, group, first voxel, voxels) for every chunk of every group, on all threads.
template <typename Work> void forEachChunk(const FeatureMap& map, Work&& work)
{
    const std::int64_t perGroup = (map.voxels() + chunk - 1) / chunk, all = perGroup * map.groups();
#pragma omp parallel for schedule(static)
    for (std::int64_t c = 0; c < all; ++c) {
        const std::int64_t group = c / perGroup, first = c % perGroup * chunk;
        work(group, first, std::min(chunk, map.voxels() - first), c);
    }
}

/// Calls work with the values as what they are stored as.
template <typename Work> void typed(const FeatureMap& map, Work&& work)
{
    if (map.type == MapType::Float32)
        work(reinterpret_cast<float*>(map.data));
    else
        work(reinterpret_cast<std::uint16_t*>(map.data));
}

} // namespace

ChannelAffine normalisation(const FeatureMap& map, const float* weight, const float* bias, int groupSize)
{
    const std::int64_t perGroup = (map.voxels() + chunk - 1) / chunk;
    std::vector<float> partial(static_cast<std::size_t>(perGroup * map.groups() * 2 * lanes));
    typed(map, [&](auto* values) {
        forEachChunk(map, [&](std::int64_t group, std::int64_t first, std::int64_t count, std::int64_t c) {
            float* to = partial.data() + c * 2 * lanes;
            sumChunk(values + (group * map.voxels() + first) * lanes, count, to, to + lanes);
        });
    });
    std::vector<double> sum(static_cast<std::size_t>(map.channels)), squares(sum);
    for (std::int64_t c = 0; c < perGroup * map.groups(); ++c)
        for (int l = 0; l < lanes; ++l)
            if (const std::int64_t channel = c / perGroup * lanes + l; channel < map.channels) {
                sum[std::size_t(channel)] += double(partial[std::size_t(c * 2 * lanes + l)]);
                squares[std::size_t(channel)] += double(partial[std::size_t(c * 2 * lanes + lanes + l)]);
            }
    ChannelAffine affine{std::vector<float>(std::size_t(map.groups() * lanes), 0.0f),
                         std::vector<float>(std::size_t(map.groups() * lanes), 0.0f)};
    const double count = double(map.voxels() * groupSize);
    for (int first = 0; first < map.channels; first += groupSize) {
        double s = 0, q = 0;
        for (int c = first; c < first + groupSize; ++c)
            s += sum[std::size_t(c)], q += squares[std::size_t(c)];
        const double mean = s / count, scale = 1 / std::sqrt(std::max(0.0, q / count - mean * mean) + 1e-5);
        for (int c = first; c < first + groupSize; ++c) {
            const double own = scale * (weight ? double(weight[c]) : 1.0);
            affine.scale[std::size_t(c)] = float(own);
            affine.shift[std::size_t(c)] = float((bias ? double(bias[c]) : 0.0) - mean * own);
        }
    }
    return affine;
}

void applyActivated(const FeatureMap& map, const ChannelAffine& affine, float slope)
{
    typed(map, [&](auto* values) {
        forEachChunk(map, [&](std::int64_t group, std::int64_t first, std::int64_t count, std::int64_t) {
            activateChunk(values + (group * map.voxels() + first) * lanes, count,
                          affine.scale.data() + group * lanes, affine.shift.data() + group * lanes, slope);
        });
    });
}

void applySumActivated(const FeatureMap& map, const ChannelAffine& affine, const FeatureMap& other,
                       const ChannelAffine* otherAffine, float slope)
{
    std::vector<float> shift = affine.shift, otherScale(affine.scale.size(), 1.0f);
    if (otherAffine) {
        otherScale = otherAffine->scale;
        std::transform(shift.begin(), shift.end(), otherAffine->shift.begin(), shift.begin(), std::plus<>());
    }
    typed(map, [&](auto* values) {
        const auto* second = reinterpret_cast<decltype(values)>(other.data);
        forEachChunk(map, [&](std::int64_t group, std::int64_t first, std::int64_t count, std::int64_t) {
            const std::int64_t at = (group * map.voxels() + first) * lanes;
            activateSumChunk(values + at, second + at, count, affine.scale.data() + group * lanes,
                             shift.data() + group * lanes, otherScale.data() + group * lanes, slope);
        });
    });
}

void maxPool(const FeatureMap& in, const FeatureMap& out)
{
    const Index3 s = in.size, h = out.size;
    typed(in, [&](auto* values) {
        auto* to = reinterpret_cast<decltype(values)>(out.data);
#pragma omp parallel for collapse(2) schedule(static)
        for (std::int64_t gx = 0; gx < in.groups() * h[0]; ++gx)
            for (std::int64_t y = 0; y < h[1]; ++y) {
                const std::int64_t group = gx / h[0], x = gx % h[0];
                const auto* base = values + group * in.voxels() * lanes;
                const auto row = [&](std::int64_t i, std::int64_t j) {
                    return base + (i * s[1] + j) * s[2] * lanes;
                };
                const decltype(base) rows[4] = {row(2 * x, 2 * y), row(2 * x, 2 * y + 1),
                                                row(2 * x + 1, 2 * y), row(2 * x + 1, 2 * y + 1)};
                poolRow(rows, to + (group * out.voxels() + (x * h[1] + y) * h[2]) * lanes, h[2]);
            }
    });
}

void placeTap(const FeatureMap& in, const FeatureMap& out, const Index3& tap)
{
    const Index3 s = in.size, d = out.size;
    const std::int64_t width = lanes * sizeOf(in.type);
#pragma omp parallel for schedule(static)
    for (std::int64_t gx = 0; gx < in.groups() * s[0]; ++gx) {
        const std::int64_t group = gx / s[0], x = gx % s[0];
        for (std::int64_t y = 0; y < s[1]; ++y) {
            const char* from = in.data + (group * in.voxels() + (x * s[1] + y) * s[2]) * width;
            char* to =
                out.data +
                (group * out.voxels() + ((2 * x + tap[0]) * d[1] + 2 * y + tap[1]) * d[2] + tap[2]) * width;
            if (width == 64)
                for (std::int64_t z = 0; z < s[2]; ++z)
                    std::memcpy(to + 2 * z * 64, from + z * 64, 64);
            else
                for (std::int64_t z = 0; z < s[2]; ++z)
                    std::memcpy(to + 2 * z * 32, from + z * 32, 32);
        }
    }
}

void fromPlain(const float* plain, const FeatureMap& out)
{
    typed(out, [&](auto* values) {
        forEachChunk(out, [&](std::int64_t group, std::int64_t first, std::int64_t count, std::int64_t) {
            for (std::int64_t v = first; v < first + count; ++v) {
                float one[lanes] = {};
                for (int l = 0; l < lanes && group * lanes + l < out.channels; ++l)
                    one[l] = plain[(group * lanes + l) * out.voxels() + v];
                store(values + (group * out.voxels() + v) * lanes, load(one));
            }
        });
    });
}

void toPlain(const FeatureMap& in, float* plain)
{
    typed(in, [&](auto* values) {
        forEachChunk(in, [&](std::int64_t group, std::int64_t first, std::int64_t count, std::int64_t) {
            for (std::int64_t v = first; v < first + count; ++v) {
                const Lanes one = load(values + (group * in.voxels() + v) * lanes);
                for (int l = 0; l < lanes && group * lanes + l < in.channels; ++l)
                    plain[(group * lanes + l) * in.voxels() + v] = one[l];
            }
        });
    });
}

void fromTokensNormalised(const float* tokens, const FeatureMap& out)
{
    const int channels = out.channels;
    typed(out, [&](auto* values) {
#pragma omp parallel for schedule(static)
        for (std::int64_t v = 0; v < out.voxels(); ++v) {
            const float* token = tokens + v * channels;
            double mean = 0, square = 0;
            for (int c = 0; c < channels; ++c)
                mean += double(token[c]);
            mean /= channels;
            for (int c = 0; c < channels; ++c)
                square += (double(token[c]) - mean) * (double(token[c]) - mean);
            const float scale = float(1 / std::sqrt(square / channels + 1e-5)), shift = float(-mean) * scale;
            for (int group = 0; group < out.groups(); ++group) {
                float one[lanes] = {};
                for (int l = 0; l < lanes && group * lanes + l < channels; ++l)
                    one[l] = scale * token[group * lanes + l] + shift;
                store(values + (group * out.voxels() + v) * lanes, load(one));
            }
        }
    });
}

void toBFloat16(const float* from, std::uint16_t* to, std::int64_t count)
{
#pragma omp parallel for schedule(static)
    for (std::int64_t i = 0; i < count; ++i)
        to[i] = bfloat16Of(from[i]);
}

void reduceToEight(const FeatureMap& map, const ChannelAffine& affine, const float* weight, const float* bias,
                   float* out)
{
    // By output, then group and lane, zero beyond the last channel.
    std::vector<float> padded(std::size_t(8 * map.groups() * lanes), 0.0f);
    for (int o = 0; o < 8; ++o)
        std::copy(weight + o * map.channels, weight + (o + 1) * map.channels,
                  padded.begin() + o * map.groups() * lanes);
    const std::int64_t chunks = (map.voxels() + chunk - 1) / chunk;
    typed(map, [&](auto* values) {
#pragma omp parallel for schedule(static)
        for (std::int64_t c = 0; c < chunks; ++c) {
            const std::int64_t first = c * chunk;
            reduceChunk(values + first * lanes, map.voxels() * lanes, map.groups(),
                        std::min(chunk, map.voxels() - first), affine.scale.data(), affine.shift.data(),
                        padded.data(), bias, out + first, map.voxels());
        }
    });
}

} // namespace hounsfield
