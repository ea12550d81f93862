// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "inference/internal/TensorImport.h"
#include "inference/internal/UnetShapes.h"

namespace hounsfield {

/// What a checkpoint of the Universal Model holds, and how it becomes the weights of a pack.
struct PublishedTensors {
    std::string architecture; ///< unetArchitecture or swinArchitecture
    UnetWidths widths;
    TensorMappings mappings; ///< by the published names, float32
};

/// Every tensor is checked against the architecture that the tensors tell of; what a network computes for
/// itself is left out.
/// @throws Error(Model) that names the tensor at fault
PublishedTensors publishedTensors(const Checkpoint& checkpoint);

} // namespace hounsfield
