// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace hounsfield::cli {

/// One scan of a cohort.
struct Case {
    std::string name;           ///< unique in the list, a folder's name
    std::string listed;         ///< the scan as the list has it
    std::filesystem::path scan; ///< the same, found from where the list lies
    std::string series;         ///< number or SeriesInstanceUID; empty: the best CT
    std::string prompt;         ///< instead of --prompt; empty: that
};

/// Which part of a cohort one process takes: every count-th case, from number `number` on.
struct Shard {
    std::size_t number = 1, count = 1;
    bool whole() const { return count == 1; }
};

/// Reads a table with a header row (columns scan, case, series, prompt; others are ignored) or a plain list
/// of one path a line. Every name is decided by the whole list, so that shards agree. @throws Error(Usage)
/// with the line and what to do
std::vector<Case> readCaseList(const std::filesystem::path& list);
/// "2/8". @throws Error(Usage)
Shard shardOf(const std::string& text);
/// The cases of a shard, in the order of the list.
std::vector<Case> casesOf(const std::vector<Case>& all, const Shard& shard);

} // namespace hounsfield::cli
