// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/cli/Program.h"
#include "tests/support/Paths.h"

#include <functional>
#include <vector>

#include <sys/types.h>

namespace hounsfield::test {

/// A few small synthetic scans, s1.nii.gz, s2.nii.gz, ..., each a block of one patient that the model looks
/// at in one window, with their list.
class Cohort {
public:
    explicit Cohort(int scans);
    const std::filesystem::path& path() const { return m_folder.path(); }
    std::filesystem::path list() const { return path() / "list.csv"; }
    std::filesystem::path scan(int number) const
    {
        return path() / ("s" + std::to_string(number) + ".nii.gz");
    }
    /// The words of a batch into a folder beside the list, quick and exact.
    std::string words(const std::string& out,
                      const std::string& more = "--prompt 'liver and liver tumor'") const;
    Outcome run(const std::string& out, const std::string& more = "--prompt 'liver and liver tumor'",
                const std::string& before = "") const;
    std::string text(const std::string& file) const { return readFile(path() / file); }

private:
    TemporaryFolder m_folder;
};

/// hounsfield-cli beside the test.
class RunningProgram {
public:
    explicit RunningProgram(const std::vector<std::string>& words);
    ~RunningProgram();
    pid_t process() const { return m_process; }
    /// Its only child process; 0 where there is none.
    pid_t child() const;
    int wait(); ///< exit code, or 128 + signal

private:
    pid_t m_process;
};

/// Waits until something is so, at most half a minute. @returns whether it is
bool becomes(const std::function<bool()>& so);
bool contains(const std::string& text, const std::string& part);

} // namespace hounsfield::test
