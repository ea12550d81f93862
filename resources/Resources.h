// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string_view>
#include <vector>

namespace hounsfield::resources {

/// The bytes of a file of the room `resources`, compiled into the program: "classes.json",
/// "models/small/weights.safetensors".
std::optional<std::string_view> find(std::string_view name);
/// The names of all of them.
std::vector<std::string_view> names();

} // namespace hounsfield::resources
