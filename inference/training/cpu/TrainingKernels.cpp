// SPDX-License-Identifier: Apache-2.0
#include "inference/training/cpu/TrainingKernels.h"

#include "inference/internal/cpu/Lanes.h"

#include <algorithm>
#include <cmath>

namespace hounsfield::training {
namespace {

constexpr int lanes = FeatureMap::lanes;
/// Voxels summed in float32 before they go into double.
constexpr std::int64_t chunk = 2048;

template <typename Stored> HOUNSFIELD_EVERY_PROCESSOR void momentChunk(const Stored* values,
                                                                       std::int64_t voxels, float* sum,
                                                                       float* squares)
{
    Lanes s{}, q{};
    for (std::int64_t v = 0; v < voxels; ++v) {
        const Lanes x = load(values + v * lanes);
        s += x;
        q += x * x;
    }
    store(sum, s);
    store(squares, q);
}

template <typename Stored>
HOUNSFIELD_EVERY_PROCESSOR void activateChunk(const Stored* in, Stored* out, std::int64_t voxels,
                                              const float* scale, const float* shift)
{
    const Lanes a = load(scale), b = load(shift);
    for (std::int64_t v = 0; v < voxels; ++v)
        store(out + v * lanes, larger(a * load(in + v * lanes) + b, Lanes{}));
}

/// Sums of the gradient that passes the ReLU, and of it times the normalised value.
template <typename Stored>
HOUNSFIELD_EVERY_PROCESSOR void gradientSumChunk(const Stored* in, const Stored* gradient,
                                                 std::int64_t voxels, const float* scale, const float* shift,
                                                 const float* mean, const float* inverse, float* sum,
                                                 float* products)
{
    const Lanes a = load(scale), b = load(shift), m = load(mean), r = load(inverse);
    Lanes s{}, q{};
    for (std::int64_t v = 0; v < voxels; ++v) {
        const Lanes x = load(in + v * lanes), g = select(a * x + b > 0, load(gradient + v * lanes), Lanes{});
        s += g;
        q += g * ((x - m) * r);
    }
    store(sum, s);
    store(products, q);
}

/// gradient = scale * passed - constant - normalised * slope
template <typename Stored>
HOUNSFIELD_EVERY_PROCESSOR void gradientChunk(const Stored* in, Stored* gradient, std::int64_t voxels,
                                              const float* scale, const float* shift, const float* mean,
                                              const float* inverse, const float* constant, const float* slope)
{
    const Lanes a = load(scale), b = load(shift), m = load(mean), r = load(inverse), c = load(constant),
                d = load(slope);
    for (std::int64_t v = 0; v < voxels; ++v) {
        const Lanes x = load(in + v * lanes), g = select(a * x + b > 0, load(gradient + v * lanes), Lanes{});
        store(gradient + v * lanes, a * g - c - (x - m) * r * d);
    }
}

template <typename Stored>
HOUNSFIELD_EVERY_PROCESSOR void poolBackwardRow(const Stored* const* rows, Stored* const* to,
                                                const Stored* out, const Stored* gradient,
                                                std::int64_t voxels)
{
    for (std::int64_t v = 0; v < voxels; ++v) {
        const Lanes most = load(out + v * lanes);
        Lanes left = load(gradient + v * lanes); // of the lanes whose voxel is not found yet
        for (int r = 0; r < 4; ++r)
            for (int z = 0; z < 2; ++z) {
                const std::int64_t at = (2 * v + z) * lanes;
                const Chosen here = load(rows[r] + at) == most;
                store(to[r] + at, load(to[r] + at) + select(here, left, Lanes{}));
                left = select(here, Lanes{}, left);
            }
    }
}

/// One row of voxels: the 27 products with the neighbours, summed. @param rows nine rows of the padded input,
/// at the row's first neighbour
template <typename Stored> HOUNSFIELD_EVERY_PROCESSOR void firstGradientRow(const float* const* rows,
                                                                            const Stored* gradient,
                                                                            std::int64_t voxels, float* sums)
{
    Lanes total[28];
    for (int t = 0; t < 28; ++t)
        total[t] = load(sums + t * lanes);
    for (std::int64_t v = 0; v < voxels; ++v) {
        const Lanes g = load(gradient + v * lanes);
        for (int r = 0; r < 9; ++r)
            for (int z = 0; z < 3; ++z)
                total[r * 3 + z] += rows[r][v + z] * g;
        total[27] += g;
    }
    for (int t = 0; t < 28; ++t)
        store(sums + t * lanes, total[t]);
}

template <typename Stored>
HOUNSFIELD_EVERY_PROCESSOR void reduceRun(const Stored* values, std::int64_t groupStride, int groups,
                                          std::int64_t voxels, const float* weight, const float* bias,
                                          float* out, std::int64_t outStride)
{
    for (std::int64_t v = 0; v < voxels; ++v) {
        Lanes sums[8] = {};
        for (int g = 0; g < groups; ++g) {
            const Lanes x = load(values + g * groupStride + v * lanes);
            for (int o = 0; o < 8; ++o)
                sums[o] += x * load(weight + (o * groups + g) * lanes);
        }
        for (int o = 0; o < 8; ++o)
            out[o * outStride + v] = bias[o] + total(sums[o]);
    }
}

template <typename Stored>
HOUNSFIELD_EVERY_PROCESSOR void reduceBackwardRun(const Stored* values, Stored* gradient,
                                                  std::int64_t groupStride, int groups, std::int64_t voxels,
                                                  const float* weight, const float* outGradient,
                                                  std::int64_t outStride, float* weightSums, float* biasSums)
{
    for (int g = 0; g < groups; ++g) {
        Lanes w[8], sums[8] = {};
        for (int o = 0; o < 8; ++o)
            w[o] = load(weight + (o * groups + g) * lanes);
        for (std::int64_t v = 0; v < voxels; ++v) {
            const Lanes x = load(values + g * groupStride + v * lanes);
            Lanes d{};
            for (int o = 0; o < 8; ++o) {
                const float one = outGradient[o * outStride + v];
                d += one * w[o];
                sums[o] += one * x;
            }
            store(gradient + g * groupStride + v * lanes, d);
        }
        for (int o = 0; o < 8; ++o)
            store(weightSums + (o * groups + g) * lanes, sums[o]);
    }
    for (int o = 0; o < 8; ++o) {
        float sum = 0;
        for (std::int64_t v = 0; v < voxels; ++v)
            sum += outGradient[o * outStride + v];
        biasSums[o] = sum;
    }
}

template <typename Work> void typed(const FeatureMap& map, Work&& work)
{
    if (map.type == MapType::Float32)
        work(reinterpret_cast<float*>(map.data));
    else
        work(reinterpret_cast<std::uint16_t*>(map.data));
}

/// Calls work(group, first voxel, voxels, number) for every chunk of every group, on all threads.
template <typename Work> void forEachChunk(const FeatureMap& map, Work&& work)
{
    const std::int64_t perGroup = (map.voxels() + chunk - 1) / chunk, all = perGroup * map.groups();
#pragma omp parallel for schedule(static)
    for (std::int64_t c = 0; c < all; ++c)
        work(c / perGroup, c % perGroup * chunk, std::min(chunk, map.voxels() - c % perGroup * chunk), c);
}

/// Two sums a lane from every chunk, added in a fixed order: the same whatever the threads.
struct PairSums {
    std::int64_t perGroup;
    std::vector<float> partial;
    explicit PairSums(const FeatureMap& map)
        : perGroup((map.voxels() + chunk - 1) / chunk),
          partial(std::size_t(perGroup * map.groups() * 2 * lanes))
    {
    }
    float* first(std::int64_t c) { return partial.data() + c * 2 * lanes; }
    float* second(std::int64_t c) { return first(c) + lanes; }
    /// @returns sums by lane: groups * 16
    std::pair<std::vector<double>, std::vector<double>> total(int groups) const
    {
        std::vector<double> a(std::size_t(groups * lanes)), b(a);
        for (std::int64_t c = 0; c < perGroup * groups; ++c)
            for (int l = 0; l < lanes; ++l) {
                const auto channel = std::size_t(c / perGroup * lanes + l);
                a[channel] += double(partial[std::size_t(c * 2 * lanes + l)]);
                b[channel] += double(partial[std::size_t(c * 2 * lanes + lanes + l)]);
            }
        return {a, b};
    }
};

/// Sums over each group's channels, given to each of them.
void sumOverGroups(std::vector<double>& values, int groupSize)
{
    for (std::size_t first = 0; first < values.size(); first += std::size_t(groupSize)) {
        double sum = 0;
        for (std::size_t c = first; c < first + std::size_t(groupSize); ++c)
            sum += values[c];
        std::fill_n(values.begin() + std::ptrdiff_t(first), groupSize, sum);
    }
}

struct Affine {
    std::vector<float> scale, shift;
    Affine(const Moments& moments, const float* weight, const float* bias)
    {
        for (std::size_t c = 0; c < moments.mean.size(); ++c) {
            scale.push_back(weight[c] * moments.inverse[c]);
            shift.push_back(bias[c] - moments.mean[c] * scale.back());
        }
    }
};

} // namespace

Moments momentsOf(const FeatureMap& map, int groupSize)
{
    PairSums sums(map);
    typed(map, [&](auto* values) {
        forEachChunk(map, [&](std::int64_t group, std::int64_t first, std::int64_t count, std::int64_t c) {
            momentChunk(values + (group * map.voxels() + first) * lanes, count, sums.first(c),
                        sums.second(c));
        });
    });
    auto [sum, squares] = sums.total(map.groups());
    sumOverGroups(sum, groupSize);
    sumOverGroups(squares, groupSize);
    const double count = double(map.voxels() * groupSize);
    Moments moments;
    for (std::size_t c = 0; c < sum.size(); ++c) {
        const double mean = sum[c] / count;
        moments.mean.push_back(float(mean));
        moments.inverse.push_back(
            float(1 / std::sqrt(std::max(0.0, squares[c] / count - mean * mean) + 1e-5)));
    }
    return moments;
}

void normaliseRelu(const FeatureMap& in, const Moments& moments, const float* weight, const float* bias,
                   const FeatureMap& out)
{
    const Affine affine(moments, weight, bias);
    typed(in, [&](auto* values) {
        auto* to = reinterpret_cast<decltype(values)>(out.data);
        forEachChunk(in, [&](std::int64_t group, std::int64_t first, std::int64_t count, std::int64_t) {
            const std::int64_t at = (group * in.voxels() + first) * lanes;
            activateChunk(values + at, to + at, count, affine.scale.data() + group * lanes,
                          affine.shift.data() + group * lanes);
        });
    });
}

void normaliseReluBackward(const FeatureMap& in, const Moments& moments, int groupSize, const float* weight,
                           const float* bias, const FeatureMap& gradient, float* weightGradient,
                           float* biasGradient)
{
    const Affine affine(moments, weight, bias);
    PairSums sums(in);
    typed(in, [&](auto* values) {
        auto* g = reinterpret_cast<decltype(values)>(gradient.data);
        forEachChunk(in, [&](std::int64_t group, std::int64_t first, std::int64_t count, std::int64_t c) {
            const std::int64_t at = (group * in.voxels() + first) * lanes, lane = group * lanes;
            gradientSumChunk(values + at, g + at, count, affine.scale.data() + lane,
                             affine.shift.data() + lane, moments.mean.data() + lane,
                             moments.inverse.data() + lane, sums.first(c), sums.second(c));
        });
    });
    auto [passed, products] = sums.total(in.groups());
    for (int c = 0; c < in.channels; ++c) {
        biasGradient[c] += float(passed[std::size_t(c)]);
        weightGradient[c] += float(products[std::size_t(c)]);
        passed[std::size_t(c)] *= double(weight[c]);
        products[std::size_t(c)] *= double(weight[c]);
    }
    sumOverGroups(passed, groupSize);
    sumOverGroups(products, groupSize);
    const double summed = double(in.voxels() * groupSize);
    std::vector<float> constant, slope;
    for (std::size_t c = 0; c < passed.size(); ++c) {
        constant.push_back(float(passed[c] / summed) * moments.inverse[c]);
        slope.push_back(float(products[c] / summed) * moments.inverse[c]);
    }
    typed(in, [&](auto* values) {
        auto* g = reinterpret_cast<decltype(values)>(gradient.data);
        forEachChunk(in, [&](std::int64_t group, std::int64_t first, std::int64_t count, std::int64_t) {
            const std::int64_t at = (group * in.voxels() + first) * lanes, lane = group * lanes;
            gradientChunk(values + at, g + at, count, affine.scale.data() + lane, affine.shift.data() + lane,
                          moments.mean.data() + lane, moments.inverse.data() + lane, constant.data() + lane,
                          slope.data() + lane);
        });
    });
}

void addMaxPoolBackward(const FeatureMap& in, const FeatureMap& out, const FeatureMap& outGradient,
                        const FeatureMap& inGradient)
{
    const Index3 s = in.size, h = out.size;
    typed(in, [&](auto* values) {
        using Values = decltype(values);
        auto *most = reinterpret_cast<Values>(out.data), *from = reinterpret_cast<Values>(outGradient.data),
             *to = reinterpret_cast<Values>(inGradient.data);
#pragma omp parallel for collapse(2) schedule(static)
        for (std::int64_t gx = 0; gx < in.groups() * h[0]; ++gx)
            for (std::int64_t y = 0; y < h[1]; ++y) {
                const std::int64_t group = gx / h[0], x = gx % h[0];
                const auto row = [&](std::int64_t i, std::int64_t j) {
                    return (group * in.voxels() + (i * s[1] + j) * s[2]) * lanes;
                };
                const std::int64_t at[4] = {row(2 * x, 2 * y), row(2 * x, 2 * y + 1), row(2 * x + 1, 2 * y),
                                            row(2 * x + 1, 2 * y + 1)};
                using Constant = const std::remove_pointer_t<Values>*;
                const Constant rows[4] = {values + at[0], values + at[1], values + at[2], values + at[3]};
                const Values tos[4] = {to + at[0], to + at[1], to + at[2], to + at[3]};
                const std::int64_t small = (group * out.voxels() + (x * h[1] + y) * h[2]) * lanes;
                poolBackwardRow(rows, tos, static_cast<Constant>(most + small),
                                static_cast<Constant>(from + small), h[2]);
            }
    });
}

void gatherTap(const FeatureMap& in, const FeatureMap& out, const Index3& tap)
{
    const Index3 s = out.size, d = in.size;
    const std::int64_t width = lanes * sizeOf(in.type);
#pragma omp parallel for schedule(static)
    for (std::int64_t gx = 0; gx < out.groups() * s[0]; ++gx) {
        const std::int64_t group = gx / s[0], x = gx % s[0];
        for (std::int64_t y = 0; y < s[1]; ++y) {
            char* to = out.data + (group * out.voxels() + (x * s[1] + y) * s[2]) * width;
            const char* from =
                in.data +
                (group * in.voxels() + ((2 * x + tap[0]) * d[1] + 2 * y + tap[1]) * d[2] + tap[2]) * width;
            for (std::int64_t z = 0; z < s[2]; ++z)
                std::memcpy(to + z * width, from + 2 * z * width, std::size_t(width));
        }
    }
}

void addFirstWeightGradient(const FeatureMap& input, const FeatureMap& outputGradient, float* weightGradient,
                            float* biasGradient)
{
    const auto [sx, sy, sz] = input.size;
    // One voxel of zeros around, so that no row asks where it ends.
    std::vector<float> padded(std::size_t((sx + 2) * (sy + 2) * (sz + 2)), 0.0f);
    const auto at = [&, sy = sy, sz = sz](std::int64_t x, std::int64_t y) {
        return ((x + 1) * (sy + 2) + y + 1) * (sz + 2) + 1;
    };
    typed(input, [&, sx = sx, sy = sy, sz = sz](auto* values) {
        for (std::int64_t x = 0; x < sx; ++x)
            for (std::int64_t y = 0; y < sy; ++y)
                for (std::int64_t z = 0; z < sz; ++z) {
                    const auto value = values[(x * sy + y) * sz + z];
                    if constexpr (sizeof value == 4)
                        padded[std::size_t(at(x, y) + z)] = value;
                    else
                        padded[std::size_t(at(x, y) + z)] = std::bit_cast<float>(std::uint32_t(value) << 16);
                }
    });
    const std::int64_t rows = outputGradient.groups() * sx;
    std::vector<float> sums(std::size_t(rows * 28 * lanes), 0.0f);
    typed(outputGradient, [&, sx = sx, sy = sy, sz = sz](auto* gradient) {
#pragma omp parallel for schedule(static)
        for (std::int64_t gx = 0; gx < rows; ++gx) {
            const std::int64_t group = gx / sx, x = gx % sx;
            for (std::int64_t y = 0; y < sy; ++y) {
                const float* near[9];
                for (int r = 0; r < 9; ++r)
                    near[r] = padded.data() + at(x + r / 3 - 1, y + r % 3 - 1) - 1;
                firstGradientRow(near,
                                 gradient + (group * outputGradient.voxels() + (x * sy + y) * sz) * lanes, sz,
                                 sums.data() + gx * 28 * lanes);
            }
        }
    });
    for (std::int64_t gx = 0; gx < rows; ++gx)
        for (int l = 0; l < lanes; ++l) {
            const std::int64_t channel = gx / sx * lanes + l;
            if (channel >= outputGradient.channels)
                continue;
            for (int t = 0; t < 27; ++t)
                weightGradient[channel * 27 + t] += sums[std::size_t((gx * 28 + t) * lanes + l)];
            biasGradient[channel] += sums[std::size_t((gx * 28 + 27) * lanes + l)];
        }
}

void reduceMap(const FeatureMap& map, const float* weight, const float* bias, float* out)
{
    const std::int64_t chunks = (map.voxels() + chunk - 1) / chunk;
    typed(map, [&](auto* values) {
#pragma omp parallel for schedule(static)
        for (std::int64_t c = 0; c < chunks; ++c)
            reduceRun(values + c * chunk * lanes, map.voxels() * lanes, map.groups(),
                      std::min(chunk, map.voxels() - c * chunk), weight, bias, out + c * chunk, map.voxels());
    });
}

void reduceMapBackward(const FeatureMap& map, const float* weight, const float* outGradient,
                       const FeatureMap& mapGradient, float* weightGradient, float* biasGradient)
{
    const std::int64_t chunks = (map.voxels() + chunk - 1) / chunk, numbers = 8 * map.channels + 8;
    std::vector<float> sums(std::size_t(chunks * numbers));
    typed(map, [&](auto* values) {
        auto* gradient = reinterpret_cast<decltype(values)>(mapGradient.data);
#pragma omp parallel for schedule(static)
        for (std::int64_t c = 0; c < chunks; ++c)
            reduceBackwardRun(values + c * chunk * lanes, gradient + c * chunk * lanes, map.voxels() * lanes,
                              map.groups(), std::min(chunk, map.voxels() - c * chunk), weight,
                              outGradient + c * chunk, map.voxels(), sums.data() + c * numbers,
                              sums.data() + c * numbers + 8 * map.channels);
    });
    for (std::int64_t c = 0; c < chunks; ++c) {
        for (int i = 0; i < 8 * map.channels; ++i)
            weightGradient[i] += sums[std::size_t(c * numbers + i)];
        for (int o = 0; o < 8; ++o)
            biasGradient[o] += sums[std::size_t(c * numbers + 8 * map.channels + o)];
    }
}

} // namespace hounsfield::training
