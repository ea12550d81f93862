// SPDX-License-Identifier: Apache-2.0
#include "app/results/StagedFiles.h"

#include "volume/Error.h"

#include <algorithm>
#include <random>

namespace hounsfield {
namespace fs = std::filesystem;
namespace {

/// Another one for every run, also of two programs at once.
std::string stagingName()
{
    static const char digits[] = "0123456789abcdef";
    std::random_device random;
    std::string name = ".results.partial-";
    for (int n = 0; n < 12; ++n)
        name += digits[random() % 16];
    return name;
}

constexpr const char* halfReplaced =
    " files were replaced; the others are missing or of an earlier result. Close what has them open, or "
    "choose an empty folder, and write the results again.";

void removeObsolete(const fs::path& file)
{
    std::error_code failed;
    fs::remove(file, failed);
    if (failed)
        throw Error(ErrorKind::Resources, file.string() + " is of an earlier result and cannot be removed: " +
                                              failed.message() + ". Do not use it.");
}

} // namespace

StagedFiles::StagedFiles(const fs::path& folder) : m_folder(folder), m_staging(folder / stagingName())
{
    std::error_code failed;
    fs::create_directories(m_folder, failed);
    if (failed)
        throw Error(ErrorKind::Resources,
                    "The folder " + m_folder.string() + " cannot be made: " + failed.message() + ".");
    m_listed.emplace(m_staging);
    fs::create_directory(m_staging, failed);
    if (failed)
        throw Error(ErrorKind::Resources, "Nothing can be written to " + m_folder.string() + ": " +
                                              failed.message() + ". Choose another folder.");
}

StagedFiles::~StagedFiles()
{
    std::error_code ignored;
    fs::remove_all(m_staging, ignored);
}

std::vector<std::string> StagedFiles::takePlace(const std::vector<std::string>& obsolete)
{
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(m_staging))
        names.push_back(entry.path().filename().string());
    std::sort(names.begin(), names.end());
    for (std::size_t n = 0; n < names.size(); ++n) {
        std::error_code failed;
        fs::rename(m_staging / names[n], m_folder / names[n], failed);
        if (failed)
            throw Error(ErrorKind::Resources, (m_folder / names[n]).string() + " cannot be replaced: " +
                                                  failed.message() + ". Only " + std::to_string(n) + " of " +
                                                  std::to_string(names.size()) + halfReplaced);
    }
    for (const std::string& name : obsolete)
        if (!std::binary_search(names.begin(), names.end(), name))
            removeObsolete(m_folder / name);
    return names;
}

} // namespace hounsfield
