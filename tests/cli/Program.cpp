// SPDX-License-Identifier: Apache-2.0
#include "tests/cli/Program.h"

#include "tests/support/Paths.h"
#include "volume/io/ScanReader.h"

#include <array>
#include <cstdio>

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace hounsfield::test {
namespace fs = std::filesystem;

Outcome runProgram(const std::string& words, const std::string& before)
{
    static const TemporaryFolder models;
    const std::string command = "HOUNSFIELD_MODELS=" + quoted(models.path()) + " " + before + " " +
                                quoted(HOUNSFIELD_CLI) + " " + words + " 2>&1";
    Outcome outcome;
    FILE* pipe = popen(command.c_str(), "r");
    std::array<char, 4096> buffer;
    while (const std::size_t got = std::fread(buffer.data(), 1, buffer.size(), pipe))
        outcome.output.append(buffer.data(), got);
    const int status = pclose(pipe);
    outcome.code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return outcome;
}

Measured measureProgram(const std::string& words, const fs::path& models)
{
    const std::string command = "HOUNSFIELD_MODELS=" + quoted(models) + " exec " + quoted(HOUNSFIELD_CLI) +
                                " " + words + " >" + quoted(fs::path(models.string() + ".log")) + " 2>&1";
    const pid_t child = fork();
    if (child == 0) {
        execl("/bin/sh", "sh", "-c", command.c_str(), static_cast<char*>(nullptr));
        _exit(127);
    }
    int status = 0;
    rusage used{};
    wait4(child, &status, 0, &used);
    return {WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status),
            static_cast<std::int64_t>(used.ru_maxrss) * 1024};
}

std::string quoted(const fs::path& path)
{
    return "'" + path.string() + "'";
}

Mask readMask(const fs::path& file)
{
    const LabelImage image = readLabels(file);
    std::vector<std::uint8_t> inside(image.labels.begin(), image.labels.end());
    return Mask::fromGrid(image.geometry, inside);
}

double dice(const Mask& a, const Mask& b)
{
    std::int64_t both = 0;
    forEachVoxel(a, [&](const Index3& i) { both += b.at(i); });
    return a.count() + b.count() == 0 ? 1 : 2.0 * double(both) / double(a.count() + b.count());
}

nlohmann::json readJson(const fs::path& file)
{
    return nlohmann::json::parse(readFile(file));
}

int entries(const fs::path& folder)
{
    std::error_code none;
    int count = 0;
    for ([[maybe_unused]] const auto& entry : fs::directory_iterator(folder, none))
        ++count;
    return count;
}

} // namespace hounsfield::test
