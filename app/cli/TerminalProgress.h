#pragma once

#include "volume/Progress.h"

namespace hounsfield::cli {

/// Makes Ctrl-C and a polite kill ask the work to stop; the second one ends the program at once.
void listenForStop();

/// Progress on the error stream: one line that rewrites itself in a terminal, one line a stage in a file. Stops on Ctrl-C.
class TerminalProgress final : public Progress {
public:
    explicit TerminalProgress(bool quiet);
    ~TerminalProgress() override;
    void report(const ProgressReport& how) override;
    bool stopRequested() const override;
    /// Ends the line, so that other output begins on its own.
    void finishLine();

private:
    bool m_quiet;
    bool m_terminal;
    bool m_open = false;
    std::string m_stage;
};

} // namespace hounsfield::cli
