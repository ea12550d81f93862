// SPDX-License-Identifier: Apache-2.0
#include "tests/io/CompressedSample.h"
#include "tests/support/Paths.h"
#include "tests/support/catch.h"
#include "volume/io/ScanSource.h"
#include "volume/io/decode/CodedStream.h"
#include "volume/io/decode/Sandbox.h"
#include "volume/io/internal/DicomSeries.h"
#include "volume/io/internal/PixelDecoder.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <fstream>
#include <thread>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace hounsfield;
using namespace hounsfield::test;
namespace fs = std::filesystem;

namespace {

/// The helpers that this process has started and that still run.
std::vector<pid_t> helpers()
{
    std::vector<pid_t> found;
    for (const auto& entry : fs::directory_iterator("/proc")) {
        std::ifstream stat(entry.path() / "stat");
        std::string number, name, state;
        pid_t parent = 0;
        if (stat >> number >> name >> state >> parent && parent == getpid() && name == "(hounsfield-deco)" &&
            state != "Z")
            found.push_back(std::stoi(number));
    }
    return found;
}

/// What a system call answers in a process that has given up what decoding does not need: 0 where it is
/// allowed.
template <typename Call> int errorInSandbox(Call&& call)
{
    const pid_t child = fork();
    if (child == 0) {
        decode::enterSandbox();
        errno = 0;
        _exit(call() < 0 ? errno : 0);
    }
    int status = 0;
    waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

} // namespace

TEST_CASE(
    "a slice whose pixels crash the decoder is named and filled in as a missing one, in a series that opens")
{
    const TemporaryFolder folder;
    writeRleSamples(folder.path() / "whole", "1.2.9", 12, [](int) { return 2; });
    const Scan whole = read(folder.path() / "whole");
    REQUIRE(whole.volume->at({3, 5, 4}) == -1024 + 50 + 5);
    writeRleSamples(folder.path() / "one", "1.2.9", 12, [](int n) { return n == 6 ? 0u : 2u; });
    const Scan scan = read(folder.path() / "one");
    REQUIRE(scan.volume->geometry().sameGrid(whole.volume->geometry()));
    CHECK(scan.madeUpSlices == std::vector<std::int64_t>{5});
    CHECK(scan.volume->at({3, 5, 4}) == -1024 + 50 + 5);
    CHECK(scan.series.images == 11);
    INFO(scan.notes.front());
    CHECK(contains(scan.notes.front(), "1 of 12 slices cannot be decoded"));
    CHECK(contains(scan.notes.front(), "1.2.9slice-006"));
    CHECK(contains(scan.notes.front(), "the decoder crashed (SIGFPE)"));
    CHECK(anyContains(scan.notes, "One slice is missing between image 5 and image 7"));
}

TEST_CASE("a series of pixels that crash the decoder is refused, and another in the same folder opens")
{
    const TemporaryFolder folder;
    writeRleSamples(folder.path(), "1.2.1", 8, [](int n) { return n % 2 ? 0xFFFFFFFFu : 0u; });
    writeRleSamples(folder.path(), "1.2.2", 5, [](int) { return 2; });
    const std::string said = errorOf([&] { read(folder.path(), "1.2.1"); });
    INFO(said);
    CHECK(contains(said, "1.2.1slice-00"));
    CHECK(contains(said, "cannot be decoded: "));
    CHECK(read(folder.path(), "1.2.2").volume->geometry().size() == Index3{16, 12, 5});
    Progress silent;
    const ScanSource source(folder.path(), silent);
    CHECK_FALSE(source.middleSlice(1));
    CHECK(source.middleSlice(2));
}

TEST_CASE("the damaged pixels of public reports are refused with a sentence and the program lives")
{
    REQUIRE_SHARED(shared);
    if (!fs::exists(shared / "cases" / "damaged-pixels")) {
        WARN("skipped: there is no folder cases/damaged-pixels");
        return;
    }
    int seen = 0;
    for (const fs::path& file : filesIn(shared / "cases" / "damaged-pixels")) {
        const TemporaryFolder folder;
        fs::copy_file(file, folder.path() / file.filename());
        writeRleSamples(folder.path(), "1.2.2", 5, [](int) { return 2; });
        const std::string said = errorOf([&] { read(folder.path() / file.filename()); });
        INFO(file.filename() << ": " << said);
        CHECK(contains(said, file.filename().string()));
        CHECK(read(folder.path(), "1.2.2").volume->geometry().size()[2] == 5);
        ++seen;
    }
    CHECK(seen >= 4);
}

TEST_CASE("a helper that is killed, or crashes after other files, is started again, and nothing is lost")
{
    const TemporaryFolder folder;
    writeRleSamples(folder.path(), "1.2.9", 12, [](int) { return 2; });
    for (const int signal : {SIGKILL, SIGSEGV, SIGABRT}) {
        CAPTURE(signal);
        const Scan before = read(folder.path());
        const auto running = helpers();
        REQUIRE_FALSE(running.empty());
        for (const pid_t helper : running)
            kill(helper, signal);
        const Scan after = read(folder.path());
        CHECK(after.volume->voxels() == before.volume->voxels());
        CHECK(after.notes == before.notes);
    }
}

TEST_CASE("a helper that has met damaged pixels decodes no other file")
{
    const TemporaryFolder folder;
    writeRleSamples(folder.path() / "whole", "1.2.9", 3, [](int) { return 2; });
    read(folder.path() / "whole");
    const auto before = helpers();
    REQUIRE_FALSE(before.empty());
    // Damaged, but no crash: the stream ends after its header.
    fs::create_directories(folder.path() / "damaged");
    for (int n = 1; n <= 3; ++n) {
        std::string bytes = jpegFile(DicomSample("1.2.8", n, 2.5 * n), 12);
        const std::size_t scan = bytes.find(std::string("\xFF\xDA\0\x08", 4));
        REQUIRE(scan != std::string::npos);
        bytes.replace(scan, 4, "\x11\x11\x11\x11");
        writeFile(folder.path() / "damaged" / std::to_string(n), bytes);
    }
    const std::string said = errorOf([&] { read(folder.path() / "damaged"); });
    INFO(said);
    CHECK(contains(said, "cannot be decoded: it is damaged"));
    CHECK(read(folder.path() / "whole").volume->geometry().size()[2] == 3);
    const auto after = helpers();
    for (const pid_t helper : before)
        CHECK((before.size() > 1 || std::find(after.begin(), after.end(), helper) == after.end()));
}

TEST_CASE("the size that a compressed stream names is read from JPEG, JPEG-LS and JPEG 2000")
{
    const auto size = [](const std::string& bytes) {
        const auto read = decode::readCodedStream(bytes);
        return read ? std::array{read->columns, read->rows, read->components, read->bits}
                    : std::array<std::uint32_t, 4>{};
    };
    using Size = std::array<std::uint32_t, 4>;
    const std::string jpeg = jpegFragment(std::string(16 * 12 * 2, '\0'), 16, 12, 12);
    CHECK(size(jpeg) == Size{16, 12, 1, 12});
    for (std::size_t n = 0; n < 12; ++n)
        CHECK(size(jpeg.substr(0, n)) == Size{});
    CHECK(size(std::string("\xFF\xD8\xFF\xF7\0\x0B\x10\0\x21\0\x28\1\1\x11\0", 15)) == Size{40, 33, 1, 16});
    // Xsiz 50, Ysiz 40, XOsiz 10, YOsiz 7; every second sample of the columns.
    const std::string siz("\xFF\x4F\xFF\x51\0\x29\0\0\0\0\0\x32\0\0\0\x28\0\0\0\x0A\0\0\0\x07"
                          "\0\0\0\x32\0\0\0\x28\0\0\0\0\0\0\0\0\0\1\x8B\2\1",
                          45);
    CHECK(size(siz) == Size{20, 33, 1, 12});
    CHECK(size(std::string("\0\0\0\x0CjP  \r\n\x87\n", 12) + siz) == Size{20, 33, 1, 12});
    CHECK(size(siz.substr(0, 44)) == Size{});
    CHECK(size(rleFragment(std::string(8, '\0'))) == Size{});
}

TEST_CASE("a compressed picture that is not as large as the header says is refused before it is decoded")
{
    // GDCM 3.0.21 writes the wider picture beyond its memory.
    DicomSlice slice;
    slice.file =
        sourceFolder() / "tests" / "fuzz" / "regressions" / "decode" / "jpeg_2000_wider_than_header.dcm";
    slice.rows = 33;
    slice.columns = 40;
    slice.bitsAllocated = 16;
    slice.bitsStored = 12;
    for (int times = 0; times < 20; ++times)
        CHECK(contains(errorOf([&] { PixelDecoder().decodeAll(slice, Progress()); }),
                       "its picture is not as large as its header says"));
}

TEST_CASE("a helper that hangs is stopped within a second of Stop")
{
    struct StopLater final : Progress {
        std::chrono::steady_clock::time_point begin = std::chrono::steady_clock::now();
        bool stopRequested() const override
        {
            return std::chrono::steady_clock::now() - begin > std::chrono::milliseconds(300);
        }
    };
    const TemporaryFolder folder;
    writeRleSamples(folder.path(), "1.2.9", 3, [](int) { return 2; });
    read(folder.path());
    for (const pid_t helper : helpers())
        kill(helper, SIGSTOP);
    StopLater progress;
    CHECK_THROWS_AS(readScan(folder.path(), std::nullopt, progress), Cancelled);
    CHECK(std::chrono::steady_clock::now() - progress.begin < std::chrono::milliseconds(1300));
    for (const pid_t helper : helpers())
        kill(helper, SIGKILL);
    CHECK(read(folder.path()).volume->geometry().size()[2] == 3);
}

TEST_CASE("the helper can open no file, connection, process or thread and write no file")
{
    REQUIRE(isDecoderRestricted());
    CHECK(errorInSandbox([] { return open("/etc/hostname", O_RDONLY); }) == EPERM);
    CHECK(errorInSandbox([] { return static_cast<int>(syscall(SYS_socket, 2, 1, 0)); }) == EPERM);
    CHECK(errorInSandbox([] { return fork(); }) == EPERM);
    CHECK(errorInSandbox([] { return execl("/bin/true", "true", nullptr); }) == EPERM);
    CHECK(errorInSandbox([] { return kill(getppid(), 0); }) == EPERM);
    CHECK(errorInSandbox([] { return unlink("/nothing"); }) == EPERM);
    const rlimit unlimited{RLIM_INFINITY, RLIM_INFINITY};
    CHECK(errorInSandbox([&] { return setrlimit(RLIMIT_AS, &unlimited); }) == EPERM);
    const auto memory = [](int protection) {
        void* got = mmap(nullptr, 1 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        return got == MAP_FAILED ? -1 : mprotect(got, 4096, protection);
    };
    CHECK(errorInSandbox([&] { return memory(PROT_READ); }) == 0);
    CHECK(errorInSandbox([&] { return memory(PROT_READ | PROT_EXEC); }) == EPERM);
}

TEST_CASE("a pipe, a socket or a device is refused before it is opened, also within a folder")
{
    const TemporaryFolder folder;
    const fs::path pipe = folder.path() / "scan.nii";
    REQUIRE(mkfifo(pipe.c_str(), 0600) == 0);
    CHECK(contains(errorOf([&] { read(pipe); }), "is a named pipe, neither a file nor a folder"));
    CHECK(contains(errorOf([&] { list(pipe); }), "is a named pipe"));
    CHECK(contains(errorOf([&] { readLabels(pipe); }), "is a named pipe"));
    CHECK(contains(errorOf([] { read("/dev/zero"); }), "is a device"));
    CHECK(contains(errorOf([] { read("/dev/stdin"); }), "/dev/stdin"));
    writeRleSamples(folder.path(), "1.2.9", 4, [](int) { return 2; });
    REQUIRE(mkfifo((folder.path() / "1.2.9slice-000").c_str(), 0600) == 0);
    fs::create_symlink("/dev/zero", folder.path() / "1.2.9slice-999");
    CHECK(read(folder.path()).volume->geometry().size()[2] == 4);
    CHECK(read(folder.path() / "1.2.9slice-001").volume->geometry().size()[2] == 4);
}

TEST_CASE("the pixels that crashed the decoder when it was fuzzed cost the helper its life at most")
{
    const TemporaryFolder folder;
    writeRleSamples(folder.path(), "1.2.2", 3, [](int) { return 2; });
    int seen = 0, crashed = 0;
    for (const fs::path& file : filesIn(sourceFolder() / "tests" / "fuzz" / "regressions" / "decode")) {
        CAPTURE(file.filename());
        // Straight to the helper: our own parser refuses most of these files before.
        DicomSlice slice;
        slice.file = file;
        slice.rows = 12;
        slice.columns = 16;
        slice.bitsAllocated = slice.bitsStored = 16;
        std::string said;
        try {
            PixelDecoder().decodeAll(slice, Progress());
        } catch (const UndecodableFile& error) {
            said = error.what();
        }
        CHECK((said.empty() || contains(said, file.filename().string())));
        crashed += contains(said, "the decoder crashed");
        ++seen;
        CHECK(read(folder.path()).volume->geometry().size()[2] == 3);
    }
    CHECK(seen >= 10);
    CHECK(crashed >= 5);
}
