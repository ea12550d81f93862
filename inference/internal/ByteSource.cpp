// SPDX-License-Identifier: Apache-2.0
#include "inference/internal/ByteSource.h"

#include "volume/Error.h"
#include "volume/RegularFile.h"

#include <algorithm>
#include <cstring>
#include <fstream>
#include <mutex>

namespace hounsfield {
namespace {

class FileBytes final : public ByteSource {
public:
    FileBytes(const std::filesystem::path& file, std::ifstream in, std::uint64_t size)
        : ByteSource(file.string(), size), m_in(std::move(in))
    {
    }

private:
    bool copy(std::uint64_t at, char* to, std::size_t count) const override
    {
        const std::lock_guard lock(m_mutex);
        m_in.clear();
        m_in.seekg(static_cast<std::streamoff>(at));
        m_in.read(to, static_cast<std::streamsize>(count));
        return m_in.gcount() == static_cast<std::streamsize>(count);
    }

    mutable std::mutex m_mutex;
    mutable std::ifstream m_in;
};

class MemoryBytes final : public ByteSource {
public:
    MemoryBytes(std::string_view bytes, const std::string& name)
        : ByteSource(name, bytes.size()), m_bytes(bytes)
    {
    }
    MemoryBytes(std::string kept, const std::string& name)
        : ByteSource(name, kept.size()), m_kept(std::move(kept)), m_bytes(m_kept)
    {
    }

private:
    bool copy(std::uint64_t at, char* to, std::size_t count) const override
    {
        std::memcpy(to, m_bytes.data() + at, count);
        return true;
    }

    std::string m_kept;
    std::string_view m_bytes;
};

} // namespace

void ByteSource::readInto(std::uint64_t at, char* to, std::size_t count) const
{
    if (at > m_size || count > m_size - at || (count > 0 && !copy(at, to, count)))
        throw Error(ErrorKind::Model,
                    "The file " + m_name +
                        " is damaged or incomplete: a part lies beyond its end. Get it again.");
}

std::string ByteSource::read(std::uint64_t at, std::uint64_t count) const
{
    // Asked first, so that a number in a damaged file never becomes memory.
    if (at > m_size || count > m_size - at)
        readInto(m_size, nullptr, 1);
    std::string bytes(static_cast<std::size_t>(count), '\0');
    readInto(at, bytes.data(), bytes.size());
    return bytes;
}

void ByteSource::readBlocks(std::uint64_t at, std::uint64_t count, const ByteSink& sink) const
{
    std::string block(static_cast<std::size_t>(std::min<std::uint64_t>(count, blockBytes)), '\0');
    for (std::uint64_t done = 0; done < count;) {
        const auto now = static_cast<std::size_t>(std::min<std::uint64_t>(count - done, blockBytes));
        readInto(at + done, block.data(), now);
        sink(std::string_view(block).substr(0, now));
        done += now;
    }
}

std::shared_ptr<const ByteSource> openBytes(const std::filesystem::path& file)
{
    requireRegularFile(file, ErrorKind::Model);
    std::ifstream in(file, std::ios::binary);
    in.seekg(0, std::ios::end);
    const auto end = in.tellg();
    std::error_code failed;
    if (!in || end < 0 || !std::filesystem::is_regular_file(file, failed))
        throw Error(ErrorKind::Model, "The file " + file.string() + " cannot be read.");
    return std::make_shared<FileBytes>(file, std::move(in), static_cast<std::uint64_t>(end));
}

std::shared_ptr<const ByteSource> viewBytes(std::string_view bytes, const std::string& name)
{
    return std::make_shared<MemoryBytes>(bytes, name);
}

std::shared_ptr<const ByteSource> keepBytes(std::string bytes, const std::string& name)
{
    return std::make_shared<MemoryBytes>(std::move(bytes), name);
}

} // namespace hounsfield
