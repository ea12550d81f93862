// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <string>

namespace hounsfield {

/// A file or folder that is to be gone when the program ends while it is being made. It is listed as long as
/// the object lives; removing or renaming it is its maker's work.
class TemporaryPath {
public:
    explicit TemporaryPath(std::filesystem::path path);
    ~TemporaryPath();
    TemporaryPath(const TemporaryPath&) = delete;
    TemporaryPath& operator=(const TemporaryPath&) = delete;

private:
    std::filesystem::path m_path;
};

/// How the program ends when it is asked to: SIGTERM, SIGINT (Ctrl-C), SIGHUP (the terminal was closed).
struct ShutdownPlan {
    std::function<void()> ask; ///< called once, on a thread of its own: the work is to stop. May be empty
    std::chrono::milliseconds patience{1200}; ///< for the work to end by itself; the process ends after it
    int exitCode = 130;
    std::string farewell; ///< said on standard error where patience was over
};

/// Hears those signals from now on, but for SIGINT and SIGHUP where they were ignored (nohup). A second one,
/// or the end of patience, removes all temporary paths and ends the process. Called once, at the beginning of
/// main.
void endOnSignals(ShutdownPlan plan);
/// Whether the program was asked to end.
bool isShutdownAsked();

} // namespace hounsfield
