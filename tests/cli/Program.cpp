#include "tests/cli/Program.h"

#include "tests/support/Paths.h"
#include "volume/io/ScanReader.h"

#include <array>
#include <cstdio>

#include <sys/wait.h>

namespace hounsfield::test {
namespace fs = std::filesystem;

Outcome runProgram(const std::string& words, const std::string& before)
{
    static const TemporaryFolder models;
    const std::string command = "HOUNSFIELD_MODELS=" + quoted(models.path()) + " " + before + " " + quoted(HOUNSFIELD_CLI) + " " + words + " 2>&1";
    Outcome outcome;
    FILE* pipe = popen(command.c_str(), "r");
    std::array<char, 4096> buffer;
    while (const std::size_t got = std::fread(buffer.data(), 1, buffer.size(), pipe))
        outcome.output.append(buffer.data(), got);
    const int status = pclose(pipe);
    outcome.code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return outcome;
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
