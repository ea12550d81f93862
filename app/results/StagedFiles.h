// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "volume/Shutdown.h"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace hounsfield {

/// Results that replace those of an earlier run all together: they are made in a hidden folder inside the
/// results' folder and take their places once all of them are whole. Where the work is stopped or fails
/// before, the earlier results are as they were.
class StagedFiles {
public:
    /// @param folder of the results, made where it is not there. @throws Error(Resources)
    explicit StagedFiles(const std::filesystem::path& folder);
    /// What has not taken its place is gone.
    ~StagedFiles();
    StagedFiles(const StagedFiles&) = delete;
    StagedFiles& operator=(const StagedFiles&) = delete;

    /// Where the files are to be written.
    const std::filesystem::path& path() const { return m_staging; }
    /// Moves all that is in path() to its place.
    /// @param obsolete names of files that belong to an earlier result where this one has none of that name:
    /// they go. @returns the files' names, sorted. @throws Error(Resources), which names what is not in place
    std::vector<std::string> takePlace(const std::vector<std::string>& obsolete);

private:
    std::filesystem::path m_folder, m_staging;
    std::optional<TemporaryPath> m_listed;
};

} // namespace hounsfield
