#pragma once

#include "inference/ModelPack.h"

#include <map>
#include <string>
#include <vector>

namespace hounsfield {

using TensorShapes = std::map<std::string, std::vector<std::int64_t>>;

/// Every learned tensor of the U-Net form of the Universal Model and its embedding table, by the published names. Running
/// statistics are left out: the network never uses them.
TensorShapes expectedUnetTensors(const UnetWidths& widths);

} // namespace hounsfield
