// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json.hpp>

#include <string_view>

namespace hounsfield {

/// JSON of a file from elsewhere. What lies deeper in one another than any file of ours is refused before it
/// becomes memory, a hundred bytes for each bracket. @throws nlohmann::json::exception
nlohmann::json parseForeignJson(std::string_view text);
/// A whole number within int; other numbers are not cut to one. @throws nlohmann::json::exception
int wholeNumber(const nlohmann::json& value);

} // namespace hounsfield
