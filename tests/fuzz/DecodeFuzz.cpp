// SPDX-License-Identifier: Apache-2.0
// Feeds changed DICOM files to the decoder behind hounsfield-decode and counts what it does. GDCM and its
// codecs come without a fuzzer's instrumentation, so changes are drawn at random, each from its number.
//   fuzz_decode samples FOLDER                       writes uncompressed slices to make seeds of
//   fuzz_decode run CODING SEEDS FINDINGS N [FIRST]  N executions of changes of SEEDS/CODING-*.dcm in turn
//   fuzz_decode minimise FILE SMALLER                leaves out what the crash of FILE does not need
// A crash is a finding, not a fault of ours: it happens in the helper, and the program lives on
// (docs/fuzzing.md).
#include "tests/fuzz/SeedChanges.h"
#include "tests/io/Samples.h"
#include "tests/support/Paths.h"
#include "volume/io/decode/FrameDecoder.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <map>
#include <random>
#include <span>

#include <csetjmp>
#include <csignal>
#include <dlfcn.h>
#include <malloc.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace hounsfield;
namespace fs = std::filesystem;

namespace {

/// Of processor time of one execution; hounsfield-decode allows 10 s.
constexpr long mostMicroseconds = 50000;
constexpr std::size_t mostPixelBytes = 1 << 16;
/// Bytes beyond what the process has at its start. GDCM clears what a damaged length asks for before it sees
/// that the file ends, so that more would take most of the time.
constexpr std::size_t mostMemory = 16u << 20;
constexpr std::size_t mostLost = 4u << 20; ///< bytes that executions left behind

std::string bytesOf(const fs::path& file)
{
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

/// A way to end that was seen: an assertion, or where a signal struck.
struct Kind {
    std::array<char, 64> name{};
    std::uint64_t first = 0, times = 0; ///< number of the first execution that ended so
};

/// What child and parent share. Only one of them writes at a time: the parent waits for the child's end.
struct Shared {
    std::uint64_t number = 0;
    std::array<std::uint64_t, 8> statuses{};
    std::uint64_t assertions = 0, divisions = 0;
    std::array<Kind, 256> kinds{};
    void* struck = nullptr; ///< the instruction of a signal that ends the child

    void count(const std::string& name)
    {
        for (Kind& kind : kinds) {
            if (kind.name[0] == '\0') {
                name.copy(kind.name.data(), kind.name.size() - 1);
                kind.first = number;
            }
            if (name.compare(0, kind.name.size() - 1, kind.name.data()) == 0) {
                ++kind.times;
                return;
            }
        }
    }
};

Shared* shared = nullptr;
sigjmp_buf beforeExecution;

} // namespace

/// Stands in for the C library's: a failed assertion of GDCM's leaves the execution and not the process,
/// which costs a thousandth of a new one. What the execution held is lost, so a process ends when that
/// becomes too much.
extern "C" [[noreturn, gnu::visibility("default")]] void assertionFailed(
    const char* text, const char* file, unsigned line, const char* function) asm("__assert_fail");
extern "C" [[noreturn]] void assertionFailed(const char*, const char* file, unsigned line, const char*)
{
    ++shared->assertions;
    shared->count("assertion " + fs::path(file).filename().string() + ":" + std::to_string(line));
    siglongjmp(beforeExecution, 1);
}

namespace {

void strike(int signal, siginfo_t*, void* context)
{
    if (signal == SIGFPE) { // nothing was written
        ++shared->divisions;
        shared->count("SIGFPE");
        siglongjmp(beforeExecution, 1);
    }
#if defined(__x86_64__)
    shared->struck = reinterpret_cast<void*>(static_cast<ucontext_t*>(context)->uc_mcontext.gregs[REG_RIP]);
#else
    static_cast<void>(context);
#endif
    std::signal(signal, SIG_DFL);
    raise(signal);
}

class Run {
public:
    Run(test::SeedChanges changes, std::string name, fs::path findings)
        : m_changes(std::move(changes)), m_name(std::move(name)), m_findings(std::move(findings))
    {
        void* memory =
            mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        if (memory == MAP_FAILED)
            std::exit(1);
        shared = new (memory) Shared;
    }
    void executions(std::uint64_t first, std::uint64_t count)
    {
        const std::uint64_t end = first + count;
        for (shared->number = first; shared->number < end;) {
            shared->struck = nullptr;
            const pid_t child = fork();
            if (child == 0)
                work(end);
            await(child);
        }
    }
    /// How one file ends a process of its own; empty where it does not.
    std::string kindOf(const std::string& bytes)
    {
        *shared = Shared{};
        const pid_t child = fork();
        if (child == 0) {
            limitChild();
            std::vector<char> pixels(mostPixelBytes);
            if (sigsetjmp(beforeExecution, 0) == 0)
                execute(bytes, {}, pixels);
            _exit(0);
        }
        await(child);
        return shared->kinds[0].name.data();
    }
    /// The file without the parts that its end does not need; empty where it ends nothing by itself.
    std::string minimised(std::string bytes)
    {
        constexpr std::size_t smallest = 4;
        const std::string kind = kindOf(bytes);
        if (kind.empty())
            return {};
        for (std::size_t part = bytes.size() / 2; part >= smallest; part /= 2)
            for (std::size_t at = 0; at + part <= bytes.size();) {
                std::string less = bytes;
                less.erase(at, part);
                if (kindOf(less) == kind)
                    bytes = less;
                else
                    at += part;
            }
        return bytes;
    }
    /// Writes one file of each kind and tells what was done.
    void tell(std::uint64_t count) const
    {
        std::printf("%s: %llu executions", m_name.c_str(), static_cast<unsigned long long>(count));
        for (std::size_t n = 0; n < shared->statuses.size(); ++n)
            if (shared->statuses[n] > 0)
                std::printf(", status %zu %llu", n, static_cast<unsigned long long>(shared->statuses[n]));
        std::printf(", assertions %llu, SIGFPE %llu", static_cast<unsigned long long>(shared->assertions),
                    static_cast<unsigned long long>(shared->divisions));
        for (const auto& [how, times] : m_ends)
            std::printf(", %s %llu", how.c_str(), static_cast<unsigned long long>(times));
        std::printf("\n");
        fs::create_directories(m_findings);
        for (const Kind& kind : shared->kinds) {
            if (kind.times == 0)
                break;
            std::string name = m_name + "_" + kind.name.data();
            std::replace_if(
                name.begin(), name.end(), [](unsigned char c) { return !isalnum(c) && c != '.'; }, '_');
            const fs::path file = m_findings / (name + ".dcm");
            if (!fs::exists(file))
                std::ofstream(file, std::ios::binary) << m_changes.at(kind.first);
            std::printf("  %s: %llu, first %llu\n", kind.name.data(),
                        static_cast<unsigned long long>(kind.times),
                        static_cast<unsigned long long>(kind.first));
        }
    }

private:
    void await(pid_t child)
    {
        int status = 0;
        while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
        }
        if (WIFSIGNALED(status))
            countSignal(WTERMSIG(status));
    }
    [[noreturn]] void work(std::uint64_t end)
    {
        limitChild();
        std::vector<char> pixels(mostPixelBytes);
        const std::size_t before = held();
        static std::string bytes; // outlives the jump
        for (; shared->number < end && held() < before + mostLost; ++shared->number) {
            if (sigsetjmp(beforeExecution, 0) == 0) {
                bytes = m_changes.at(shared->number);
                execute(bytes, {pixels.data(), m_changes.seedOf(shared->number).pixelBytes}, pixels);
            }
        }
        _exit(0);
    }
    static void execute(const std::string& bytes, std::span<char> expected, std::span<char> most)
    {
        const itimerval limit{{0, 0}, {0, mostMicroseconds}};
        setitimer(ITIMER_PROF, &limit, nullptr);
        const decode::Reply reply = decode::decodeFrames(bytes, expected);
        // As the program does: it asks again where the picture has another size.
        if (reply.status == decode::Status::OtherSize && reply.bytes < most.size())
            decode::decodeFrames(bytes, most.first(reply.bytes));
        ++shared->statuses[std::min<std::size_t>(static_cast<std::size_t>(reply.status), 7)];
    }
    static std::size_t held()
    {
        const struct mallinfo2 memory = mallinfo2();
        return memory.uordblks + memory.hblkhd;
    }
    static void limitChild()
    {
        // What is taken stays with the process: the kernel need not clear it again for each execution.
        mallopt(M_MMAP_THRESHOLD, mostMemory);
        mallopt(M_TRIM_THRESHOLD, mostMemory);
        std::ifstream size("/proc/self/statm");
        rlim_t pages = 0;
        size >> pages;
        const rlimit memory{pages * 4096 + mostMemory, pages * 4096 + mostMemory};
        setrlimit(RLIMIT_AS, &memory);
        // Not the filter of system calls: attaching it takes longer than many executions.
        const rlimit none{0, 0};
        setrlimit(RLIMIT_CORE, &none);
        struct sigaction action {};
        action.sa_sigaction = strike;
        action.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER; // the jump does not restore the mask
        static std::array<char, 1 << 16> stack;
        const stack_t other{stack.data(), 0, stack.size()};
        sigaltstack(&other, nullptr);
        for (const int signal : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT})
            sigaction(signal, &action, nullptr);
    }
    void countSignal(int signal)
    {
        const std::string name = signal == SIGPROF ? "timeout" : "SIG" + std::string(sigabbrev_np(signal));
        Dl_info where{};
        const bool known = shared->struck && dladdr(shared->struck, &where) != 0;
        std::string place;
        if (known && where.dli_sname)
            place = where.dli_sname;
        else if (known && where.dli_fname)
            place = fs::path(where.dli_fname).filename().string() + "+" +
                    std::to_string(static_cast<char*>(shared->struck) - static_cast<char*>(where.dli_fbase));
        shared->count(name + " " + place);
        ++m_ends[name];
        ++shared->number;
    }

