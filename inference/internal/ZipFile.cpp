// SPDX-License-Identifier: Apache-2.0
#include "inference/internal/ZipFile.h"

#include "volume/Error.h"

#include <zlib.h>

#include <algorithm>

namespace hounsfield {
namespace {

std::uint64_t number(const std::string& bytes, std::size_t at, int width)
{
    std::uint64_t value = 0;
    for (int i = width - 1; i >= 0; --i)
        value = value << 8 | static_cast<unsigned char>(bytes.at(at + static_cast<std::size_t>(i)));
    return value;
}

/// Sizes of 0xFFFFFFFF are told in the extra field 1, in the order size, packed size, place.
void readZip64(const std::string& extra, ZipFile::Record& record)
{
    for (std::size_t at = 0; at + 4 <= extra.size();) {
        const auto id = number(extra, at, 2), length = number(extra, at + 2, 2);
        std::size_t field = at + 4;
        if (id == 1)
            for (std::uint64_t* value : {&record.size, &record.packedSize, &record.headerAt})
                if (*value == 0xFFFFFFFFu && field + 8 <= extra.size()) {
                    *value = number(extra, field, 8);
                    field += 8;
                }
        at += 4 + length;
    }
}

/// Lets through the part of a stream that is asked for.
class Part {
public:
    Part(std::uint64_t from, std::uint64_t count, const ByteSink& sink)
        : m_from(from), m_end(from + count), m_sink(sink)
    {
    }
    void operator()(std::string_view bytes)
    {
        const std::uint64_t begin = std::max(m_from, m_at), end = std::min(m_end, m_at + bytes.size());
        if (begin < end)
            m_sink(
                bytes.substr(static_cast<std::size_t>(begin - m_at), static_cast<std::size_t>(end - begin)));
        m_at += bytes.size();
    }

private:
    std::uint64_t m_from, m_end, m_at = 0;
    const ByteSink& m_sink;
};

/// zlib's state, given back whatever happens.
struct Inflater {
    z_stream stream{};
    bool begun = inflateInit2(&stream, -MAX_WBITS) == Z_OK;
    Inflater() = default;
    Inflater(const Inflater&) = delete;
    Inflater& operator=(const Inflater&) = delete;
    ~Inflater() { inflateEnd(&stream); }
};

} // namespace

void ZipFile::refuse(const std::string& why) const
{
    throw Error(ErrorKind::Model, "The checkpoint " + m_source->name() + " is damaged or incomplete: " + why +
                                      ". Get it again.");
}

ZipFile::ZipFile(std::shared_ptr<const ByteSource> source) : m_source(std::move(source))
{
    readDirectory();
}

void ZipFile::readDirectory()
{
    const std::uint64_t tailSize = std::min<std::uint64_t>(m_source->size(), 65557);
    const std::string tail = m_source->read(m_source->size() - tailSize, tailSize);
    const std::size_t found = tail.rfind("PK\5\6");
    if (found == std::string::npos || found + 22 > tail.size())
        refuse("its table of contents is missing");
    std::uint64_t count = number(tail, found + 10, 2), size = number(tail, found + 12, 4),
                  at = number(tail, found + 16, 4);
    if (count == 0xFFFF || size == 0xFFFFFFFFu || at == 0xFFFFFFFFu) {
        if (found < 20 || tail.compare(found - 20, 4, "PK\6\7") != 0)
            refuse("its table of contents is missing");
        const std::string big = m_source->read(number(tail, found - 12, 8), 56);
        if (big.compare(0, 4, "PK\6\6") != 0)
            refuse("its table of contents is missing");
        count = number(big, 32, 8), size = number(big, 40, 8), at = number(big, 48, 8);
    }
    constexpr std::uint64_t largestDirectory = 16u << 20;
    if (size > largestDirectory)
        refuse("its table of contents is too long");
    const std::string directory = m_source->read(at, size);
    for (std::size_t entry = 0; count > 0; --count) {
        if (entry + 46 > directory.size() || directory.compare(entry, 4, "PK\1\2") != 0)
            refuse("its table of contents breaks off");
        Record record;
        record.method = static_cast<int>(number(directory, entry + 10, 2));
        record.crc = static_cast<std::uint32_t>(number(directory, entry + 16, 4));
        record.packedSize = number(directory, entry + 20, 4);
        record.size = number(directory, entry + 24, 4);
        record.headerAt = number(directory, entry + 42, 4);
        const auto name = number(directory, entry + 28, 2), extra = number(directory, entry + 30, 2),
                   comment = number(directory, entry + 32, 2);
        if (entry + 46 + name + extra + comment > directory.size())
            refuse("its table of contents breaks off");
        readZip64(directory.substr(entry + 46 + name, extra), record);
        if (!m_records.emplace(directory.substr(entry + 46, name), record).second)
            refuse("it names a record twice");
        entry += 46 + name + extra + comment;
    }
}

const ZipFile::Record& ZipFile::find(const std::string& name) const
{
    const auto found = m_records.find(name);
    if (found == m_records.end())
        refuse("its record " + name.substr(0, 100) + " is missing");
    return found->second;
}

std::uint64_t ZipFile::beginOf(const std::string& name, const Record& record) const
{
    const std::string header = m_source->read(record.headerAt, 30);
    if (header.compare(0, 4, "PK\3\4") != 0)
        refuse("its record " + name.substr(0, 100) + " is not where it should be");
    const bool stored = record.method == 0 && record.size == record.packedSize;
    const bool deflated =
        record.method == 8 && record.size / 1100 <= record.packedSize + 1; // deflate gains at most 1032 to 1
    if (!stored && !deflated)
        refuse("its record " + name.substr(0, 100) + " is packed in an unknown way");
    const std::uint64_t begin = record.headerAt + 30 + number(header, 26, 2) + number(header, 28, 2);
    if (begin > m_source->size() || record.packedSize > m_source->size() - begin)
        refuse("its record " + name.substr(0, 100) + " breaks off");
    return begin;
}

void ZipFile::inflate(const std::string& name, const Record& record, std::uint64_t begin,
                      const ByteSink& sink) const
{
    Inflater inflater;
    z_stream& stream = inflater.stream;
    std::string block(static_cast<std::size_t>(std::min<std::uint64_t>(
                          std::max<std::uint64_t>(record.size, 1), ByteSource::blockBytes)),
                      '\0');
    std::uint64_t given = 0;
    int result = inflater.begun ? Z_OK : Z_MEM_ERROR;
    const auto give = [&] {
        const std::size_t filled = block.size() - stream.avail_out;
        given += filled;
        if (given > record.size)
            refuse("its record " + name.substr(0, 100) + " is longer than it says");
        if (filled > 0)
            sink(std::string_view(block).substr(0, filled));
        stream.next_out = reinterpret_cast<Bytef*>(block.data());
        stream.avail_out = static_cast<uInt>(block.size());
    };
    stream.next_out = reinterpret_cast<Bytef*>(block.data());
    stream.avail_out = static_cast<uInt>(block.size());
    m_source->readBlocks(begin, record.packedSize, [&](std::string_view packed) {
        stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
        stream.avail_in = static_cast<uInt>(packed.size());
        // A full block may leave more behind it, also where no packed byte is left: only then is the next
        // call without progress.
        for (bool more = result == Z_OK; more;) {
            const int step = ::inflate(&stream, Z_NO_FLUSH);
            more = step == Z_OK && stream.avail_out == 0;
            result = step == Z_BUF_ERROR ? Z_OK : step;
            if (stream.avail_out == 0)
                give();
        }
    });
    give();
    if (result != Z_STREAM_END || given != record.size)
        refuse("its record " + name.substr(0, 100) + " cannot be unpacked");
}

void ZipFile::stream(const std::string& name, std::uint64_t from, std::uint64_t count,
                     const ByteSink& sink) const
{
    const Record& record = find(name);
    if (from > record.size || count > record.size - from)
        refuse("its record " + name.substr(0, 100) + " is too short");
    const std::uint64_t begin = beginOf(name, record);
    if (record.method == 0 && m_checked.count(name))
        return m_source->readBlocks(begin + from, count, sink);
    uLong crc = 0;
    Part part(from, count, sink);
    const ByteSink whole = [&](std::string_view bytes) {
        crc = crc32_z(crc, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size());
        part(bytes);
    };
    if (record.method == 0)
        m_source->readBlocks(begin, record.size, whole);
    else
        inflate(name, record, begin, whole);
    if (crc != record.crc)
        refuse("its record " + name.substr(0, 100) + " has changed since it was written");
    m_checked.insert(name);
}

std::string ZipFile::read(const std::string& name, std::uint64_t largest) const
{
    const std::uint64_t size = find(name).size;
    if (size > largest)
        refuse("its record " + name.substr(0, 100) + " is larger than it may be");
    std::string bytes;
    stream(name, 0, size, [&](std::string_view block) { bytes += block; });
    return bytes;
}

} // namespace hounsfield
