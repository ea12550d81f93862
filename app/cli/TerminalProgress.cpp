// SPDX-License-Identifier: Apache-2.0
#include "app/cli/TerminalProgress.h"

#include "volume/Shutdown.h"

#include <cmath>
#include <cstdio>

#include <unistd.h>

namespace hounsfield::cli {
namespace {

std::string timeLeft(double seconds)
{
    const auto whole = static_cast<long long>(std::ceil(seconds));
    return whole < 90 ? std::to_string(whole) + " s left" : std::to_string((whole + 59) / 60) + " min left";
}

} // namespace

void listenForStop(bool isWorker)
{
    ShutdownPlan plan;
    // A batch waits for its workers: they go first.
    if (isWorker)
        plan.patience = std::chrono::milliseconds(800);
    plan.farewell = farewell;
    endOnSignals(std::move(plan));
}

TerminalProgress::TerminalProgress(bool quiet) : m_quiet(quiet), m_terminal(isatty(STDERR_FILENO)) {}

TerminalProgress::~TerminalProgress()
{
    finishLine();
}

void TerminalProgress::report(const ProgressReport& how)
{
    if (m_quiet)
        return;
    if (!m_terminal) {
        if (how.stage != m_stage)
            std::fprintf(stderr, "%s\n", how.stage.c_str());
    } else {
        const std::string left = how.secondsLeft ? ", " + timeLeft(*how.secondsLeft) : "";
        std::fprintf(stderr, "\r\033[K%s  %.0f %%%s", how.stage.c_str(), 100 * how.fraction, left.c_str());
        std::fflush(stderr);
        m_open = true;
    }
    m_stage = how.stage;
}

bool TerminalProgress::stopRequested() const
{
    return isShutdownAsked();
}

void TerminalProgress::say(const std::string& sentence)
{
    finishLine();
    std::fprintf(stderr, "%s\n", sentence.c_str());
}

void TerminalProgress::finishLine()
{
    if (m_open)
        std::fprintf(stderr, "\r\033[K");
    m_open = false;
}

} // namespace hounsfield::cli
