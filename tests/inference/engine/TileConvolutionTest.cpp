// SPDX-License-Identifier: Apache-2.0
#include "inference/training/cpu/TileConvolution.h"
#include "inference/internal/cpu/Lanes.h"
#include "inference/internal/cpu/MatrixTiles.h"
#include "tests/support/catch.h"

#include <cmath>
#include <random>

using namespace hounsfield;
using namespace hounsfield::training;

namespace {

struct Case {
    int in, out;
    Index3 size;
    int kernel = 3;
    int taps() const { return kernel * kernel * kernel; }
    /// Where a tap reads, beside the voxel.
    Index3 offset(int tap) const
    {
        return kernel == 1 ? Index3{0, 0, 0} : Index3{tap / 9 - 1, tap / 3 % 3 - 1, tap % 3 - 1};
    }
};

/// Every way in which tiles are laid: four, two and one along z, odd and even groups of channels, rows of a
/// tile that are fewer than sixteen.
const std::vector<Case> cases{{16, 16, {5, 6, 8}},     {48, 16, {4, 5, 64}},   {32, 32, {4, 4, 16}},
                              {96, 32, {3, 4, 32}},    {48, 48, {3, 4, 32}},   {48, 64, {5, 3, 24}},
                              {64, 64, {3, 4, 8}},     {16, 48, {4, 3, 40}},   {32, 256, {5, 4, 32}, 1},
                              {16, 128, {3, 5, 8}, 1}, {48, 32, {4, 4, 64}, 1}};

float widened(std::uint16_t value)
{
    return std::bit_cast<float>(std::uint32_t(value) << 16);
}

/// A map of random values, that can be asked for one; zero beyond its border.
struct RandomMap {
    RandomMap(int channels, const Index3& size, std::mt19937& random)
        : map{nullptr, channels, size, MapType::BFloat16}, memory(map.bytes())
    {
        map.data = memory.data();
        std::normal_distribution<float> normal;
        for (std::int64_t n = 0; n < map.bytes() / 2; ++n)
            values()[n] = bfloat16Of(normal(random));
    }
    std::uint16_t* values() const { return reinterpret_cast<std::uint16_t*>(map.data); }
    double at(int channel, std::int64_t x, std::int64_t y, std::int64_t z) const
    {
        const auto [sx, sy, sz] = map.size;
        if (x < 0 || y < 0 || z < 0 || x >= sx || y >= sy || z >= sz)
            return 0;
        return double(widened(values()[(((channel / 16 * sx + x) * sy + y) * sz + z) * 16 + channel % 16]));
    }
    FeatureMap map;
    MapMemory memory;
};

std::vector<float> randomWeights(const Case& c, std::mt19937& random)
{
    std::normal_distribution<float> normal(0, 0.1f);
    std::vector<float> weight(std::size_t(c.in * c.out * c.taps()));
    for (float& w : weight)
        w = widened(bfloat16Of(normal(random)));
    return weight;
}

template <typename Do> void everyVoxel(const Index3& size, const Do& visit)
{
    for (std::int64_t x = 0; x < size[0]; ++x)
        for (std::int64_t y = 0; y < size[1]; ++y)
            for (std::int64_t z = 0; z < size[2]; ++z)
                visit(x, y, z);
}

bool skipped()
{
    if (!hasMatrixTiles())
        WARN("skipped: this processor has no matrix tiles");
    return !hasMatrixTiles();
}

} // namespace

TEST_CASE("a convolution by matrix tiles is the sum that it stands for, forwards and turned round")
{
    if (skipped())
        return;
    std::mt19937 random(1);
    for (const Case& c : cases) {
        const RandomMap input(c.in, c.size, random), gradient(c.out, c.size, random);
        RandomMap output(c.out, c.size, random), back(c.in, c.size, random);
        const std::vector<float> weight = randomWeights(c, random), bias(std::size_t(c.out), 0.5f);
        TileWeights forward, turned;
        forward.pack(weight.data(), c.out, c.in, c.kernel);
        turned.packTransposed(weight.data(), c.out, c.in, c.kernel);
        convolveByTiles(input.map, forward, bias.data(), output.map);
        convolveByTiles(gradient.map, turned, nullptr, back.map);
        double worst = 0;
        everyVoxel(c.size, [&](std::int64_t x, std::int64_t y, std::int64_t z) {
            const int o = int(random() % unsigned(c.out)), i = int(random() % unsigned(c.in));
            double expected = 0.5, expectedBack = 0;
            for (int t = 0; t < c.taps(); ++t) {
                const auto [dx, dy, dz] = c.offset(t);
                for (int k = 0; k < c.in; ++k)
                    expected += double(weight[std::size_t((o * c.in + k) * c.taps() + t)]) *
                                input.at(k, x + dx, y + dy, z + dz);
                for (int k = 0; k < c.out; ++k)
                    expectedBack += double(weight[std::size_t((k * c.in + i) * c.taps() + t)]) *
                                    gradient.at(k, x - dx, y - dy, z - dz);
            }
            worst = std::max(worst, std::abs(output.at(o, x, y, z) - expected) / (1 + std::abs(expected)));
            worst =
                std::max(worst, std::abs(back.at(i, x, y, z) - expectedBack) / (1 + std::abs(expectedBack)));
        });
        INFO(c.in << " to " << c.out << ", z " << c.size[2] << ", kernel " << c.kernel);
        // What is written has eight bits.
        CHECK(worst < 0.005);
    }
}

TEST_CASE("gradients of weights by matrix tiles are added to what is there, and are the same each time")
{
    if (skipped())
        return;
    std::mt19937 random(2);
    for (const Case& c : cases) {
        const RandomMap input(c.in, c.size, random), gradient(c.out, c.size, random);
        std::vector<float> weight(std::size_t(c.in * c.out * c.taps()), 1.0f), bias(std::size_t(c.out), 2.0f),
            again = weight, biasAgain = bias;
        addWeightGradientByTiles(input.map, gradient.map, c.kernel, weight.data(), bias.data());
        addWeightGradientByTiles(input.map, gradient.map, c.kernel, again.data(), biasAgain.data());
        CHECK(weight == again);
        CHECK(bias == biasAgain);
        double worst = 0;
        for (int n = 0; n < 200; ++n) {
            const int o = int(random() % unsigned(c.out)), i = int(random() % unsigned(c.in)),
                      t = int(random() % unsigned(c.taps()));
            const auto [dx, dy, dz] = c.offset(t);
            double expected = 1, expectedBias = 2;
            everyVoxel(c.size, [&](std::int64_t x, std::int64_t y, std::int64_t z) {
                expected += gradient.at(o, x, y, z) * input.at(i, x + dx, y + dy, z + dz);
                expectedBias += gradient.at(o, x, y, z);
            });
            worst = std::max(worst,
                             std::abs(double(weight[std::size_t((o * c.in + i) * c.taps() + t)]) - expected));
            worst = std::max(worst, std::abs(double(bias[std::size_t(o)]) - expectedBias));
        }
        INFO(c.in << " to " << c.out << ", z " << c.size[2] << ", kernel " << c.kernel);
        CHECK(worst < 1e-3);
    }
}
