#pragma once

#include "inference/ModelPack.h"

namespace hounsfield {

std::shared_ptr<const PackFiles> folderFiles(const std::filesystem::path& folder);
std::shared_ptr<const PackFiles> embeddedFiles();

} // namespace hounsfield
