// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "inference/ModelPack.h"

#include <optional>
#include <string_view>

namespace hounsfield {

std::shared_ptr<const PackFiles> folderFiles(const std::filesystem::path& folder);

/// The bytes of a file inside the program, by its path.
using FindEmbedded = std::function<std::optional<std::string_view>(std::string_view)>;
/// The built-in model: models/small, and what that lacks from models/text, the text encoder that
/// all share.
std::shared_ptr<const PackFiles> embeddedFiles(FindEmbedded find = {});
/// The model of these files; where it names no text encoder but one lies beside it, with that one. @throws
/// Error(Model)
ModelPack openEmbedded(std::shared_ptr<const PackFiles> files);

} // namespace hounsfield
