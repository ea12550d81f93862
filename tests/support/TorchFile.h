// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "inference/internal/TensorFile.h"

#include <filesystem>
#include <functional>

namespace hounsfield::test {

/// The numbers of a tensor, given in pieces, so that a large file needs no memory.
using Fill = std::function<void(const std::string& name, const TensorInfo& tensor,
                                const std::function<void(std::string_view)>& write)>;

/// Writes a checkpoint as torch.save does: {'net': the tensors, 'optimizer': {'state': two moments of each},
/// 'epoch': 1} in a zip archive of stored records. @param moments how many further tensors of each shape the
/// optimizer has
void writeTorchZip(const std::filesystem::path& file, const TensorInfos& tensors, int moments,
                   const Fill& fill);

/// A TorchScript archive whose root module has these tensors at their paths; no program in it.
void writeTorchScript(const std::filesystem::path& file, const StoredTensors& tensors);

} // namespace hounsfield::test
