// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace hounsfield::test {

/// Runs a program quietly, its arguments as given. @return whether it ended well
bool run(const std::string& program, const std::vector<std::string>& arguments);
/// Whether all these programs are on the path. Says which is not, as the case is skipped then.
bool haveTools(const std::vector<std::string>& programs);

/// The first slices of the real series, uncompressed and with the identifiers that its anonymiser emptied;
/// nothing where the series or a tool is missing, which is said.
std::optional<std::filesystem::path> rawRealSlices(const std::filesystem::path& into, std::size_t count);

} // namespace hounsfield::test
