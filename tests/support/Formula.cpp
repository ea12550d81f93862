// SPDX-License-Identifier: Apache-2.0
#include "tests/support/Formula.h"

#include <cmath>

namespace hounsfield::test {
namespace {

constexpr std::uint64_t golden = 0x9E3779B97F4A7C15u;

std::uint64_t fnv1a64(const std::string& text)
{
    std::uint64_t hash = 0xCBF29CE484222325u;
    for (unsigned char c : text)
        hash = (hash ^ c) * 0x100000001B3u;
    return hash;
}

} // namespace

std::vector<float> uniform01(const std::string& name, std::size_t count, std::uint64_t seed)
{
    std::vector<float> values(count);
    const std::uint64_t start = fnv1a64(name) + seed * golden;
    for (std::size_t i = 0; i < count; ++i) {
        std::uint64_t z = start + (i + 1) * golden;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
        z ^= z >> 31;
        values[i] = static_cast<float>(z >> 40) / 16777216.0f;
    }
    return values;
}

std::vector<float> fill(const std::string& key, const std::vector<std::int64_t>& shape, std::uint64_t seed)
{
    std::size_t count = 1, fanIn = 1;
    for (std::size_t a = 0; a < shape.size(); ++a) {
        count *= static_cast<std::size_t>(shape[a]);
        fanIn *= a > 0 ? static_cast<std::size_t>(shape[a]) : 1;
    }
    const std::string last = key.substr(key.rfind('.') + 1);
    std::vector<float> values = uniform01(key, count, seed);
    const bool isBias = last == "bias" || last.ends_with("_bias");
    for (float& v : values) {
        const float u = 2 * v - 1;
        if (last == "running_mean")
            v = 0;
        else if (last == "running_var")
            v = 1;
        else if (last == "organ_embedding" || last == "relative_position_bias_table")
            v = 0.5f * u;
        else if (shape.size() == 1 && last == "weight")
            v = 1 + 0.1f * u;
        else if (isBias)
            v = 0.1f * u;
        else if (shape.size() >= 2)
            v = static_cast<float>(std::sqrt(3.0 / static_cast<double>(fanIn))) * u;
        else
            v = 0.1f * u;
    }
    return values;
}

StoredTensors formulaWeights(const std::map<std::string, std::vector<std::int64_t>>& shapes,
                             std::uint64_t seed)
{
    StoredTensors tensors;
    for (const auto& [key, shape] : shapes) {
        const std::vector<float> values = fill(key, shape, seed);
        StoredTensor tensor;
        tensor.type = ElementType::Float32;
        tensor.shape = shape;
        tensor.bytes.assign(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(float));
        tensors.emplace(key, std::move(tensor));
    }
    return tensors;
}

} // namespace hounsfield::test