    test::SeedChanges m_changes;
    std::string m_name;
    fs::path m_findings;
    std::map<std::string, std::uint64_t> m_ends;
};

/// CT slices of 16 and of 8 bits, smooth and noisy, unsigned and signed.
void writeSamples(const fs::path& folder)
{
    test::DicomSample("1.2.3", 1, 0).write(folder / "smooth.dcm");
    std::mt19937 random(1);
    const auto noisy = [&](int columns, int rows, int bytes, const char* name) {
        test::DicomSample sample("1.2.3", 1, 0);
        sample.elements.number(0x00280010, "US", rows);
        sample.elements.number(0x00280011, "US", columns);
        sample.elements.number(0x00280100, "US", 8 * bytes);
        sample.elements.number(0x00280101, "US", bytes == 1 ? 8 : 12);
        sample.elements.number(0x00280102, "US", bytes == 1 ? 7 : 11);
        sample.elements.number(0x00280103, "US", bytes == 1 ? 0 : 1);
        std::string pixels;
        for (int n = 0; n < columns * rows; ++n) {
            const auto value =
                static_cast<std::int16_t>(random() % 16 == 0 ? random() % 4096 - 2048 : random() % 256);
            pixels.append(reinterpret_cast<const char*>(&value), static_cast<std::size_t>(bytes));
        }
        sample.elements.bytes(0x7FE00010, "OW", pixels);
        sample.write(folder / name);
    };
    noisy(40, 33, 2, "signed.dcm");
    noisy(24, 18, 1, "bytes.dcm");
}

