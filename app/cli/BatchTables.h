// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/cli/CaseFolder.h"

#include <functional>

namespace hounsfield::cli {

/// Whether the finished result of a case belongs into the tables.
using Fits = std::function<bool(const Case&, const nlohmann::ordered_json& done)>;

/// What the tables of a cohort hold.
struct Collected {
    std::size_t done = 0;
    std::vector<std::string> failed;  ///< cases whose last try failed
    std::vector<std::string> missing; ///< cases without a result and without a failure
    std::vector<std::string> doubts;  ///< sentences: results that do not go together
};

/// Writes measurements.csv and lesions.csv of all finished cases, in the list's order, with the case before
/// each row, and failed.csv where a case failed. A table that would have no row is taken away. @throws
/// Error(Resources); Error(Usage) for a broken file of a case
Collected writeTables(const std::filesystem::path& out, const std::vector<Case>& cases, const Fits& fits);
/// failed.csv alone. @returns the cases in it
std::vector<std::string> writeFailed(const std::filesystem::path& out, const std::vector<Case>& cases,
                                     const Fits& fits);

} // namespace hounsfield::cli
