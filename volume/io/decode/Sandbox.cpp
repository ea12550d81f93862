// SPDX-License-Identifier: Apache-2.0
#include "volume/io/decode/Sandbox.h"

#include "volume/io/decode/DecodeProtocol.h"

#include <sys/resource.h>

#if defined(__linux__)
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <vector>
#endif

namespace hounsfield::decode {
namespace {

void limit(int resource, rlim_t most)
{
    const rlimit both{most, most};
    setrlimit(static_cast<decltype(RLIMIT_CORE)>(resource), &both);
}

#if defined(__linux__) && (defined(__x86_64__) || defined(__aarch64__))

#if defined(__x86_64__)
constexpr unsigned thisMachine = AUDIT_ARCH_X86_64;
#else
constexpr unsigned thisMachine = AUDIT_ARCH_AARCH64;
#endif

/// What a loop of reading a request, decoding in memory and answering needs. Everything else answers EPERM.
std::vector<int> allowedCalls()
{
    return {SYS_read,        SYS_write,      SYS_munmap,         SYS_mremap,       SYS_madvise,
            SYS_brk,         SYS_futex,      SYS_rt_sigreturn,   SYS_rt_sigaction, SYS_rt_sigprocmask,
            SYS_exit,        SYS_exit_group, SYS_clock_gettime,  SYS_gettimeofday, SYS_getrandom,
            SYS_getpid,      SYS_gettid,     SYS_tgkill,         SYS_fstat,        SYS_lseek,
            SYS_sched_yield, SYS_close,      SYS_restart_syscall};
}

/// The filter as a program of the kernel's: the machine's calls alone, then one comparison for each allowed
/// call.
std::vector<sock_filter> filterOf(const std::vector<int>& calls)
{
    const auto statement = [](unsigned code, unsigned value) {
        return sock_filter{static_cast<unsigned short>(code), 0, 0, value};
    };
    const auto skipUnlessEqual = [](unsigned value) {
        return sock_filter{static_cast<unsigned short>(BPF_JMP | BPF_JEQ | BPF_K), 0, 1, value};
    };
    std::vector<sock_filter> program;
    program.push_back(statement(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, arch)));
    program.push_back({static_cast<unsigned short>(BPF_JMP | BPF_JEQ | BPF_K), 1, 0, thisMachine});
    program.push_back(statement(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS));
    program.push_back(statement(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)));
    for (const int call : calls) {
        program.push_back(skipUnlessEqual(static_cast<unsigned>(call)));
        program.push_back(statement(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
    }
    // Memory may be mapped and its protection changed, but never made executable: that is the third
    // argument's word.
    program.push_back(
        {static_cast<unsigned short>(BPF_JMP | BPF_JEQ | BPF_K), 1, 0, static_cast<unsigned>(SYS_mmap)});
    program.push_back(
        {static_cast<unsigned short>(BPF_JMP | BPF_JEQ | BPF_K), 0, 3, static_cast<unsigned>(SYS_mprotect)});
    program.push_back(
        statement(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, args) + 2 * sizeof(std::uint64_t)));
    program.push_back({static_cast<unsigned short>(BPF_JMP | BPF_JSET | BPF_K), 1, 0, 4 /* PROT_EXEC */});
    program.push_back(statement(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
    program.push_back(statement(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM));
    return program;
}

bool filterCalls()
{
    std::vector<sock_filter> program = filterOf(allowedCalls());
    const sock_fprog loaded{static_cast<unsigned short>(program.size()), program.data()};
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
           prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &loaded) == 0;
}

bool hasFilter()
{
    return prctl(PR_GET_SECCOMP, 0, 0, 0, 0) >= 0;
}

#else

bool filterCalls()
{
    return false;
}

bool hasFilter()
{
    return false;
}

#endif

} // namespace

bool canRestrict()
{
    return hasFilter();
}

bool enterSandbox()
{
#if defined(__linux__)
    syscall(SYS_close_range, static_cast<unsigned>(sharedMemory + 1), ~0u, 0u);
#endif
    limit(RLIMIT_CORE, 0);
    limit(RLIMIT_FSIZE, 0);
    return filterCalls();
}

} // namespace hounsfield::decode
