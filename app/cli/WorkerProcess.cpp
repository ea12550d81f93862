// SPDX-License-Identifier: Apache-2.0
#include "app/cli/WorkerProcess.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <utility>

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace hounsfield::cli {
namespace {

[[noreturn]] void cannotStart()
{
    throw Error(ErrorKind::Resources,
                "No process can be started for the scans. Close other programs or ask for fewer --jobs.");
}

/// In the child, between fork and exec: only what is safe there.
[[noreturn]] void become(int orders, int answers, pid_t parent, bool quiet)
{
    // A killed batch leaves nothing that works on.
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(127);
    // Ctrl-C goes to the batch alone, which asks its workers once.
    setpgid(0, 0);
    dup2(orders, STDIN_FILENO);
    dup2(answers, STDOUT_FILENO);
    execl("/proc/self/exe", "hounsfield-cli", "batch-worker", quiet ? "--quiet" : nullptr,
          static_cast<char*>(nullptr));
    _exit(127);
}

} // namespace

WorkerProcess::WorkerProcess(const Asked& asked, bool quiet)
{
    int orders[2], answers[2];
    if (pipe2(orders, O_CLOEXEC) != 0)
        cannotStart();
    if (pipe2(answers, O_CLOEXEC) != 0) {
        close(orders[0]);
        close(orders[1]);
        cannotStart();
    }
    const pid_t parent = getpid();
    m_process = fork();
    if (m_process == 0)
        become(orders[0], answers[1], parent, quiet);
    close(orders[0]);
    close(answers[1]);
    m_orders = orders[1];
    m_answers = answers[0];
    if (m_process < 0) {
        closeOrders();
        close(m_answers);
        cannotStart();
    }
    write(lineOf(asked));
}

WorkerProcess::~WorkerProcess()
{
    closeOrders();
    if (m_process > 0) {
        kill(m_process, SIGKILL);
        waitpid(m_process, nullptr, 0);
    }
    close(m_answers);
}

void WorkerProcess::send(const Order& order)
{
    write(lineOf(order));
}

void WorkerProcess::write(const std::string& line)
{
    for (std::size_t at = 0; at < line.size();) {
        const ssize_t written = ::write(m_orders, line.data() + at, line.size() - at);
        if (written < 0 && errno != EINTR)
            return; // it has ended, which receive() will tell
        at += written > 0 ? static_cast<std::size_t>(written) : 0;
    }
}

bool WorkerProcess::receive()
{
    std::array<char, 4096> buffer;
    const ssize_t got = read(m_answers, buffer.data(), buffer.size());
    if (got < 0)
        return errno == EINTR;
    m_open.append(buffer.data(), static_cast<std::size_t>(got));
    for (std::size_t end; (end = m_open.find('\n')) != std::string::npos; m_open.erase(0, end + 1))
        m_lines.push_back(m_open.substr(0, end));
    return got > 0;
}

std::optional<Answer> WorkerProcess::next()
{
    if (m_lines.empty())
        return std::nullopt;
    const std::string line = m_lines.front();
    m_lines.pop_front();
    return answerFrom(line);
}

void WorkerProcess::stop() const
{
    if (m_process > 0)
        kill(m_process, SIGTERM);
}

std::string WorkerProcess::farewell()
{
    closeOrders();
    int status = 0;
    while (waitpid(m_process, &status, 0) < 0 && errno == EINTR) {
    }
    m_process = -1;
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL)
        return "The process that looked at it was killed (signal 9): most likely the memory ran out. Run it "
               "again with fewer --jobs or on a machine with more memory.";
    if (WIFSIGNALED(status))
        return "The process that looked at it crashed (signal " + std::to_string(WTERMSIG(status)) +
               "). That is a fault of the program on this scan; the other scans are not touched by it.";
    return "The process that looked at it ended before it was done (exit code " +
           std::to_string(WEXITSTATUS(status)) + ").";
}

void WorkerProcess::closeOrders()
{
    if (m_orders >= 0)
        close(std::exchange(m_orders, -1));
}

} // namespace hounsfield::cli
