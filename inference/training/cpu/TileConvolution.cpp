// SPDX-License-Identifier: Apache-2.0
#include "inference/training/cpu/TileConvolution.h"

#include "inference/internal/cpu/Lanes.h"
#include "inference/internal/cpu/MatrixTiles.h"
#include "inference/training/cpu/ThreePlanes.h"

#include <algorithm>
#include <cstring>
#include <optional>

#ifdef HOUNSFIELD_MATRIX_TILES
#include <omp.h>

namespace hounsfield::training {
namespace {

constexpr int lanes = FeatureMap::lanes;
constexpr int pairsATile = 16;
constexpr std::size_t tileValues = 2 * pairsATile * lanes;

/// Two groups of channels lie side by side and fill a tile's row with one voxel; a last one alone fills it
/// with two neighbours along z, so that two taps go into one product (the third is beside zeros).
struct Chunk {
    int firstGroup, groups;
    /// Along z, of each row of taps.
    int products(int kernel) const
    {
        if (kernel == 1)
            return 1;
        return groups == 2 ? 3 : 2;
    }
    std::int64_t voxel() const { return groups * lanes; } ///< values
};

std::vector<Chunk> chunksOf(int channels)
{
    std::vector<Chunk> chunks;
    for (int g = 0; g < channels / lanes; g += 2)
        chunks.push_back({g, std::min(2, channels / lanes - g)});
    return chunks;
}

/// Planes of the input, chunk after chunk.
class Planes {
public:
    explicit Planes(const FeatureMap& map)
        : m_map(map), m_chunks(chunksOf(map.channels)), m_row(map.size[2] + 3)
    {
        std::int64_t values = 0;
        for (const Chunk& chunk : m_chunks) {
            m_offsets.push_back(values);
            values += (map.size[1] + 2) * m_row * chunk.voxel();
        }
        m_planes.emplace(values, map.size[0]);
    }
    const std::vector<Chunk>& chunks() const { return m_chunks; }

