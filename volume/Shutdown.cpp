// SPDX-License-Identifier: Apache-2.0
#include "volume/Shutdown.h"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <initializer_list>
#include <mutex>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

namespace hounsfield {
namespace {
namespace fs = std::filesystem;

std::atomic<bool> asked{false};
int wakePipe[2] = {-1, -1};

struct Temporaries {
    std::mutex mutex;
    std::vector<fs::path> paths;
};

Temporaries& temporaries()
{
    static auto* const all = new Temporaries; // outlives the static objects that may still hold a path
    return *all;
}

void removeTemporaries()
{
    const std::lock_guard lock(temporaries().mutex);
    std::error_code failed;
    for (const fs::path& path : temporaries().paths)
        fs::remove_all(path, failed);
}

/// In a signal handler: only what is safe there.
void onSignal(int)
{
    const int before = errno;
    asked = true;
    const char one = 1;
    [[maybe_unused]] const ssize_t written = write(wakePipe[1], &one, 1);
    errno = before;
}

void waitForSignal()
{
    char one = 0;
    while (read(wakePipe[0], &one, 1) < 0 && errno == EINTR) {
    }
}

void watch(const ShutdownPlan& plan)
{
    waitForSignal();
    if (plan.ask)
        plan.ask();
    pollfd second{wakePipe[0], POLLIN, 0};
    poll(&second, 1, static_cast<int>(plan.patience.count()));
    removeTemporaries();
    [[maybe_unused]] const ssize_t written = write(STDERR_FILENO, plan.farewell.data(), plan.farewell.size());
    _exit(plan.exitCode);
}

void listenTo(int signal)
{
    struct sigaction before {};
    sigaction(signal, nullptr, &before);
    if (signal != SIGTERM && before.sa_handler == SIG_IGN)
        return;
    struct sigaction action {};
    action.sa_handler = onSignal;
    sigemptyset(&action.sa_mask);
    action.sa_flags = SA_RESTART;
    sigaction(signal, &action, nullptr);
}

} // namespace

TemporaryPath::TemporaryPath(fs::path path) : m_path(std::move(path))
{
    const std::lock_guard lock(temporaries().mutex);
    temporaries().paths.push_back(m_path);
}

TemporaryPath::~TemporaryPath()
{
    const std::lock_guard lock(temporaries().mutex);
    auto& paths = temporaries().paths;
    if (const auto found = std::find(paths.begin(), paths.end(), m_path); found != paths.end())
        paths.erase(found);
}

void endOnSignals(ShutdownPlan plan)
{
    if (pipe2(wakePipe, O_CLOEXEC | O_NONBLOCK) != 0)
        return;
    fcntl(wakePipe[0], F_SETFL, 0); // the reading end waits, the handler's end never does
    std::thread(watch, std::move(plan)).detach();
    for (const int signal : {SIGTERM, SIGINT, SIGHUP})
        listenTo(signal);
}

bool isShutdownAsked()
{
    return asked;
}

} // namespace hounsfield