/// @return the seeds of a coding that can be decoded as they are
std::vector<test::Seed> seedsOf(const std::string& coding, const fs::path& folder,
                                std::vector<std::string>& others)
{
    std::vector<fs::path> files{fs::directory_iterator(folder), {}};
    std::sort(files.begin(), files.end()); // numbers stay with their seeds
    std::vector<test::Seed> seeds;
    std::vector<char> pixels(mostPixelBytes);
    for (const fs::path& file : files) {
        test::Seed seed{bytesOf(file), 0, 0};
        others.push_back(seed.bytes);
        if (!file.filename().string().starts_with(coding + "-"))
            continue;
        seed.pixelBytes = decode::decodeFrames(seed.bytes, pixels).bytes;
        const std::size_t tag = seed.bytes.rfind(std::string("\xE0\x7F\x10\x00", 4));
        seed.pixels = tag == std::string::npos ? 0 : tag;
        if (decode::decodeFrames(seed.bytes, {pixels.data(), seed.pixelBytes}).status == decode::Status::Done)
            seeds.push_back(seed);
        else
            std::printf("%s cannot be decoded as it is\n", file.filename().c_str());
    }
    return seeds;
}

/// What the codecs say of damage helps nobody here.
void quietCodecs()
{
    if (!std::freopen("/dev/null", "w", stderr))
        std::exit(1);
}

int runCoding(const std::vector<std::string>& arguments)
{
    quietCodecs();
    std::vector<std::string> others;
    std::vector<test::Seed> seeds = seedsOf(arguments[1], arguments[2], others);
    if (seeds.empty()) {
        std::printf("%s has no seeds\n", arguments[1].c_str());
        return 1;
    }
    const std::uint64_t count = std::stoull(arguments[4]);
    Run run(test::SeedChanges(std::move(seeds), std::move(others)), arguments[1], arguments[3]);
    run.executions(arguments.size() > 5 ? std::stoull(arguments[5]) : 0, count);
    run.tell(count);
    return 0;
}

int minimiseFile(const fs::path& file, const fs::path& smaller)
{
    quietCodecs();
    Run run(test::SeedChanges({}, {}), "", "");
    const std::string bytes = run.minimised(bytesOf(file));
    if (bytes.empty()) {
        std::printf("%s ends nothing by itself: the file before it may have\n", file.c_str());
        return 1;
    }
    std::ofstream(smaller, std::ios::binary) << bytes;
    std::printf("%s: %zu bytes, %s\n", smaller.c_str(), bytes.size(), run.kindOf(bytes).c_str());
    return 0;
}

} // namespace

int main(int argc, char** argv)
{
    const std::vector<std::string> arguments(argv + 1, argv + argc);
    const std::string what = arguments.empty() ? "" : arguments[0];
    decode::quietGdcm();
    if (what == "samples" && arguments.size() == 2) {
        writeSamples(arguments[1]);
        return 0;
    }
    if (what == "run" && arguments.size() >= 5)
        return runCoding(arguments);
    if (what == "minimise" && arguments.size() == 3)
        return minimiseFile(arguments[1], arguments[2]);
    std::fprintf(stderr, "fuzz_decode samples FOLDER\nfuzz_decode run CODING SEEDS FINDINGS N [FIRST]\n"
                         "fuzz_decode minimise FILE SMALLER\n");
    return 2;
}
