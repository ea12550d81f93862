// SPDX-License-Identifier: Apache-2.0
#include "volume/io/internal/GzipFile.h"

#include "volume/Error.h"
#include "volume/io/internal/DataFile.h"
#include "volume/io/internal/Text.h"

#include <zlib.h>

#include <algorithm>

namespace hounsfield {
namespace {

gzFile open(const std::filesystem::path& file)
{
#ifdef _WIN32
    return gzopen_w(file.c_str(), "rb");
#else
    return gzopen(file.c_str(), "rb");
#endif
}

[[noreturn]] void endsEarly(const std::filesystem::path& file)
{
    throw Error(ErrorKind::Scan,
                quoted(file) +
                    " ends too early: it was cut off while being copied or written. Copy it again.");
}

// The best that deflate can do: 258 bytes from two bits (zlib's technical notes).
constexpr std::int64_t highestDeflateRatio = 1032;

} // namespace

GzipFile::GzipFile(const std::filesystem::path& file) : m_path(file)
{
    std::error_code failed;
    m_fileBytes = static_cast<std::int64_t>(std::filesystem::file_size(file, failed));
    m_file = failed ? nullptr : open(file);
    if (!m_file)
        throw Error(ErrorKind::Scan,
                    quoted(file) + " cannot be opened. Check that it exists and that you may read it.");
    gzbuffer(m_file, 1u << 18);
}

GzipFile::~GzipFile()
{
    gzclose(m_file);
}

std::int64_t GzipFile::read(void* into, std::int64_t count)
{
    std::int64_t done = 0;
    while (done < count) {
        const auto portion = static_cast<unsigned>(std::min<std::int64_t>(count - done, 1 << 22));
        const int got = gzread(m_file, static_cast<char*>(into) + done, portion);
        if (got < 0) {
            int code = 0;
            gzerror(m_file, &code);
            if (code == Z_BUF_ERROR)
                endsEarly(m_path);
            throw Error(ErrorKind::Scan,
                        quoted(m_path) + " is damaged: its compressed data do not unpack. Copy it again.");
        }
        done += got;
        if (got < static_cast<int>(portion)) {
            int code = 0;
            gzerror(m_file, &code);
            if (code == Z_BUF_ERROR)
                endsEarly(m_path);
            break;
        }
    }
    return done;
}

std::vector<unsigned char> GzipFile::readAll(std::int64_t count, Progress& progress)
{
    const std::int64_t most = gzdirect(m_file) ? m_fileBytes : m_fileBytes * highestDeflateRatio;
    if (count > most)
        throw Error(ErrorKind::Scan, quoted(m_path) + " is cut off or damaged: its header promises " +
                                         std::to_string(count) + " bytes of voxels, more than a file of " +
                                         std::to_string(m_fileBytes) + " bytes can hold. Copy it again.");
    checkMemory(m_path, count);
    std::vector<unsigned char> bytes;
    try {
        bytes.reserve(static_cast<std::size_t>(count));
        std::vector<unsigned char> portion(static_cast<std::size_t>(std::min<std::int64_t>(count, 1 << 22)));
        while (static_cast<std::int64_t>(bytes.size()) < count) {
            const auto done = static_cast<std::int64_t>(bytes.size());
            const std::int64_t wanted =
                std::min<std::int64_t>(count - done, static_cast<std::int64_t>(portion.size()));
            const std::int64_t got = read(portion.data(), wanted);
            bytes.insert(bytes.end(), portion.begin(), portion.begin() + got);
            if (got < wanted)
                endsEarly(m_path);
            progress.step(
                {"reading voxels", static_cast<double>(bytes.size()) / static_cast<double>(count), {}});
        }
    } catch (const std::bad_alloc&) {
        throw Error(ErrorKind::Resources, "There is not enough memory for the " + std::to_string(count) +
                                              " bytes of voxels in " + quoted(m_path) +
                                              ". Close other programs.");
    }
    return bytes;
}

void GzipFile::skip(std::int64_t count)
{
    std::vector<unsigned char> portion(1 << 16);
    while (count > 0) {
        const std::int64_t wanted = std::min<std::int64_t>(count, static_cast<std::int64_t>(portion.size()));
        if (read(portion.data(), wanted) < wanted)
            endsEarly(m_path);
        count -= wanted;
    }
}

std::int64_t GzipFile::finish()
{
    constexpr std::int64_t most = std::int64_t{1} << 26;
    if (gzdirect(m_file))
        return m_fileBytes - gztell(m_file);
    std::vector<unsigned char> portion(1 << 16);
    std::int64_t surplus = 0;
    while (const std::int64_t got = read(portion.data(), static_cast<std::int64_t>(portion.size()))) {
        surplus += got;
        if (surplus > most)
            throw Error(ErrorKind::Scan,
                        quoted(m_path) +
                            " unpacks to far more than its header speaks of. It is damaged or was made to "
                            "fill the memory; get it again from where it came from.");
    }
    return surplus;
}

} // namespace hounsfield
