// Feeds changed DICOM files to the decoder behind hounsfield-decode and counts
// what it does. GDCM and its codecs come without a fuzzer's instrumentation, so changes are drawn at random,
// each from its number.
//   fuzz_decode sample FILE                     writes an uncompressed slice to make seeds of
//   fuzz_decode run SEED OTHER FINDINGS N [FIRST]  N executions of changes of SEED, spliced with OTHER
// A crash is a finding, not a fault of ours: the program lives on because it happens in the helper (see
// docs/fuzzing.md).
#include "tests/io/Samples.h"
#include "tests/support/Paths.h"
#include "volume/io/decode/FrameDecoder.h"

#include <array>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <map>
#include <random>

#include <csignal>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace hounsfield;
namespace fs = std::filesystem;

namespace
{

constexpr std::uint64_t executionsOfAChild = 20000; ///< GDCM leaks where it throws
constexpr int mostSeconds = 10;                     ///< of one execution
constexpr std::size_t mostFindings = 3;             ///< kept of each kind
constexpr std::size_t mostPixelBytes = 1 << 16;

std::string bytesOf(const fs::path& file)
{
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

/// Changes of one file; the same number gives the same change.
class Changes
{
public:
    Changes(std::string seed, std::string other) : m_seed(std::move(seed)), m_other(std::move(other))
    {
        const std::size_t pixels = m_seed.rfind(std::string("\xE0\x7F\x10\x00", 4));
        m_pixels = pixels == std::string::npos ? 0 : pixels;
    }
    std::string at(std::uint64_t number) const
    {
        std::mt19937_64 random(number * 0x9E3779B97F4A7C15u + 1);
        std::string bytes = m_seed;
        for (std::uint64_t left = 1 + random() % 8; left > 0 && !bytes.empty(); --left)
            change(bytes, random);
        return bytes;
    }

private:
    std::size_t placeIn(const std::string& bytes, std::mt19937_64& random) const
    {
        // Pixels and what leads to them, nine times of ten.
        const std::size_t from = random() % 10 == 0 || m_pixels >= bytes.size() ? 0 : m_pixels;
        const std::size_t span = bytes.size() - from;
        return from + (random() % 3 == 0 ? random() % std::min<std::size_t>(span, 160) : random() % span);
    }
    void change(std::string& bytes, std::mt19937_64& random) const
    {
        static constexpr std::array<std::uint32_t, 12> odd{
            0, 1, 2, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF};
        const std::size_t place = placeIn(bytes, random);
        const std::size_t length = std::min<std::size_t>(1 + random() % 64, bytes.size() - place);
        switch (random() % 8) {
        case 0:
        case 1:
            bytes[place] = static_cast<char>(bytes[place] ^ (1 << random() % 8));
            break;
        case 2:
            bytes[place] = static_cast<char>(random());
            break;
        case 3:
        case 4: {
            const std::uint32_t value = odd[random() % odd.size()];
            const std::size_t width =
                std::min<std::size_t>(std::size_t{1} << random() % 3, bytes.size() - place);
            std::memcpy(bytes.data() + place, &value, width);
            break;
        }
        case 5:
            bytes.erase(place, length);
            break;
        case 6:
            bytes.insert(place, bytes.substr(place, length));
            break;
        default:
            if (random() % 4 == 0 && !m_other.empty())
                bytes.replace(place, length, m_other.substr(random() % m_other.size(), length));
            else
                bytes[place] = static_cast<char>(bytes[place] + 1 - 2 * static_cast<int>(random() % 2));
        }
    }

    std::string m_seed, m_other;
    std::size_t m_pixels = 0;
};

/// What child and parent share.
struct Shared {
    std::atomic<std::uint64_t> number{0};
    std::array<std::atomic<std::uint64_t>, 8> statuses{};
};

class Run
{
public:
    Run(Changes changes, std::string name, fs::path findings)
        : m_changes(std::move(changes)), m_name(std::move(name)), m_findings(std::move(findings))
    {
        void* memory =
            mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        if (memory == MAP_FAILED)
            std::exit(1);
        m_shared = new (memory) Shared;
    }
    /// @param seed unchanged: how many bytes its pixels have
    bool learn(const std::string& seed)
    {
        std::vector<char> pixels(mostPixelBytes);
        m_pixelBytes = decode::decodeFrames(seed, pixels).bytes;
        return m_pixelBytes > 0 && m_pixelBytes <= mostPixelBytes;
    }
    void executions(std::uint64_t first, std::uint64_t count)
    {
        const std::uint64_t end = first + count;
        for (std::uint64_t next = first; next < end; next = m_shared->number) {
            m_shared->number = next;
            const std::uint64_t stop = std::min(end, next + executionsOfAChild);
            const pid_t child = fork();
            if (child == 0)
                work(stop);
            const std::string how = endOf(child);
            if (!how.empty())
                keep(how);
        }
    }
    void tell(std::uint64_t count) const
    {
        std::printf("%s: %llu executions", m_name.c_str(), static_cast<unsigned long long>(count));
        for (std::size_t n = 0; n < m_shared->statuses.size(); ++n)
            if (m_shared->statuses[n] > 0)
                std::printf(", status %zu %llu", n, static_cast<unsigned long long>(m_shared->statuses[n]));
        for (const auto& [how, times] : m_ends)
            std::printf(", %s %llu", how.c_str(), static_cast<unsigned long long>(times));
        std::printf("\n");
    }

private:
    [[noreturn]] void work(std::uint64_t stop)
    {
        const rlimit memory{300u << 20, 300u << 20}; // zeroing more is what an execution would spend its time on
        setrlimit(RLIMIT_AS, &memory);
        std::vector<char> pixels(mostPixelBytes);
        // Not the filter of system calls: attaching it takes longer than many executions.
        const rlimit none{0, 0};
        setrlimit(RLIMIT_CORE, &none);
        for (; m_shared->number < stop; ++m_shared->number) {
            const std::string bytes = m_changes.at(m_shared->number);
            const decode::Reply reply = decode::decodeFrames(bytes, {pixels.data(), m_pixelBytes});
            // As the program does: it asks again where the picture has another size.
            if (reply.status == decode::Status::OtherSize && reply.bytes < pixels.size())
                decode::decodeFrames(bytes, {pixels.data(), reply.bytes});
            ++m_shared->statuses[std::min<std::size_t>(static_cast<std::size_t>(reply.status), 7)];
        }
        _exit(0);
    }
    /// @return how the child ended; empty where it did its work
    std::string endOf(pid_t child)
    {
        std::uint64_t seen = m_shared->number;
        for (int waited = 0;; ++waited) {
            int status = 0;
            if (waitpid(child, &status, WNOHANG) == child)
                return WIFSIGNALED(status) ? "SIG" + std::string(sigabbrev_np(WTERMSIG(status))) : "";
            usleep(1000);
            if (m_shared->number != seen) {
                seen = m_shared->number;
                waited = 0;
            }
            if (waited > mostSeconds * 1000) {
                kill(child, SIGKILL);
                waitpid(child, &status, 0);
                return "timeout";
            }
        }
    }
    void keep(const std::string& how)
    {
        const std::uint64_t number = m_shared->number++;
        if (m_ends[how]++ >= mostFindings)
            return;
        fs::create_directories(m_findings);
        std::ofstream(m_findings / (m_name + "_" + how + "_" + std::to_string(number) + ".dcm"),
                      std::ios::binary)
            << m_changes.at(number);
    }

    Changes m_changes;
    std::string m_name;
    fs::path m_findings;
    Shared* m_shared = nullptr;
    std::size_t m_pixelBytes = 0;
    std::map<std::string, std::uint64_t> m_ends;
};

} // namespace

int main(int argc, char** argv)
{
    const std::string what = argc > 2 ? argv[1] : "";
    if (what == "sample") {
        test::DicomSample("1.2.3", 1, 0).write(argv[2]);
        return 0;
    }
    if (what != "run" || argc < 6) {
        std::fprintf(stderr, "fuzz_decode sample FILE\nfuzz_decode run SEED OTHER FINDINGS N [FIRST]\n");
        return 2;
    }
    decode::quietGdcm();
    // What the codecs say of damage helps nobody here.
    if (!std::freopen("/dev/null", "w", stderr))
        return 1;
    const std::uint64_t count = std::strtoull(argv[5], nullptr, 10);
    const std::uint64_t first = argc > 6 ? std::strtoull(argv[6], nullptr, 10) : 0;
    Run run(Changes(bytesOf(argv[2]), bytesOf(argv[3])), fs::path(argv[2]).stem().string(), argv[4]);
    if (!run.learn(bytesOf(argv[2]))) {
        std::printf("%s cannot be decoded as it is\n", argv[2]);
        return 1;
    }
    run.executions(first, count);
    run.tell(count);
}
