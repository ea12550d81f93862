// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "volume/Mask.h"

#include <nlohmann/json.hpp>

#include <filesystem>
#include <string>

namespace hounsfield::test {

struct Outcome {
    int code = 0;
    std::string output; ///< both streams
};

/// Runs hounsfield-cli with these words of a shell, in an environment of its own models. @param before such
/// as "timeout 2"
Outcome runProgram(const std::string& words, const std::string& before = "");
/// The most memory (resident, bytes) that hounsfield-cli takes for these words. @param models its folder of
/// models
struct Measured {
    int code = 0;
    std::int64_t peakBytes = 0;
};
Measured measureProgram(const std::string& words, const std::filesystem::path& models);
/// A path as one word of a shell.
std::string quoted(const std::filesystem::path& path);
Mask readMask(const std::filesystem::path& file);
double dice(const Mask& a, const Mask& b);
nlohmann::json readJson(const std::filesystem::path& file);
/// How many entries a folder has; 0 where it is not there.
int entries(const std::filesystem::path& folder);

} // namespace hounsfield::test
