// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace hounsfield::training {

/// A fixed embedding of a class name where there is no text encoder: the sum of one random vector a word
/// ("left", "kidney", "tumor"), so that names which share words lie near each other, scaled to `deviation` a
/// value. The same for the same name, everywhere.
std::vector<float> conceptEmbedding(const std::string& className, int dimensions = 512,
                                    double deviation = 0.4);

} // namespace hounsfield::training
