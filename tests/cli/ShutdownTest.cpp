// SPDX-License-Identifier: Apache-2.0
#include "tests/cli/Program.h"
#include "tests/support/Paths.h"
#include "tests/support/catch.h"

#include <chrono>
#include <csignal>
#include <thread>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace hounsfield::test;
namespace fs = std::filesystem;
using namespace std::chrono_literals;

namespace {

bool contains(const std::string& text, const std::string& part)
{
    return text.find(part) != std::string::npos;
}

/// How a program ended that was sent a signal.
struct Ended {
    bool wasRunning = false; ///< when the signal was sent
    int code = 0;            ///< 128 + signal where a signal ended it
    double seconds = 0;      ///< from the signal to the end
};

/// Starts a program, without a shell between, and signals it after a while.
Ended endedBy(int signal, std::chrono::milliseconds after, const fs::path& program,
              const std::vector<std::string>& words)
{
    std::vector<std::string> kept{program.string()};
    kept.insert(kept.end(), words.begin(), words.end());
    std::vector<char*> arguments;
    for (std::string& word : kept)
        arguments.push_back(word.data());
    arguments.push_back(nullptr);
    const pid_t child = fork();
    if (child == 0) {
        const int nowhere = open("/dev/null", O_WRONLY);
        dup2(nowhere, STDOUT_FILENO);
        dup2(nowhere, STDERR_FILENO);
        execv(arguments[0], arguments.data());
        _exit(127);
    }
    std::this_thread::sleep_for(after);
    int status = 0;
    Ended ended;
    ended.wasRunning = waitpid(child, &status, WNOHANG) == 0;
    const auto sent = std::chrono::steady_clock::now();
    if (ended.wasRunning) {
        kill(child, signal);
        waitpid(child, &status, 0);
    }
    ended.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - sent).count();
    ended.code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return ended;
}

int partialFiles(const fs::path& folder)
{
    int count = 0;
    std::error_code none;
    for (const auto& entry : fs::recursive_directory_iterator(folder, none))
        count += contains(entry.path().filename().string(), "part");
    return count;
}

} // namespace

TEST_CASE("SIGTERM, Ctrl-C and a closed terminal end every stage of a run within two seconds and leave no "
          "half file")
{
    const TemporaryFolder folder;
    REQUIRE(runProgram("sample " + quoted(folder.path()) + " --spacing 2").code == 0);
    const fs::path out = folder.path() / "out";
    int ends = 0;
    for (const auto& [after, signal] :
         {std::pair{50ms, SIGTERM}, {700ms, SIGHUP}, {3000ms, SIGTERM}, {5000ms, SIGHUP}}) {
        const Ended ended = endedBy(signal, after, HOUNSFIELD_CLI,
                                    {"segment", (folder.path() / "sample_1.nii.gz").string(), "--all",
                                     "--overlap", "0.75", "--out", out.string()});
        if (!ended.wasRunning)
            continue;
        CAPTURE(after.count(), signal, ended.code, ended.seconds);
        CHECK(ended.seconds < 2);
        // Before main has begun the signal itself ends the program: nothing was made yet.
        CHECK((ended.code == 130 || (after < 2s && ended.code == 128 + signal)));
        CHECK(partialFiles(folder.path()) == 0);
        ++ends;
    }
    CHECK(ends >= 2);
}

TEST_CASE("SIGTERM ends a batch within two seconds, its workers included, and the same command goes on")
{
    const TemporaryFolder folder;
    REQUIRE(runProgram("sample " + quoted(folder.path()) + " --spacing 2").code == 0);
    writeFile(folder.path() / "list.txt", (folder.path() / "sample_1.nii.gz").string() + "\n");
    const fs::path out = folder.path() / "out";
    for (const auto after : {3000ms, 5000ms}) {
        const Ended ended = endedBy(SIGTERM, after, HOUNSFIELD_CLI,
                                    {"batch", (folder.path() / "list.txt").string(), "--prompt",
                                     "liver and spleen", "--overlap", "0.75", "--out", out.string()});
        CAPTURE(after.count(), ended.code, ended.seconds);
        if (!ended.wasRunning)
            continue;
        CHECK(ended.seconds < 2);
        CHECK(ended.code == 130);
    }
}

TEST_CASE("a program whose address space is limited too much answers or says so within two seconds")
{
    for (const char* limit : {"600000", "700000", "800000", "900000", "4000000"}) {
        const auto begin = std::chrono::steady_clock::now();
        const Outcome outcome =
            runProgram("--version", "ulimit -v " + std::string(limit) + "; exec timeout 20");
        const double seconds =
            std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
        CAPTURE(limit, outcome.code, outcome.output, seconds);
        CHECK(
            (outcome.code == 0 || (outcome.code == 5 && contains(outcome.output, "limit of address space"))));
        CHECK(seconds < 10); // two of processor time: this machine may be shared
    }
}

TEST_CASE("a list, a model or a scan that is a pipe is refused with a sentence, at once")
{
    const TemporaryFolder folder;
    const fs::path pipe = folder.path() / "pipe";
    REQUIRE(mkfifo(pipe.c_str(), 0600) == 0);
    const std::string out = " --out " + quoted(folder.path() / "out");
    for (const auto& [words, code] : {std::pair{"info " + quoted(pipe), 3},
                                      {"segment " + quoted(pipe) + " --prompt liver" + out, 3},
                                      {"batch " + quoted(pipe) + " --prompt liver" + out, 2},
                                      {"model import --accept-licence " + quoted(pipe), 4}}) {
        const Outcome outcome = runProgram(words, "timeout 20");
        CAPTURE(words, outcome.output);
        CHECK(outcome.code == code);
        CHECK(contains(outcome.output, "named pipe"));
    }
}
