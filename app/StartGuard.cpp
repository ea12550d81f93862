// SPDX-License-Identifier: Apache-2.0
// Ends the program with a sentence where a limit of address space (ulimit -v) is too small for its libraries
// to start: OpenBLAS asks for memory in its constructor and, refused, asks again without end. All of this
// runs before main, and before the constructors of the shared libraries, which only an executable's
// .preinit_array can do.
#include <csignal>
#include <cstddef>
#include <cstdio>
#include <cstring>
#include <initializer_list>

#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <unistd.h>

namespace {

constexpr suseconds_t tickMicroseconds = 400000;  ///< of processor time; a start takes half of it
constexpr std::size_t openBlasBytes = 128u << 20; ///< what OpenBLAS asks for a thread

/// Of a signal handler, and before the C library's streams are ready: nothing but system calls.
void refuse(int)
{
    static const char message[] =
        "The limit of address space (ulimit -v) is too small for this program to start. Set it to 4000000 or "
        "more, or to unlimited, and limit the memory by other means (a container, a batch system).\n";
    const ssize_t written = write(STDERR_FILENO, message, sizeof message - 1);
    _exit(written < 0 ? 1 : 5);
}

/// The start takes long: because the machine is busy, or because memory is refused again and again?
void onTick(int signal)
{
    void* memory = mmap(nullptr, openBlasBytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED)
        refuse(signal);
    munmap(memory, openBlasBytes);
}

bool isLimited()
{
    rlimit limit{};
    return getrlimit(RLIMIT_AS, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY;
}

void handle(int signal, void (*handler)(int))
{
    struct sigaction action {};
    action.sa_handler = handler;
    sigaction(signal, &action, nullptr);
}

void setTimer(suseconds_t microseconds)
{
    itimerval timer{};
    timer.it_value.tv_usec = timer.it_interval.tv_usec = microseconds;
    setitimer(ITIMER_PROF, &timer, nullptr);
}

void beforeLibraries(int, char**, char**)
{
    if (!isLimited())
        return;
    handle(SIGPROF, onTick);
    handle(SIGABRT, refuse);
    handle(SIGSEGV, refuse);
    setTimer(tickMicroseconds);
}

/// The executable's constructors come after those of all libraries.
[[gnu::constructor]] void afterLibraries()
{
    if (!isLimited())
        return;
    setTimer(0);
    for (const int signal : {SIGPROF, SIGABRT, SIGSEGV})
        handle(signal, SIG_DFL);
}

} // namespace

[[gnu::used, gnu::section(".preinit_array")]] void (*const hounsfieldStartGuard)(int, char**,
                                                                                 char**) = beforeLibraries;
