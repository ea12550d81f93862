#pragma once

#include "inference/ModelPack.h"

namespace hounsfield {

/// Writes a pack (pack.json, weights, model card) into a new folder beside its final place and renames it. An older pack at that place is
/// replaced only then. Where the description has a text encoder, its files are taken from description.files. @throws Error(Resources)
void writePack(const ModelPack& description, const std::string& weightsSafetensors, const std::string& card,
               const std::filesystem::path& folder);

} // namespace hounsfield
