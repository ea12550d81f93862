// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "inference/internal/TensorFile.h"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace hounsfield::test {

/// The reference streams of shared/README.md: weights and inputs that come from a formula.
std::vector<float> uniform01(const std::string& name, std::size_t count, std::uint64_t seed = 0);
/// fill(key, shape) of shared/README.md.
std::vector<float> fill(const std::string& key, const std::vector<std::int64_t>& shape,
                        std::uint64_t seed = 0);
/// All tensors of a U-Net of these shapes, filled by the formula.
StoredTensors formulaWeights(const std::map<std::string, std::vector<std::int64_t>>& shapes,
                             std::uint64_t seed = 0);

} // namespace hounsfield::test
