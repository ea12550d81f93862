// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

namespace hounsfield::test {

/// The built-in model, but for what it takes for a liver tumor: the whole liver. So a scan with a liver has a
/// lesion, however good the model is at tumors. Without a text encoder. @returns the pack's folder,
/// `tumorous` inside `folder`
std::filesystem::path writeTumorPack(const std::filesystem::path& folder);

} // namespace hounsfield::test