    void read(std::int64_t x)
    {
        if (!m_planes->begin(x))
            return;
        std::uint16_t* const to = m_planes->of(x);
        const auto [sx, sy, sz] = m_map.size;
        for (std::size_t c = 0; c < m_chunks.size(); ++c)
            for (int g = 0; g < m_chunks[c].groups; ++g) {
                const char* const from =
                    m_map.data + ((m_chunks[c].firstGroup + g) * sx + x) * sy * sz * lanes * 2;
                const std::int64_t step = m_chunks[c].voxel();
                for (std::int64_t y = 0; y < sy; ++y) {
                    std::uint16_t* const row = to + m_offsets[c] + ((y + 1) * m_row + 1) * step + g * lanes;
                    for (std::int64_t z = 0; z < sz; ++z)
                        std::memcpy(row + z * step, from + (y * sz + z) * lanes * 2, lanes * 2);
                }
            }
    }
    /// A voxel; y and z from -1, the border.
    const std::uint16_t* at(std::size_t chunk, std::int64_t x, std::int64_t y, std::int64_t z) const
    {
        return m_planes->of(x) + m_offsets[chunk] + ((y + 1) * m_row + z + 1) * m_chunks[chunk].voxel();
    }

private:
    const FeatureMap& m_map;
    std::vector<Chunk> m_chunks;
    std::int64_t m_row;
    std::vector<std::int64_t> m_offsets;
    std::optional<ThreePlanes> m_planes;
};

HOUNSFIELD_EVERY_PROCESSOR void writeRows(const float* sums, std::int64_t voxels, const float* bias,
                                          std::uint16_t* to)
{
    const Lanes b = load(bias);
    for (std::int64_t v = 0; v < voxels; ++v)
        store(to + v * lanes, load(sums + v * lanes) + b);
}

/// Sums in tiles 0 to 3, input in 4 and 5, weights in 6 and 7.
template <int Along, int Groups, int Z, int G>
[[gnu::always_inline]] inline void multiply(const std::uint16_t* input, std::int64_t blockValues,
                                            std::int64_t voxelBytes, const std::uint16_t* const* weights)
{
    if constexpr (G == 0)
        tiles::load<4 + Z % 2>(input + Z * blockValues, voxelBytes);
    // More than two groups' weights do not stay: they are read anew.
    if constexpr (Z == 0 || Groups > 2)
        tiles::load<6 + G % 2>(weights[G], 64);
    tiles::addProduct<Z * Groups + G, 4 + Z % 2, 6 + G % 2>();
    if constexpr (G + 1 < Groups)
        multiply<Along, Groups, Z, G + 1>(input, blockValues, voxelBytes, weights);
    else if constexpr (Z + 1 < Along)
        multiply<Along, Groups, Z + 1, 0>(input, blockValues, voxelBytes, weights);
}

template <int Tiles, int T = 0> void zeroSums()
{
    tiles::zero<T>();
    if constexpr (T + 1 < Tiles)
        zeroSums<Tiles, T + 1>();
}

template <int Tiles, int T = 0> void storeSums(float* to)
{
    tiles::store<T>(to + T * lanes * lanes, lanes * 4);
    if constexpr (T + 1 < Tiles)
        storeSums<Tiles, T + 1>(to);
}

struct Job {
    const Planes& planes;
    const TileWeights& weights;
    const float* bias;
    const FeatureMap& output;
    int voxelsATile;
};

/// `Along` tiles along z of `Groups` groups of output channels at once.
template <int Along, int Groups>
void convolveRow(const Job& job, std::int64_t x, std::int64_t y, std::int64_t z, int outGroup)
{
    zeroSums<Along * Groups>();
    const std::uint16_t* weights[Groups];
    for (int g = 0; g < Groups; ++g)
        weights[g] = job.weights.group(outGroup + g);
    const std::vector<Chunk>& chunks = job.planes.chunks();
    const int kernel = job.weights.kernel(), reach = kernel / 2;
    for (std::size_t c = 0; c < chunks.size(); ++c) {
        const std::int64_t voxel = chunks[c].voxel(), step = chunks[c].groups == 2 ? voxel : 2 * voxel;
        const int products = chunks[c].products(kernel);
        for (int dx = -reach; dx <= reach; ++dx)
            for (int dy = -reach; dy <= reach; ++dy) {
                const std::uint16_t* input = job.planes.at(c, x + dx, y + dy, z - reach);
                for (int n = 0; n < products; ++n, input += step) {
                    multiply<Along, Groups, 0, 0>(input, job.voxelsATile * voxel, voxel * 2, weights);
                    for (int g = 0; g < Groups; ++g)
                        weights[g] += tileValues;
                }
            }
    }
    alignas(64) float sums[Along * Groups * lanes * lanes];
    storeSums<Along * Groups>(sums);
    const auto [sx, sy, sz] = job.output.size;
    for (int a = 0; a < Along; ++a)
        for (int g = 0; g < Groups; ++g) {
            auto* const to = reinterpret_cast<std::uint16_t*>(job.output.data) +
                             ((((outGroup + g) * sx + x) * sy + y) * sz + z + a * job.voxelsATile) * lanes;
            writeRows(sums + (a * Groups + g) * lanes * lanes, job.voxelsATile,
                      job.bias + (outGroup + g) * lanes, to);
        }
}

template <int Along, int Groups> void convolvePlane(const Job& job, std::int64_t x)
{
    for (int g = 0; g < job.output.groups(); g += Groups)
        for (std::int64_t y = 0; y < job.output.size[1]; ++y)
            for (std::int64_t z = 0; z < job.output.size[2]; z += Along * job.voxelsATile)
                convolveRow<Along, Groups>(job, x, y, z, g);
}

/// The most of `of` that is no more than `most` and divides it.
int part(std::int64_t of, int most)
{
    int n = most;
    while (of % n != 0)
        --n;
    return n;
}

using PlaneFunction = void (*)(const Job&, std::int64_t);

/// As many sums at once as there are tiles for.
PlaneFunction planeFunction(std::int64_t tilesAlong, int groups)
{
    if (tilesAlong % 4 == 0)
        return convolvePlane<4, 1>;
    if (tilesAlong % 2 == 0)
        return groups % 2 == 0 ? convolvePlane<2, 2> : convolvePlane<2, 1>;
    return groups % 4 == 0   ? convolvePlane<1, 4>
           : groups % 2 == 0 ? convolvePlane<1, 2>
                             : convolvePlane<1, 1>;
}

} // namespace

template <typename At> void TileWeights::packFrom(const At& at, int out, int in)
{
    const int rows = m_kernel * m_kernel;
    m_stride = 0;
    const std::vector<Chunk> chunks = chunksOf(in);
    for (const Chunk& chunk : chunks)
        m_stride += std::size_t(rows * chunk.products(m_kernel)) * tileValues;
    m_packed.assign(m_stride * std::size_t(out / lanes), 0);
#pragma omp parallel for schedule(static)
    for (int group = 0; group < out / lanes; ++group) {
        std::uint16_t* to = m_packed.data() + std::size_t(group) * m_stride;
        for (const Chunk& chunk : chunks)
            for (int row = 0; row < rows; ++row)
                for (int n = 0; n < chunk.products(m_kernel); ++n)
                    for (int pair = 0; pair < pairsATile; ++pair)
                        for (int o = 0; o < lanes; ++o)
                            for (int k = 2 * pair; k < 2 * pair + 2; ++k) {
                                // Two groups: channels of both. One: its channels at two places along z.
                                const int channel =
                                              chunk.firstGroup * lanes + (chunk.groups == 2 ? k : k % lanes),
                                          dz = chunk.groups == 2 ? n : 2 * n + k / lanes;
                                *to++ = dz < m_kernel
                                            ? bfloat16Of(at(group * lanes + o, channel, m_kernel * row + dz))
                                            : std::uint16_t(0);
                            }
    }
}

void TileWeights::pack(const float* weight, int out, int in, int kernel)
{
    m_kernel = kernel;
    const int taps = kernel * kernel * kernel;
    packFrom([=](int o, int i, int tap) { return weight[(std::int64_t(o) * in + i) * taps + tap]; }, out, in);
}

void TileWeights::packTransposed(const float* weight, int out, int in, int kernel)
{
    m_kernel = kernel;
    const int taps = kernel * kernel * kernel;
    packFrom(
        [=](int o, int i, int tap) { return weight[(std::int64_t(i) * in + o) * taps + taps - 1 - tap]; }, in,
        out);
}

void convolveByTiles(const FeatureMap& input, const TileWeights& weights, const float* bias,
                     const FeatureMap& output)
{
    const std::vector<float> none(bias ? 0 : std::size_t(output.channels), 0.0f);
    const int rows = part(output.size[2], 16);
    const PlaneFunction plane = planeFunction(output.size[2] / rows, output.groups());
    const std::int64_t sx = output.size[0];
    std::vector<std::unique_ptr<Planes>> ofThreads;
    for (int t = 0; t < omp_get_max_threads(); ++t)
        ofThreads.push_back(std::make_unique<Planes>(input));
#pragma omp parallel
    {
        const tiles::Shapes shapes(
            {{rows, 64}, {rows, 64}, {rows, 64}, {rows, 64}, {rows, 64}, {rows, 64}, {16, 64}, {16, 64}});
        Planes& planes = *ofThreads[static_cast<std::size_t>(omp_get_thread_num())];
        const Job job{planes, weights, bias ? bias : none.data(), output, rows};
        const std::int64_t reach = weights.kernel() / 2;
        std::int64_t next = -2;
#pragma omp for schedule(static)
        for (std::int64_t x = 0; x < sx; ++x) {
            for (next = std::max(next, x - reach); next <= x + reach; ++next)
                planes.read(next);
            plane(job, x);
        }
    }
}

} // namespace hounsfield::training
#else
namespace hounsfield::training {

// Never called: hasMatrixTiles() is false.
void TileWeights::pack(const float*, int, int, int) {}
void TileWeights::packTransposed(const float*, int, int, int) {}
void convolveByTiles(const FeatureMap&, const TileWeights&, const float*, const FeatureMap&) {}
void addWeightGradientByTiles(const FeatureMap&, const FeatureMap&, int, float*, float*) {}

} // namespace hounsfield::training
#endif
