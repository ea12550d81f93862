// SPDX-License-Identifier: Apache-2.0
#include "volume/io/internal/DecodeProcess.h"

#include "volume/io/internal/DicomSeries.h"
#include "volume/io/internal/Text.h"

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <fstream>
#include <vector>

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace hounsfield {
namespace {
namespace fs = std::filesystem;

constexpr const char* helperName = "hounsfield-decode";
constexpr std::uint64_t mebibyte = 1 << 20;
// Around the item of one frame: a table of offsets that is empty, and the end of the pixel data (PS3.5 A.4).
constexpr std::array<char, 8> emptyTable{'\xFE', '\xFF', 0, '\xE0', 0, 0, 0, 0},
    endOfItems{'\xFE', '\xFF', '\xDD', '\xE0', 0, 0, 0, 0};

[[noreturn]] void cannotStart(const std::string& why)
{
    throw Error(ErrorKind::Resources,
                "The program hounsfield-decode, which decodes the pictures of scans, cannot be started (" +
                    why + "). Close other programs, or install Hounsfield again.");
}

/// Beside this program; the tests of a build folder lie elsewhere than its programs.
fs::path helperPath()
{
    std::error_code failed;
    const fs::path folder = fs::read_symlink("/proc/self/exe", failed).parent_path();
    const fs::path beside = folder / helperName;
    if (fs::exists(beside, failed))
        return beside;
    for (fs::path above = folder; above.has_relative_path(); above = above.parent_path())
        if (fs::exists(above / "CMakeCache.txt", failed))
            return above / "bin" / helperName;
    return beside;
}

/// A file descriptor above those that the helper is given by number.
int lifted(int descriptor)
{
    const int high = fcntl(descriptor, F_DUPFD_CLOEXEC, 10);
    ::close(descriptor);
    if (high < 0)
        cannotStart(std::strerror(errno));
    return high;
}

std::array<int, 2> makePipe()
{
    std::array<int, 2> ends{};
    if (pipe2(ends.data(), O_CLOEXEC) != 0)
        cannotStart(std::strerror(errno));
    return {lifted(ends[0]), lifted(ends[1])};
}

/// Shared memory that the helper can neither shrink nor find by a name.
int makeShared()
{
    const int made = memfd_create("hounsfield-decode", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (made < 0)
        cannotStart(std::strerror(errno));
    const int high = lifted(made);
    fcntl(high, F_ADD_SEALS, F_SEAL_SHRINK);
    return high;
}

/// The helper needs nothing from the environment but where libraries lie.
std::vector<std::string> environmentOfHelper()
{
    std::vector<std::string> kept{"LC_ALL=C"};
    for (const char* name : {"LD_LIBRARY_PATH", "ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS"})
        if (const char* value = std::getenv(name))
            kept.push_back(std::string(name) + "=" + value);
    return kept;
}

struct SpawnSettings {
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attributes;

    SpawnSettings()
    {
        posix_spawn_file_actions_init(&files);
        posix_spawnattr_init(&attributes);
        // Ctrl-C is for this program, which ends the helper itself.
        posix_spawnattr_setpgroup(&attributes, 0);
        sigset_t all, none;
        sigfillset(&all);
        sigemptyset(&none);
        posix_spawnattr_setsigdefault(&attributes, &all);
        posix_spawnattr_setsigmask(&attributes, &none);
        posix_spawnattr_setflags(&attributes,
                                 POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
    }
    ~SpawnSettings()
    {
        posix_spawn_file_actions_destroy(&files);
        posix_spawnattr_destroy(&attributes);
    }
    SpawnSettings(const SpawnSettings&) = delete;
    SpawnSettings& operator=(const SpawnSettings&) = delete;
};

pid_t spawn(const fs::path& helper, int requests, int replies, int shared)
{
    SpawnSettings settings;
    posix_spawn_file_actions_adddup2(&settings.files, requests, STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&settings.files, replies, STDOUT_FILENO);
    posix_spawn_file_actions_addopen(&settings.files, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_adddup2(&settings.files, shared, decode::sharedMemory);
    std::string name = helperName, switchText = "--from-hounsfield";
    std::array<char*, 3> arguments{name.data(), switchText.data(), nullptr};
    std::vector<std::string> kept = environmentOfHelper();
    std::vector<char*> environment;
    for (std::string& one : kept)
        environment.push_back(one.data());
    environment.push_back(nullptr);
    pid_t process = -1;
    const int failed = posix_spawn(&process, helper.c_str(), &settings.files, &settings.attributes,
                                   arguments.data(), environment.data());
    return failed == 0 ? process : -failed;
}

double cpuSecondsOf(pid_t process)
{
    clockid_t clock{};
    timespec used{};
    if (clock_getcpuclockid(process, &clock) != 0 || clock_gettime(clock, &used) != 0)
        return 0;
    return static_cast<double>(used.tv_sec) + 1e-9 * static_cast<double>(used.tv_nsec);
}

std::uint64_t wholePages(std::uint64_t bytes)
{
    return (bytes + 4095) / 4096 * 4096;
}

/// Of a file that holds one frame with the header before it.
std::uint64_t frameFileBytes(const FrameItem& frame)
{
    return static_cast<std::uint64_t>(frame.headerBytes) + emptyTable.size() +
           static_cast<std::uint64_t>(frame.bytes) + endOfItems.size();
}

std::string endInWords(int status)
{
    if (!WIFSIGNALED(status))
        return "the decoder ended (exit code " + std::to_string(WEXITSTATUS(status)) + ")";
    const char* name = sigabbrev_np(WTERMSIG(status));
    return "the decoder crashed (" + (name ? "SIG" + std::string(name) : std::to_string(WTERMSIG(status))) +
           ")";
}

/// Whether a file could not be decoded for a reason that may lie in the helper.
bool isFailure(decode::Status status)
{
    return status == decode::Status::NotRead || status == decode::Status::OutOfMemory;
}

bool isFromOutside(int status)
{
    if (!WIFSIGNALED(status))
        return false;
    const int signal = WTERMSIG(status);
    return signal == SIGKILL || signal == SIGTERM || signal == SIGHUP || signal == SIGINT;
}

} // namespace

DecodeProcess::DecodeProcess()
{
    try {
        start();
    } catch (...) {
        close();
        throw;
    }
}

DecodeProcess::~DecodeProcess()
{
    close();
}

void DecodeProcess::start()
{
    m_shared = makeShared();
    const auto requests = makePipe();
    // The reading end stays open here, too: writing to a helper that has ended then raises no SIGPIPE.
    m_requestsEnd = requests[0];
    m_requests = requests[1];
    const auto replies = makePipe();
    m_replies = replies[0];
    const pid_t process = spawn(helperPath(), m_requestsEnd, replies[1], m_shared);
    ::close(replies[1]);
    if (process <= 0)
        cannotStart(std::strerror(-process));
    m_process = process;
    const auto ready = answer(60, Progress());
    if (!ready || ready->status != decode::Status::Ready)
        cannotStart(m_ended.end.empty() ? "it does not answer" : m_ended.end);
    m_restricted = ready->restricted != 0;
}

void DecodeProcess::close()
{
    if (m_process > 0) {
        kill(m_process, SIGKILL);
        while (waitpid(m_process, nullptr, 0) < 0 && errno == EINTR) {
        }
        m_process = -1;
    }
    if (m_memory)
        munmap(m_memory, m_memoryBytes);
    m_memory = nullptr;
    for (int* descriptor : {&m_requests, &m_requestsEnd, &m_replies, &m_shared})
        if (*descriptor >= 0) {
            ::close(*descriptor);
            *descriptor = -1;
        }
}

void DecodeProcess::reserve(std::uint64_t bytes)
{
    if (bytes <= m_memoryBytes)
        return;
    if (m_memory)
        munmap(m_memory, m_memoryBytes);
    m_memory = nullptr;
    m_memoryBytes = 0;
    if (ftruncate(m_shared, static_cast<off_t>(bytes)) != 0)
        throw std::bad_alloc();
    void* mapped = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, m_shared, 0);
    if (mapped == MAP_FAILED)
        throw std::bad_alloc();
    m_memory = static_cast<char*>(mapped);
    m_memoryBytes = bytes;
}

void DecodeProcess::readFile(const fs::path& file, std::uint64_t size)
{
    std::ifstream in(file, std::ios::binary);
    if (!in.read(m_memory, static_cast<std::streamsize>(size)))
        throw Error(ErrorKind::Scan, quoted(file) + " cannot be read to its end. Fetch the series again.");
}

void DecodeProcess::readFrame(const fs::path& file, const FrameItem& frame)
{
    std::ifstream in(file, std::ios::binary);
    char* at = m_memory;
    const auto take = [&](std::int64_t offset, std::int64_t bytes) {
        in.seekg(offset);
        if (!in.read(at, bytes))
            throw Error(ErrorKind::Scan,
                        quoted(file) + " cannot be read to its end. Fetch the series again.");
        at += bytes;
    };
    take(0, frame.headerBytes);
    at = std::copy(emptyTable.begin(), emptyTable.end(), at);
    take(frame.offset, frame.bytes);
    std::copy(endOfItems.begin(), endOfItems.end(), at);
}

void DecodeProcess::setLimits(double cpuSeconds, std::uint64_t memoryBytes) const
{
    const auto set = [&](__rlimit_resource what, rlim_t most) {
        rlimit now{};
        if (prlimit(m_process, what, nullptr, &now) != 0)
            return;
        now.rlim_cur = std::min(most, now.rlim_max);
        prlimit(m_process, what, &now, nullptr);
    };
    // Should this program hang or be stopped, the helper ends by itself.
    set(RLIMIT_CPU, static_cast<rlim_t>(cpuSecondsOf(m_process) + cpuSeconds) + 2);
#if !defined(__SANITIZE_ADDRESS__)
    set(RLIMIT_AS, memoryBytes);
#endif
}

std::optional<decode::Reply> DecodeProcess::answer(double cpuSeconds, const Progress& progress)
{
    using Clock = std::chrono::steady_clock;
    // A loaded machine gives the helper a share of its time only.
    const auto end = Clock::now() + std::chrono::duration<double>(30 + 6 * cpuSeconds);
    const double cpuBefore = cpuSecondsOf(m_process);
    decode::Reply reply;
    for (std::size_t got = 0; got < sizeof reply;) {
        pollfd waiting{m_replies, POLLIN, 0};
        const int ready = poll(&waiting, 1, 100);
        if (progress.stopRequested()) {
            close();
            throw Cancelled{};
        }
        if (ready > 0) {
            const ssize_t more = read(m_replies, reinterpret_cast<char*>(&reply) + got, sizeof reply - got);
            if (more == 0 || (more < 0 && errno != EINTR)) {
                farewell();
                return std::nullopt;
            }
            got += more > 0 ? static_cast<std::size_t>(more) : 0;
        } else if (Clock::now() > end || cpuSecondsOf(m_process) - cpuBefore > cpuSeconds) {
            close();
            m_ended.end = "the decoder needed more than " + plainNumber(cpuSeconds, 0) + " seconds";
            return std::nullopt;
        }
    }
    return reply;
}

void DecodeProcess::farewell()
{
    int status = 0;
    while (waitpid(m_process, &status, 0) < 0 && errno == EINTR) {
    }
    m_process = -1;
    m_ended.end = endInWords(status);
    m_ended.again = m_used || isFromOutside(status);
    close();
}

DecodeProcess::Outcome DecodeProcess::decode(const fs::path& file, const FrameItem* frame,
                                             std::uint64_t bytes, const Progress& progress)
{
    std::error_code failed;
    const std::uint64_t all = fs::file_size(file, failed);
    if (failed || !fs::is_regular_file(file, failed))
        throw Error(ErrorKind::Scan, quoted(file) + " cannot be read. Fetch the series again.");
    const std::uint64_t size = frame ? frameFileBytes(*frame) : all;
    decode::Request request;
    request.inputBytes = size;
    request.outputOffset = m_outputOffset = wholePages(size);
    request.outputBytes = bytes;
    request.oneFrame = frame != nullptr;
    // A quarter more for each growth: the files of a series differ a little in size.
    if (const std::uint64_t needed = m_outputOffset + wholePages(bytes); needed > m_memoryBytes)
        reserve(wholePages(needed + needed / 4));
    if (frame)
        readFrame(file, *frame);
    else
        readFile(file, size);
    // Measured: OpenJPEG holds four bytes a pixel twice, GDCM the file and the picture two or three times.
    request.memoryLimit = 1024 * mebibyte + m_memoryBytes + 4 * size + 8 * bytes;
    const double cpuSeconds = 10 + static_cast<double>(bytes) / 1e6;
    setLimits(cpuSeconds, request.memoryLimit);
    if (write(m_requests, &request, sizeof request) != static_cast<ssize_t>(sizeof request))
        cannotStart("it takes no requests");
    const auto reply = answer(cpuSeconds, progress);
    if (!reply)
        return m_ended;
    Outcome outcome;
    outcome.reply = *reply;
    outcome.again = m_used && isFailure(reply->status);
    m_used = true;
    return outcome;
}

} // namespace hounsfield
