// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "inference/ModelPack.h"
#include "volume/Vector.h"

#include <filesystem>
#include <string>

namespace hounsfield::test {

/// A narrow network with formula weights at 4 mm, as a pack in a folder "formula" inside `folder`. @param roi
/// its windows, voxels
ModelPack writeFormulaPack(const std::filesystem::path& folder, const Index3& roi);
/// A pack with formula weights: a narrow network at 4 mm and a compact text encoder over this vocabulary.
/// @param tokenizer "byte_pair" or "sentencepiece"; empty: no text encoder. @param vocabulary the bytes of
/// its file
/// @param entries the ids that the encoder knows. @returns the pack's folder, `name` inside `folder`
std::filesystem::path writeTextPack(const std::filesystem::path& folder, const std::string& name,
                                    const std::string& tokenizer, const std::string& vocabulary, int entries);

} // namespace hounsfield::test
