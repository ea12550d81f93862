// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "inference/ModelPack.h"

#include <map>
#include <string>
#include <vector>

namespace hounsfield {

using TensorShapes = std::map<std::string, std::vector<std::int64_t>>;

/// Every learned tensor of the U-Net form of the Universal Model and its embedding table, by the published
/// names. Running statistics are left out: the network never uses them.
TensorShapes expectedUnetTensors(const UnetWidths& widths);

/// The same of the Swin UNETR form. Indices of relative positions are left out: they follow from the window's
/// size.
/// @param featureSize 48 as published, a multiple of 3
TensorShapes expectedSwinTensors(int featureSize = 48);

/// What pack.json calls them.
inline constexpr const char* unetArchitecture = "unet";
inline constexpr const char* swinArchitecture = "swin_unetr";
/// Of either; of a Swin UNETR widths.encoder[0] is the feature size.
TensorShapes expectedTensors(const std::string& architecture, const UnetWidths& widths);

} // namespace hounsfield
