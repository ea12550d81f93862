// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace hounsfield::cli {

/// Says that this process works on a case: a file with host, process and its start, so that two runs into one
/// folder never work on the same. A lock whose process has ended is taken over; one of another machine once
/// it was not refreshed for ten minutes.
class CaseLock {
public:
    /// @param holder who has it, where it is not free: "process 123 on node7". @throws Error(Resources) where
    /// no file can be made
    static std::optional<CaseLock> take(const std::filesystem::path& file, std::string& holder);
    CaseLock(CaseLock&& other) noexcept;
    CaseLock& operator=(CaseLock&& other) noexcept;
    ~CaseLock(); ///< gives it back
    /// To be called within every few minutes: shows other machines that this process lives.
    void refresh() const;

private:
    explicit CaseLock(std::filesystem::path file) : m_file(std::move(file)) {}
    std::filesystem::path m_file; ///< empty: given on
};

} // namespace hounsfield::cli
