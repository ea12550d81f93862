// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>

namespace hounsfield::synthetic {

/// SplitMix64 (Steele, Lea, Flood 2014): the same patient with every compiler, which the standard
/// distributions do not promise.
class Random {
public:
    /// The seed itself is mixed: streams that start a multiple of the step apart would be one stream,
    /// shifted.
    explicit Random(std::uint64_t seed) : m_state(mixed(seed + 0x1234567u)) {}
    std::uint64_t bits() { return mixed(m_state += 0x9E3779B97F4A7C15u); }
    double unit() { return static_cast<double>(bits() >> 11) / 9007199254740992.0; }
    double between(double low, double high) { return low + (high - low) * unit(); }
    bool chance(double probability) { return unit() < probability; }
    /// Roughly normal, never beyond three deviations: the sum of twelve uniforms, cut.
    double normal(double mean, double deviation)
    {
        double sum = -6;
        for (int i = 0; i < 12; ++i)
            sum += unit();
        return mean + deviation * std::clamp(sum, -3.0, 3.0);
    }

private:
    static std::uint64_t mixed(std::uint64_t z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
        return z ^ (z >> 31);
    }

    std::uint64_t m_state;
};

} // namespace hounsfield::synthetic
