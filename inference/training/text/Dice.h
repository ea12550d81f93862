// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <random>

namespace hounsfield::training {

/// Random choices that are the same with every compiler, which the distributions of the standard library do
/// not promise.
class Dice {
public:
    explicit Dice(std::uint64_t seed) : m_random(seed) {}
    double uniform() { return static_cast<double>(m_random() >> 11) / 9007199254740992.0; }
    bool chance(double probability) { return uniform() < probability; }
    /// @param count 1 or more
    std::size_t below(std::size_t count) { return static_cast<std::size_t>(m_random() % count); }
    template <typename List> const auto& oneOf(const List& list) { return list[below(list.size())]; }

private:
    std::mt19937_64 m_random;
};

} // namespace hounsfield::training
