// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "inference/internal/Checkpoint.h"
#include "volume/Progress.h"

namespace hounsfield {

/// How a tensor of a pack is made of those of a checkpoint.
struct TensorMapping {
    std::vector<std::string> parts; ///< keys in the checkpoint, joined along their first axis
    bool transposed = false;        ///< a matrix with its axes exchanged
    TensorInfo made; ///< what it becomes: float32, or float16 where it came as such and may stay so
};
using TensorMappings = std::map<std::string, TensorMapping>;

/// "2 x 3" of a shape, for errors.
std::string shapeText(const std::vector<std::int64_t>& shape);

/// Writes a safetensors file tensor by tensor, its numbers block by block. @returns its SHA-256
/// @throws Error(Model) where a number is none; Error(Resources); Cancelled between tensors
std::string writeTensors(const Checkpoint& checkpoint, const TensorMappings& mappings,
                         const std::filesystem::path& file, const std::string& stage, Progress& progress);

} // namespace hounsfield
