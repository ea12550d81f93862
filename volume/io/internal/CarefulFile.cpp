// SPDX-License-Identifier: Apache-2.0
#include "volume/io/internal/CarefulFile.h"

#include "volume/Error.h"
#include "volume/Shutdown.h"
#include "volume/io/internal/Text.h"

#include <atomic>
#ifdef _WIN32
#include <process.h>
#else
#include <unistd.h>
#endif

namespace hounsfield {
namespace fs = std::filesystem;

fs::path partialName(const fs::path& file)
{
    static std::atomic<int> counter{0};
#ifdef _WIN32
    const int process = _getpid();
#else
    const int process = static_cast<int>(getpid());
#endif
    const std::string ending = endingOf(file);
    std::string stem = utf8(file.filename());
    stem.resize(stem.size() - ending.size());
    const std::string name =
        "." + stem + ".partial-" + std::to_string(process) + "-" + std::to_string(++counter) + ending;
    return file.parent_path() / fs::path(std::u8string(name.begin(), name.end()));
}

void cannotWrite(const fs::path& file)
{
    const fs::path folder = file.has_parent_path() ? file.parent_path() : fs::path(".");
    std::error_code failed;
    if (!fs::is_directory(folder, failed))
        throw Error(ErrorKind::Resources, quoted(file) + " cannot be written: " + quoted(folder) +
                                              " is not a folder. Create it first.");
    const auto space = fs::space(folder, failed);
    const bool full = !failed && space.available < (std::uintmax_t{1} << 20);
    throw Error(ErrorKind::Resources,
                quoted(file) + " cannot be written" +
                    (full ? ": the disk is full. Make room, or write to another folder."
                          : ". Check that you may write to the folder and that the disk has room."));
}

void writeCarefully(const fs::path& file, const std::function<void(const fs::path&)>& write,
                    const std::function<void(const fs::path&)>& check)
{
    const fs::path temporary = partialName(file);
    const TemporaryPath listed(temporary);
    std::error_code failed;
    try {
        try {
            write(temporary);
        } catch (const Error&) {
            cannotWrite(file);
        }
        try {
            check(temporary);
        } catch (const Error& error) {
            throw Error(ErrorKind::Resources,
                        quoted(file) +
                            " was not written: it did not read back as it should. Check the disk. (" +
                            error.what() + ")");
        }
        fs::rename(temporary, file, failed);
        if (failed)
            throw Error(ErrorKind::Resources,
                        quoted(file) + " cannot be written (" + failed.message() + ").");
    } catch (...) {
        fs::remove(temporary, failed);
        throw;
    }
}

} // namespace hounsfield
