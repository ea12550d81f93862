// SPDX-License-Identifier: Apache-2.0
#include "inference/training/cpu/WeightGradient.h"

#include "inference/internal/cpu/Lanes.h"

#include <algorithm>
#include <vector>

namespace hounsfield::training {
namespace {

constexpr int lanes = FeatureMap::lanes;
/// Products of 16 input channels with 16 output channels.
constexpr int products = lanes * lanes;
constexpr int mostTaps = 27;

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wpsabi"

/// sums[i][o] += input[i] * gradient[o] over `count` voxels that follow each other. Four input channels at a
/// time: eight sums in registers.
HOUNSFIELD_EVERY_PROCESSOR void addRow(const float* input, const float* gradient, std::int64_t count,
                                       float* sums)
{
    for (int first = 0; first < lanes; first += 4) {
        float* const to = sums + first * lanes;
        Lanes a = load(to), b = load(to + lanes), c = load(to + 2 * lanes), d = load(to + 3 * lanes);
        const float* x = input + first;
        for (std::int64_t v = 0; v < count; ++v, x += lanes) {
            const Lanes g = load(gradient + v * lanes);
            a += x[0] * g;
            b += x[1] * g;
            c += x[2] * g;
            d += x[3] * g;
        }
        store(to, a);
        store(to + lanes, b);
        store(to + 2 * lanes, c);
        store(to + 3 * lanes, d);
    }
}

HOUNSFIELD_EVERY_PROCESSOR void addVoxels(const float* gradient, std::int64_t count, float* sums)
{
    Lanes sum = load(sums);
    for (std::int64_t v = 0; v < count; ++v)
        sum += load(gradient + v * lanes);
    store(sums, sum);
}

#pragma GCC diagnostic pop

/// A pair of groups, planes [from, to) of x. @param input, gradient first voxel of the groups @param sums
/// taps x products, then 16 of the bias
void addPlanes(const float* input, const float* gradient, const Index3& size, int kernel, std::int64_t from,
               std::int64_t to, float* sums)
{
    const auto [sx, sy, sz] = size;
    const int reach = kernel / 2;
    for (std::int64_t x = from; x < to; ++x)
        for (std::int64_t y = 0; y < sy; ++y) {
            const float* const row = gradient + (x * sy + y) * sz * lanes;
            addVoxels(row, sz, sums + mostTaps * products);
            int tap = 0;
            for (int dx = -reach; dx <= reach; ++dx)
                for (int dy = -reach; dy <= reach; ++dy)
                    for (int dz = -reach; dz <= reach; ++dz, ++tap) {
                        if (x + dx < 0 || x + dx >= sx || y + dy < 0 || y + dy >= sy)
                            continue;
                        const std::int64_t first = std::max(0, -dz), last = sz - std::max(0, dz);
                        addRow(input + (((x + dx) * sy + y + dy) * sz + first + dz) * lanes,
                               row + first * lanes, last - first, sums + tap * products);
                    }
        }
}

} // namespace

void addWeightGradient(const FeatureMap& input, const FeatureMap& outputGradient, int kernel,
                       float* weightGradient, float* biasGradient)
{
    constexpr std::int64_t length = mostTaps * products + lanes;
    const int taps = kernel * kernel * kernel;
    const std::int64_t inGroups = input.groups(), pairs = inGroups * outputGradient.groups(),
                       sx = input.size[0];
    const std::int64_t parts = std::clamp<std::int64_t>(16 / pairs, 1, sx), group = input.voxels() * lanes;
    std::vector<float> sums(std::size_t(pairs * parts * length), 0.0f);
    const auto* from = reinterpret_cast<const float*>(input.data);
    const auto* gradient = reinterpret_cast<const float*>(outputGradient.data);
#pragma omp parallel for schedule(dynamic)
    for (std::int64_t n = 0; n < pairs * parts; ++n) {
        const std::int64_t pair = n / parts, part = n % parts;
        addPlanes(from + pair % inGroups * group, gradient + pair / inGroups * group, input.size, kernel,
                  part * sx / parts, (part + 1) * sx / parts, sums.data() + n * length);
    }
    for (std::int64_t n = 0; n < pairs * parts; ++n) {
        const std::int64_t in = n / parts % inGroups * lanes, out = n / parts / inGroups * lanes;
        const float* const sum = sums.data() + n * length;
        for (std::int64_t o = 0; o < lanes; ++o) {
            for (std::int64_t i = 0; i < lanes; ++i)
                for (int t = 0; t < taps; ++t)
                    weightGradient[((out + o) * input.channels + in + i) * taps + t] +=
                        sum[t * products + i * lanes + o];
            if (in == 0)
                biasGradient[out + o] += sum[mostTaps * products + o];
        }
    }
}

} // namespace hounsfield::training
