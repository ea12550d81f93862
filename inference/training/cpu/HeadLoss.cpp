#include "inference/training/cpu/HeadLoss.h"

#include "inference/internal/cpu/Lanes.h"
#include "inference/training/Loss.h"

#include <algorithm>
#include <cmath>

namespace hounsfield::training {
namespace {

constexpr int lanes = 16, numbers = 153;
/// Voxels a thread takes at once; their sums are added in a fixed order.
constexpr std::int64_t runLength = 4096;

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wpsabi"

/// 2^n of the whole numbers in the lowest bits.
[[gnu::always_inline]] inline Eight powerOfTwo(Eight shifted)
{
    EightBits bits;
    std::memcpy(&bits, &shifted, sizeof bits);
    bits = (bits + 127) << 23;
    Eight power;
    std::memcpy(&power, &bits, sizeof power);
    return power;
}

/// e^x for x <= 0 (Cephes' polynomial, relative error about 2e-7); 0 below -87.
[[gnu::always_inline]] inline Lanes exponential(Lanes x)
{
    x = larger(x, fill(-87.0f));
    const Lanes shifted = x * 1.44269504f + 12582912.0f; // 1.5 * 2^23: the nearest whole number in the lowest bits
    const Lanes whole = shifted - 12582912.0f, r = x - whole * 0.693359375f + whole * 2.12194440e-4f;
    Lanes p = r * 1.9875691500e-4f + 1.3981999507e-3f;
    p = p * r + 8.3334519073e-3f;
    p = p * r + 4.1665795894e-2f;
    p = p * r + 1.6666665459e-1f;
    p = p * r + 5.0000001201e-1f;
    p = p * r * r + r + 1.0f;
    return p * Lanes{powerOfTwo(shifted.a), powerOfTwo(shifted.b)};
}

/// log(1 + e) for e in [0, 1]: 2 atanh(e / (2 + e)) by its series, absolute error below 1e-6.
[[gnu::always_inline]] inline Lanes logOnePlus(Lanes e)
{
    const Lanes s = e / (e + 2.0f), q = s * s;
    Lanes p = q * (1.0f / 13) + 1.0f / 11;
    p = p * q + 1.0f / 9;
    p = p * q + 1.0f / 7;
    p = p * q + 1.0f / 5;
    p = p * q + 1.0f / 3;
    return 2.0f * s * (p * q + 1.0f);
}

/// One class's network for sixteen voxels.
struct Hidden {
    Lanes first[8], second[8];
};
[[gnu::always_inline]] inline Lanes logitOf(const Lanes* r, const float* w, Hidden& h)
{
    for (int o = 0; o < 8; ++o) {
        Lanes sum = fill(w[136 + o]);
        for (int i = 0; i < 8; ++i)
            sum += w[o * 8 + i] * r[i];
        h.first[o] = larger(sum, Lanes{});
    }
    Lanes z = fill(w[152]);
    for (int o = 0; o < 8; ++o) {
        Lanes sum = fill(w[144 + o]);
        for (int i = 0; i < 8; ++i)
            sum += w[64 + o * 8 + i] * h.first[i];
        h.second[o] = larger(sum, Lanes{});
        z += w[128 + o] * h.second[o];
    }
    return z;
}

[[gnu::always_inline]] inline Lanes truthOf(const ClassBits* labels, std::int64_t bit)
{
    float one[lanes];
    for (int l = 0; l < lanes; ++l)
        one[l] = float(labels[l] >> bit & 1);
    return load(one);
}

/// Adds up cross-entropy, p * t, p and t over a run of one class; keeps the probabilities.
HOUNSFIELD_EVERY_PROCESSOR void sumRun(const float* reduced, std::int64_t stride, std::int64_t voxels, const ClassBits* labels, std::int64_t bit, const float* w, float* probability, float* sums)
{
    Lanes entropy{}, both{}, found{}, there{};
    for (std::int64_t v = 0; v < voxels; v += lanes) {
        Lanes r[8];
        for (int i = 0; i < 8; ++i)
            r[i] = load(reduced + i * stride + v);
        Hidden h;
        const Lanes z = logitOf(r, w, h), t = truthOf(labels + v, bit), e = exponential(select(z > 0, -z, z));
        const Lanes small = e / (e + 1.0f), p = select(z > 0, 1.0f - small, small);
        entropy += larger(z, Lanes{}) - z * t + logOnePlus(e);
        both += p * t;
        found += p;
        there += t;
        store(probability + v, p);
    }
    sums[0] = total(entropy), sums[1] = total(both), sums[2] = total(found), sums[3] = total(there);
}

/// What passes a ReLU that gave out: all where it is open, where it is shut a part of what would open it.
[[gnu::always_inline]] inline Lanes throughRelu(Lanes gradient, Lanes out)
{
    return select(out > 0, gradient, select(gradient > 0, fill(0), passedByShutRelu * gradient));
}

/// What the loss says of dz, the gradient of a logit: entropy * (p - t) + (dice0 + dice1 * t) * p (1 - p).
struct LogitGradient {
    float entropy, dice0, dice1;
};

/// Vectors of sixteen voxels that are taken together: sums over them stay in registers.
constexpr int together = 4;
using Block = Lanes[8][together];

/// sums[o * 8 + i] += d[o] * x[i], and sums[biases + o] += d[o]
[[gnu::always_inline]] inline void addOuter(const Block& d, const Block& x, int count, Lanes* sums, Lanes* biases)
{
    for (int o = 0; o < 8; ++o) {
        Lanes sum[8], bias = biases[o];
        for (int i = 0; i < 8; ++i)
            sum[i] = sums[o * 8 + i];
        for (int n = 0; n < count; ++n) {
            const Lanes gradient = d[o][n];
            bias += gradient;
            for (int i = 0; i < 8; ++i)
                sum[i] += gradient * x[i][n];
        }
        for (int i = 0; i < 8; ++i)
            sums[o * 8 + i] = sum[i];
        biases[o] = bias;
    }
}

HOUNSFIELD_EVERY_PROCESSOR void backwardRun(const float* reduced, std::int64_t stride, std::int64_t voxels, const ClassBits* labels, std::int64_t bit, const float* w, const float* probability,
                                            LogitGradient rule, float* reducedGradient, float* parameterSums)
{
    Lanes sums[numbers] = {};
    Block r, first, firstGradient, secondGradient;
    for (std::int64_t from = 0; from < voxels; from += together * lanes) {
        const int count = int(std::min<std::int64_t>(together, (voxels - from) / lanes));
        for (int n = 0; n < count; ++n) {
            const std::int64_t v = from + n * lanes;
            Lanes here[8];
            for (int i = 0; i < 8; ++i)
                r[i][n] = here[i] = load(reduced + i * stride + v);
            Hidden h;
            logitOf(here, w, h);
            const Lanes t = truthOf(labels + v, bit), p = load(probability + v);
            const Lanes dz = rule.entropy * (p - t) + (rule.dice0 + rule.dice1 * t) * p * (1.0f - p);
            sums[152] += dz;
            Lanes back[8] = {};
            for (int o = 0; o < 8; ++o) {
                sums[128 + o] += dz * h.second[o];
                first[o][n] = h.first[o];
                const Lanes d = secondGradient[o][n] = throughRelu(w[128 + o] * dz, h.second[o]);
                for (int i = 0; i < 8; ++i)
                    back[i] += w[64 + o * 8 + i] * d;
            }
            Lanes dr[8];
            for (int i = 0; i < 8; ++i)
                dr[i] = load(reducedGradient + i * stride + v);
            for (int o = 0; o < 8; ++o) {
                const Lanes d = firstGradient[o][n] = throughRelu(back[o], h.first[o]);
                for (int i = 0; i < 8; ++i)
                    dr[i] += w[o * 8 + i] * d;
            }
            for (int i = 0; i < 8; ++i)
                store(reducedGradient + i * stride + v, dr[i]);
        }
        addOuter(secondGradient, first, count, sums + 64, sums + 144);
        addOuter(firstGradient, r, count, sums, sums + 136);
    }
    for (int n = 0; n < numbers; ++n)
        parameterSums[n] = total(sums[n]);
}

#pragma GCC diagnostic pop

/// A class of those that are named, however often.
struct Once {
    std::int64_t bit, place; ///< where it is named first
    int times;
};

std::vector<Once> withoutRepeats(const std::vector<std::int64_t>& classes)
{
    std::vector<Once> once;
    for (std::size_t n = 0; n < classes.size(); ++n) {
        const auto known = std::find_if(once.begin(), once.end(), [&](const Once& o) { return o.bit == classes[n]; });
        if (known == once.end())
            once.push_back({classes[n], std::int64_t(n), 1});
        else
            ++known->times;
    }
    return once;
}

} // namespace

double HeadLoss::run(const float* reduced, const std::vector<ClassBits>& labels, const float* parameters, const std::vector<std::int64_t>& classes, double weight)
{
    const auto voxels = std::int64_t(labels.size()), named = std::int64_t(classes.size()), runs = (voxels + runLength - 1) / runLength;
    double loss = 0;
    reducedGradient.assign(std::size_t(8 * voxels), 0.0f);
    parameterGradient.assign(std::size_t(named * numbers), 0.0f);
    const std::vector<Once> once = withoutRepeats(classes);
    const auto count = std::int64_t(once.size());
    m_probability.resize(std::max(m_probability.size(), std::size_t(count * voxels)));
    float* const probability = m_probability.data();
    std::vector<float> sums(std::size_t(runs * count * 4));
#pragma omp parallel for schedule(static)
    for (std::int64_t r = 0; r < runs; ++r)
        for (std::int64_t k = 0; k < count; ++k)
            sumRun(reduced + r * runLength, voxels, std::min(runLength, voxels - r * runLength), labels.data() + r * runLength, once[std::size_t(k)].bit, parameters + once[std::size_t(k)].place * numbers,
                   probability + k * voxels + r * runLength, sums.data() + (r * count + k) * 4);
    std::vector<LogitGradient> rules;
    for (std::int64_t k = 0; k < count; ++k) {
        double s[4] = {};
        for (std::int64_t r = 0; r < runs; ++r)
            for (int i = 0; i < 4; ++i)
                s[i] += double(sums[std::size_t((r * count + k) * 4 + i)]);
        const double all = s[2] + s[3] + 1, above = 2 * s[1], entropy = entropyWeight(double(voxels), s[3]), there = s[3] < 1 ? 0 : 1;
        const double share = weight * once[std::size_t(k)].times / double(named);
        loss += share * (entropy * s[0] / double(voxels) + there * (1 - above / all));
        rules.push_back({float(share * entropy / double(voxels)), float(share * there * above / (all * all)), float(-share * there * 2 / all)});
    }
    std::vector<float> partial(std::size_t(runs * count * numbers));
#pragma omp parallel for schedule(static)
    for (std::int64_t r = 0; r < runs; ++r)
        for (std::int64_t k = 0; k < count; ++k)
            backwardRun(reduced + r * runLength, voxels, std::min(runLength, voxels - r * runLength), labels.data() + r * runLength, once[std::size_t(k)].bit, parameters + once[std::size_t(k)].place * numbers,
                        probability + k * voxels + r * runLength, rules[std::size_t(k)], reducedGradient.data() + r * runLength, partial.data() + (r * count + k) * numbers);
    for (std::int64_t r = 0; r < runs; ++r)
        for (std::int64_t k = 0; k < count; ++k)
            for (std::int64_t i = 0; i < numbers; ++i)
                parameterGradient[std::size_t(once[std::size_t(k)].place * numbers + i)] += partial[std::size_t((r * count + k) * numbers + i)];
    return loss;
}

} // namespace hounsfield::training
