// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/support/Paths.h"
#include "tests/support/catch.h"

#include <ATen/core/Tensor.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>

namespace hounsfield::test {

/// The largest difference between a tensor and the recorded samples of the published implementation. Shapes
/// must agree but for axes of length one.
inline double largestDifference(const at::Tensor& tensor, const nlohmann::json& recorded)
{
    std::int64_t count = 1;
    for (const auto& n : recorded.at("shape"))
        count *= n.get<std::int64_t>();
    REQUIRE(tensor.numel() == count);
    const at::Tensor flat = tensor.contiguous().flatten();
    const float* values = flat.data_ptr<float>();
    double worst = 0;
    for (std::size_t i = 0; i < recorded.at("index").size(); ++i)
        worst = std::max(worst, std::abs(double(values[recorded["index"][i].get<std::int64_t>()]) -
                                         recorded["value"][i].get<double>()));
    return worst;
}

} // namespace hounsfield::test
