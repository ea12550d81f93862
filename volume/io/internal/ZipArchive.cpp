// SPDX-License-Identifier: Apache-2.0
#include "volume/io/internal/ZipArchive.h"

#include "volume/Error.h"
#include "volume/RegularFile.h"

#include <zip.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <vector>

#include <stdlib.h>

namespace hounsfield {
namespace fs = std::filesystem;
namespace {

constexpr std::uint64_t mostFiles = 200000;
constexpr std::size_t deepestFolder = 12;

std::string nameOf(const fs::path& file)
{
    return file.filename().string();
}

struct CloseArchive {
    void operator()(zip_t* archive) const { zip_discard(archive); }
};
struct CloseMember {
    void operator()(zip_file_t* member) const { zip_fclose(member); }
};

/// The last part of a member's name, without what a file system could take for something else.
std::string safeName(std::string name)
{
    name = name.substr(name.find_last_of("/\\") + 1);
    for (char& c : name)
        if (static_cast<unsigned char>(c) < 32 || c == ':')
            c = '_';
    return name.size() > 100 ? name.substr(name.size() - 100) : name;
}

/// What systems add to an archive by themselves: the Finder's second half of every file, views, thumbnails.
bool isSystemFile(const std::string& name)
{
    const std::string last = name.substr(name.find_last_of("/\\") + 1);
    return name.starts_with("__MACOSX/") || name.find("/__MACOSX/") != std::string::npos ||
           last.starts_with("._") || last == ".DS_Store" || last == "Thumbs.db" || last == "desktop.ini";
}

/// Where a member is written below the folder: a header finds its data file by the name it has beside it.
/// Names that lead out of the folder, or are odd in another way, become a number and their last part.
fs::path placeOf(const fs::path& folder, const std::string& name, std::uint64_t number)
{
    const fs::path numbered = folder / (std::to_string(number) + "_" + safeName(name));
    fs::path place = folder;
    std::size_t depth = 0;
    for (std::size_t at = 0; at <= name.size();) {
        const std::size_t end = std::min(name.find('/', at), name.size());
        const std::string part = name.substr(at, end - at);
        if (part.empty() || part == "." || part == ".." || part != safeName(part) || ++depth > deepestFolder)
            return numbered;
        place /= part;
        at = end + 1;
    }
    std::error_code failed;
    fs::create_directories(place.parent_path(), failed);
    return failed || fs::exists(place, failed) ? numbered : place;
}

fs::path temporaryFolder(const fs::path& archive)
{
    const char* chosen = std::getenv("TMPDIR");
    const std::string advice =
        " Set TMPDIR to a folder that you may write to, or unpack the archive and open what is inside.";
    std::error_code failed;
    const fs::path parent = fs::temp_directory_path(failed);
    std::string named = failed ? "/tmp" : parent.string();
    if (chosen)
        named = "TMPDIR, " + std::string(chosen);
    if (failed)
        throw Error(ErrorKind::Resources, "There is no place to unpack " + nameOf(archive) +
                                              " to: the folder for temporary files (" + named +
                                              ") does not exist." + advice);
    std::string place = (parent / "hounsfield-zip-XXXXXX").string();
    if (!mkdtemp(place.data()))
        throw Error(ErrorKind::Resources, "There is no place to unpack " + nameOf(archive) +
                                              " to: the folder for temporary files (" + named +
                                              ") cannot be written." + advice);
    return place;
}

} // namespace

bool isZipArchive(const fs::path& file)
{
    if (specialFileAt(file))
        return false;
    std::array<char, 4> start{};
    std::ifstream in(file, std::ios::binary);
    in.read(start.data(), 4);
    return in.gcount() == 4 && start[0] == 'P' && start[1] == 'K' && start[2] == 3 && start[3] == 4;
}

UnpackedZip::UnpackedZip(const fs::path& archive, Progress& progress)
{
    m_folder = temporaryFolder(archive);
    m_listed.emplace(m_folder);
    try {
        unpack(archive, progress);
    } catch (...) {
        std::error_code ignored;
        fs::remove_all(m_folder, ignored);
        throw;
    }
}

UnpackedZip::~UnpackedZip()
{
    std::error_code ignored;
    fs::remove_all(m_folder, ignored);
}

fs::path UnpackedZip::path() const
{
    std::vector<fs::path> files;
    for (const auto& entry : fs::recursive_directory_iterator(m_folder))
        if (entry.is_regular_file())
            files.push_back(entry.path());
    return files.size() == 1 ? files.front() : m_folder;
}

void UnpackedZip::unpack(const fs::path& archive, Progress& progress)
{
    int code = 0;
    const std::unique_ptr<zip_t, CloseArchive> zip(zip_open(archive.c_str(), ZIP_RDONLY, &code));
    if (!zip)
        throw Error(ErrorKind::Scan,
                    "The ZIP archive " + nameOf(archive) +
                        " is damaged or incomplete. Copy it again, or unpack it and open the folder.");
    const auto count = static_cast<std::uint64_t>(zip_get_num_entries(zip.get(), 0));
    std::uint64_t bytes = 0;
    for (std::uint64_t n = 0; n < count; ++n) {
        zip_stat_t about;
        if (zip_stat_index(zip.get(), n, 0, &about) == 0 && about.valid & ZIP_STAT_SIZE)
            bytes += about.size;
    }
    std::error_code failed;
    const fs::space_info space = fs::space(m_folder, failed);
    if (count > mostFiles || (!failed && bytes > space.available / 10 * 9))
        throw Error(ErrorKind::Resources,
                    "Unpacking " + nameOf(archive) + " takes " + std::to_string(bytes >> 20) + " MB for " +
                        std::to_string(count) + " files; there are " + std::to_string(space.available >> 20) +
                        " MB left. Unpack it elsewhere and open the folder.");
    std::uint64_t written = 0;
    std::vector<char> buffer(1 << 16);
    for (std::uint64_t n = 0; n < count; ++n) {
        progress.step({"unpacking", double(n) / double(count), {}});
        const char* given = zip_get_name(zip.get(), n, 0);
        const std::string name = given ? given : "";
        if (name.empty() || name.back() == '/' || isSystemFile(name))
            continue;
        const std::unique_ptr<zip_file_t, CloseMember> member(zip_fopen_index(zip.get(), n, 0));
        if (!member)
            throw Error(ErrorKind::Scan, nameOf(archive) + " cannot be unpacked (" + safeName(name) +
                                             " is encrypted or packed in an unknown way). Unpack it with its "
                                             "own program and open the folder.");
        std::ofstream out(placeOf(m_folder, name, n), std::ios::binary);
        for (;;) {
            const zip_int64_t got = zip_fread(member.get(), buffer.data(), buffer.size());
            if (got < 0)
                throw Error(ErrorKind::Scan, "The ZIP archive " + nameOf(archive) + " is damaged at " +
                                                 safeName(name) + ". Copy it again.");
            if (got == 0)
                break;
            // An archive may hold more than it says.
            written += static_cast<std::uint64_t>(got);
            if (written > bytes + (1u << 20))
                throw Error(ErrorKind::Scan, "The ZIP archive " + nameOf(archive) +
                                                 " holds more than it says. It is not opened.");
            out.write(buffer.data(), got);
        }
        if (!out.flush())
            throw Error(ErrorKind::Resources,
                        "The disk is full: " + nameOf(archive) + " could not be unpacked.");
    }
    if (written == 0)
        throw Error(ErrorKind::Scan, "There is nothing in the ZIP archive " + nameOf(archive) + ".");
}

} // namespace hounsfield
