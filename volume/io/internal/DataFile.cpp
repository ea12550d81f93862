// SPDX-License-Identifier: Apache-2.0
#include "volume/io/internal/DataFile.h"

#include "volume/Error.h"
#include "volume/io/internal/Memory.h"
#include "volume/io/internal/Text.h"

#include <algorithm>

namespace hounsfield {
namespace fs = std::filesystem;

fs::path dataFileOf(const fs::path& header, const std::string& name)
{
    const auto refuse = [&](const std::string& why) {
        throw Error(ErrorKind::Scan, quoted(header) + " " + why);
    };
    if (name.find('\0') != std::string::npos || name.size() > 1000)
        refuse("is damaged: the name of its data file is none.");
    const fs::path named(std::u8string(name.begin(), name.end()));
    // Backslashes and drive letters lead out on one system and are plain letters on another: on none are they
    // followed.
    const bool leadsOut =
        named.is_absolute() || named.has_root_path() || name.find('\\') != std::string::npos ||
        (name.size() > 1 && name[1] == ':') || name.starts_with("~") ||
        std::any_of(named.begin(), named.end(), [](const fs::path& part) { return part == ".."; });
    if (leadsOut)
        refuse("names a data file outside its own folder (" + name +
               "), which is not opened. Put the data file beside it and name it without a folder.");
    const fs::path file = header.parent_path() / named;
    std::error_code failed;
    if (!fs::is_regular_file(file, failed))
        refuse("names the data file " + quoted(file.filename()) +
               ", which is not beside it. Copy both files.");
    return file;
}

void checkSurplus(const fs::path& file, std::int64_t surplusBytes, std::int64_t sliceBytes,
                  std::vector<std::string>& notes)
{
    if (surplusBytes <= 0)
        return;
    if (surplusBytes >= sliceBytes)
        throw Error(ErrorKind::Scan,
                    quoted(file) + " holds " + std::to_string(surplusBytes) +
                        " bytes more than the voxels that its header speaks of: its size or number type is "
                        "not that of the data. Export it again.");
    notes.push_back("The file holds " + std::to_string(surplusBytes) +
                    " bytes more than the voxels that its header speaks of; they were left out.");
}

void checkMemory(const fs::path& file, std::int64_t bytes)
{
    if (const std::string why = tooLargeForMemory(bytes); !why.empty())
        throw Error(ErrorKind::Resources,
                    quoted(file) + " " + why +
                        ". Open it on a larger machine, or cut it to the part that is needed.");
}

} // namespace hounsfield
