// SPDX-License-Identifier: Apache-2.0
#include "volume/io/internal/GzipOut.h"

#include "volume/Error.h"
#include "volume/io/internal/Text.h"

#include <zlib.h>

#include <algorithm>

namespace hounsfield {
namespace {

gzFile open(const std::filesystem::path& file, GzipOut::Mode mode)
{
    // Level 4: half the time of zlib's standard for masks that grow by a few per cent.
    const char* how = mode == GzipOut::Mode::Compressed ? "wb4" : "ab4";
    if (mode == GzipOut::Mode::Plain)
        how = "wbT";
#ifdef _WIN32
    return gzopen_w(file.c_str(), how);
#else
    return gzopen(file.c_str(), how);
#endif
}

[[noreturn]] void failed(const std::filesystem::path& file)
{
    throw Error(ErrorKind::Resources, quoted(file) + " cannot be written.");
}

} // namespace

GzipOut::GzipOut(const std::filesystem::path& file, Mode mode) : m_path(file), m_file(open(file, mode))
{
    if (!m_file)
        failed(m_path);
}

GzipOut::~GzipOut()
{
    if (m_file)
        gzclose(m_file);
}

void GzipOut::write(const void* from, std::int64_t count, const Progress* stop)
{
    for (std::int64_t done = 0; done < count;) {
        if (stop)
            stop->check();
        const auto portion = static_cast<unsigned>(std::min<std::int64_t>(count - done, 1 << 22));
        if (gzwrite(m_file, static_cast<const char*>(from) + done, portion) != static_cast<int>(portion))
            failed(m_path);
        done += portion;
    }
}

void GzipOut::close()
{
    const int code = gzclose(m_file);
    m_file = nullptr;
    if (code != Z_OK)
        failed(m_path);
}

} // namespace hounsfield
