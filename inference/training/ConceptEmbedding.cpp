// SPDX-License-Identifier: Apache-2.0
#include "inference/training/ConceptEmbedding.h"

#include "volume/NumberText.h"

#include <cctype>
#include <cmath>
#include <cstdint>
#include <sstream>

namespace hounsfield::training {
namespace {

/// FNV-1a (Fowler, Noll, Vo), 64 bits.
std::uint64_t hashOf(const std::string& word)
{
    std::uint64_t hash = 0xCBF29CE484222325u;
    for (unsigned char c : word)
        hash = (hash ^ c) * 0x100000001B3u;
    return hash;
}

/// SplitMix64 (Steele, Lea, Flood 2014): the same numbers with every compiler, which std::normal_distribution
/// does not promise.
double uniform(std::uint64_t& state)
{
    std::uint64_t z = state += 0x9E3779B97F4A7C15u;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return static_cast<double>((z ^ (z >> 31)) >> 11) / 9007199254740992.0;
}

} // namespace

std::vector<float> conceptEmbedding(const std::string& className, int dimensions, double deviation)
{
    std::vector<double> sum(static_cast<std::size_t>(dimensions), 0.0);
    std::istringstream words(asciiLower(className));
    for (std::string word; words >> word;) {
        if (word == "and" || word == "of")
            continue;
        std::uint64_t state = hashOf(word);
        for (double& value : sum)
            value += 2 * uniform(state) - 1;
    }
    double squares = 0;
    for (double value : sum)
        squares += value * value;
    const double scale = squares > 0 ? deviation / std::sqrt(squares / dimensions) : 0;
    std::vector<float> embedding;
    for (double value : sum)
        embedding.push_back(static_cast<float>(value * scale));
    return embedding;
}

} // namespace hounsfield::training
