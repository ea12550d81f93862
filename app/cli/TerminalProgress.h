// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "volume/Progress.h"

namespace hounsfield::cli {

/// What is said at the end that was asked for.
constexpr const char* farewell = "Stopped. What was finished is kept; no half file is left.\n";

/// Makes Ctrl-C, a polite kill (SIGTERM) and the end of the terminal (SIGHUP) ask the work to stop. The
/// process ends within two seconds in any case, at once with the second signal. @param isWorker: a worker of
/// a batch, which ends before the batch does
void listenForStop(bool isWorker);

/// Progress on the error stream: one line that rewrites itself in a terminal, one line a stage in a file.
/// Stops on Ctrl-C.
class TerminalProgress final : public Progress {
public:
    explicit TerminalProgress(bool quiet);
    ~TerminalProgress() override;
    void report(const ProgressReport& how) override;
    bool stopRequested() const override;
    /// A sentence on a line of its own.
    void say(const std::string& sentence);
    /// Ends the line, so that other output begins on its own.
    void finishLine();

private:
    bool m_quiet;
    bool m_terminal;
    bool m_open = false;
    std::string m_stage;
};

} // namespace hounsfield::cli
