// SPDX-License-Identifier: Apache-2.0
#include "tests/support/Paths.h"

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <random>

namespace hounsfield::test {
namespace fs = std::filesystem;

fs::path sourceFolder()
{
    return HOUNSFIELD_SOURCE_DIR;
}

std::optional<fs::path> shared()
{
    const char* named = std::getenv("HOUNSFIELD_SHARED");
    const fs::path folder = named ? fs::path(named) : sourceFolder().parent_path() / "shared";
    if (fs::is_directory(folder / "reference"))
        return folder;
    return std::nullopt;
}

TemporaryFolder::TemporaryFolder()
{
    std::random_device random;
    do
        m_path = fs::temp_directory_path() /
                 ("hounsfield-test-" + std::to_string(random()) + std::to_string(random()));
    while (!fs::create_directories(m_path));
}

TemporaryFolder::~TemporaryFolder()
{
    std::error_code ignored;
    fs::remove_all(m_path, ignored);
}

std::string readFile(const fs::path& file)
{
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

void writeFile(const fs::path& file, const std::string& bytes)
{
    std::ofstream(file, std::ios::binary).write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

} // namespace hounsfield::test
