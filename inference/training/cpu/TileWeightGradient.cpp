// SPDX-License-Identifier: Apache-2.0
#include "inference/internal/cpu/Lanes.h"
#include "inference/internal/cpu/MatrixTiles.h"
#include "inference/training/cpu/ThreePlanes.h"
#include "inference/training/cpu/TileConvolution.h"

#include <algorithm>
#include <type_traits>
#include <vector>

#ifdef HOUNSFIELD_MATRIX_TILES
#include <emmintrin.h>
#include <omp.h>

namespace hounsfield::training {
namespace {

constexpr int lanes = FeatureMap::lanes;
/// Products of 16 input channels with 16 output channels.
constexpr int products = lanes * lanes;

/// Eight voxels of eight channels, turned round. @param fromStep, toStep values from voxel to voxel, and from
/// channel to channel
void transposeEight(const std::uint16_t* from, std::uint16_t* to, std::int64_t toStep)
{
    __m128i v[8], w[8];
    for (int i = 0; i < 8; ++i)
        v[i] = _mm_loadu_si128(reinterpret_cast<const __m128i*>(from + i * lanes));
    for (int i = 0; i < 4; ++i) {
        w[2 * i] = _mm_unpacklo_epi16(v[2 * i], v[2 * i + 1]);
        w[2 * i + 1] = _mm_unpackhi_epi16(v[2 * i], v[2 * i + 1]);
    }
    for (int i = 0; i < 2; ++i)
        for (int h = 0; h < 2; ++h) {
            v[4 * i + 2 * h] = _mm_unpacklo_epi32(w[4 * i + h], w[4 * i + 2 + h]);
            v[4 * i + 2 * h + 1] = _mm_unpackhi_epi32(w[4 * i + h], w[4 * i + 2 + h]);
        }
    for (int c = 0; c < 4; ++c) {
        _mm_storeu_si128(reinterpret_cast<__m128i*>(to + (2 * c) * toStep),
                         _mm_unpacklo_epi64(v[c], v[4 + c]));
        _mm_storeu_si128(reinterpret_cast<__m128i*>(to + (2 * c + 1) * toStep),
                         _mm_unpackhi_epi64(v[c], v[4 + c]));
    }
}

/// Planes of the input: group, y, channel, z.
class ChannelRows {
public:
    explicit ChannelRows(const FeatureMap& map)
        : row((map.size[2] + 2 + 7) / 8 * 8), m_map(map), m_group((map.size[1] + 2) * lanes * row),
          m_planes(map.groups() * m_group, map.size[0])
    {
    }
    void read(std::int64_t x)
    {
        if (!m_planes.begin(x))
            return;
        std::uint16_t* const to = m_planes.of(x);
        const auto [sx, sy, sz] = m_map.size;
        for (int g = 0; g < m_map.groups(); ++g) {
            const auto* const from =
                reinterpret_cast<const std::uint16_t*>(m_map.data) + (g * sx + x) * sy * sz * lanes;
            for (std::int64_t y = 0; y < sy; ++y)
                for (std::int64_t z = 0; z < sz; z += 8)
                    for (int half = 0; half < 2; ++half)
                        transposeEight(from + (y * sz + z) * lanes + 8 * half,
                                       to + g * m_group + ((y + 1) * lanes + 8 * half) * row + 1 + z, row);
        }
    }
    /// Channel 0 of a group at row y (from -1), the border before its first voxel.
    const std::uint16_t* at(int group, std::int64_t x, std::int64_t y) const
    {
        return m_planes.of(x) + group * m_group + (y + 1) * lanes * row;
    }
    const std::int64_t row;

private:
    const FeatureMap& m_map;
    std::int64_t m_group;
    ThreePlanes m_planes;
};

HOUNSFIELD_EVERY_PROCESSOR void addVoxels(const std::uint16_t* gradient, std::int64_t count, float* sums)
{
    Lanes sum = load(sums);
    for (std::int64_t v = 0; v < count; ++v)
        sum += load(gradient + v * lanes);
    store(sums, sum);
}

/// A plane of the gradient of one group: two neighbours along z side by side for each channel.
void pairNeighbours(const std::uint16_t* from, std::int64_t voxels, std::uint16_t* to)
{
    for (std::int64_t v = 0; v < voxels; v += 2)
        for (int half = 0; half < 2; ++half) {
            const __m128i a = _mm_loadu_si128(reinterpret_cast<const __m128i*>(from + v * lanes + 8 * half)),
                          b = _mm_loadu_si128(
                              reinterpret_cast<const __m128i*>(from + (v + 1) * lanes + 8 * half));
            auto* const pairs = reinterpret_cast<__m128i*>(to + v * lanes + 16 * half);
            _mm_storeu_si128(pairs, _mm_unpacklo_epi16(a, b));
            _mm_storeu_si128(pairs + 1, _mm_unpackhi_epi16(a, b));
        }
}

/// Sums of the taps along z in tiles 0 to 2, kept in memory from plane to plane. @param input what the first
/// tap reads
template <int Taps> void addPlane(const std::uint16_t* input, std::int64_t rowValues,
                                  const std::uint16_t* gradient, std::int64_t sy, std::int64_t sz,
                                  std::int64_t depth, float* sums)
{
    const auto every = [](auto&& what) {
        what(std::integral_constant<int, 0>{});
        if constexpr (Taps == 3) {
            what(std::integral_constant<int, 1>{});
            what(std::integral_constant<int, 2>{});
        }
    };
    every([&](auto tap) { tiles::load<tap>(sums + tap * products, lanes * 4); });
    for (std::int64_t y = 0; y < sy; ++y)
        for (std::int64_t z = 0; z < sz; z += depth) {
            const std::uint16_t* const from = input + y * lanes * rowValues + z;
            tiles::load<6>(gradient + (y * sz + z) * lanes, 64);
            every([&](auto tap) {
                tiles::load<3 + tap>(from + tap, rowValues * 2);
                tiles::addProduct<tap, 3 + tap, 6>();
            });
        }
    every([&](auto tap) { tiles::store<tap>(sums + tap * products, lanes * 4); });
}

/// How many voxels along z are multiplied at once: an even part of them, at most 32.
int depthOf(std::int64_t sz)
{
    int n = 32;
    while (sz % n != 0)
        n -= 2;
    return n;
}

} // namespace

void addWeightGradientByTiles(const FeatureMap& input, const FeatureMap& outputGradient, int kernel,
                              float* weightGradient, float* biasGradient)
{
    const auto [sx, sy, sz] = input.size;
    const int depth = depthOf(sz), inGroups = input.groups(), outGroups = outputGradient.groups();
    const int reach = kernel / 2, rows = kernel * kernel, taps = rows * kernel;
    const std::int64_t plane = sy * sz * lanes;
    const auto addOne = kernel == 3 ? addPlane<3> : addPlane<1>;
    const auto* gradient = reinterpret_cast<const std::uint16_t*>(outputGradient.data);
    struct Part {
        std::vector<float> sums, bias;
        ChannelRows channels;
        MapMemory pairs; ///< of a plane of the gradient
        Part(std::int64_t sumCount, std::int64_t pairBytes, const FeatureMap& input, int outChannels)
            : sums(std::size_t(sumCount), 0.0f), bias(std::size_t(outChannels), 0.0f), channels(input),
              pairs(pairBytes)
        {
        }
    };
    // Before the threads part: memory that is refused is an exception.
    std::vector<std::unique_ptr<Part>> parts;
    for (int t = 0; t < omp_get_max_threads(); ++t)
        parts.push_back(std::make_unique<Part>(std::int64_t(outGroups) * inGroups * taps * products,
                                               outGroups * plane * 2, input, outGroups * lanes));
#pragma omp parallel
    {
        const tiles::Shapes shapes({{16, 64},
                                    {16, 64},
                                    {16, 64},
                                    {16, 2 * depth},
                                    {16, 2 * depth},
                                    {16, 2 * depth},
                                    {depth / 2, 64},
                                    {16, 64}});
        Part& mine = *parts[static_cast<std::size_t>(omp_get_thread_num())];
        auto* const pairs = reinterpret_cast<std::uint16_t*>(mine.pairs.data());
        std::int64_t next = -2;
#pragma omp for schedule(static)
        for (std::int64_t x = 0; x < sx; ++x) {
            for (next = std::max(next, x - reach); next <= x + reach; ++next)
                mine.channels.read(next);
            for (int o = 0; o < outGroups; ++o) {
                const std::uint16_t* const from = gradient + (o * sx + x) * plane;
                addVoxels(from, sy * sz, mine.bias.data() + o * lanes);
                pairNeighbours(from, sy * sz, pairs + o * plane);
            }
            for (int i = 0; i < inGroups; ++i)
                for (int o = 0; o < outGroups; ++o)
                    for (int row = 0; row < rows; ++row)
                        addOne(mine.channels.at(i, x + row / kernel - reach, row % kernel - reach) + 1 -
                                   reach,
                               mine.channels.row, pairs + o * plane, sy, sz, depth,
                               mine.sums.data() +
                                   std::size_t((o * inGroups + i) * taps + row * kernel) * products);
        }
    }
    // Parts one after the other: the same sums whichever thread was first.
#pragma omp parallel for collapse(2) schedule(static)
    for (int o = 0; o < outGroups; ++o)
        for (int i = 0; i < inGroups; ++i)
            for (const auto& part : parts) {
                const float* const sum =
                    part->sums.data() + std::size_t((o * inGroups + i) * taps) * products;
                for (int b = 0; b < lanes; ++b)
                    for (int a = 0; a < lanes; ++a) {
                        float* const to =
                            weightGradient +
                            (std::int64_t(o * lanes + b) * input.channels + i * lanes + a) * taps;
                        for (int tap = 0; tap < taps; ++tap)
                            to[tap] += sum[tap * products + a * lanes + b];
                    }
            }
    for (const auto& part : parts)
        for (std::size_t o = 0; o < part->bias.size(); ++o)
            biasGradient[o] += part->bias[o];
}

} // namespace hounsfield::training
#endif
