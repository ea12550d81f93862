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

bool inflateInto(const std::string& packed, std::string& bytes)
{
    z_stream stream{};
    if (inflateInit2(&stream, -MAX_WBITS) != Z_OK)
        return false;
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
    stream.avail_in = static_cast<uInt>(packed.size());
    stream.next_out = reinterpret_cast<Bytef*>(bytes.data());
    stream.avail_out = static_cast<uInt>(bytes.size());
    const int result = inflate(&stream, Z_FINISH);
    const bool whole = result == Z_STREAM_END && stream.avail_out == 0;
    inflateEnd(&stream);
    return whole;
}

} // namespace

void ZipFile::refuse(const std::string& why) const
{
    throw Error(ErrorKind::Model, "The checkpoint " + m_file.string() + " is damaged or incomplete: " + why + ". Get it again.");
}

std::string ZipFile::bytesAt(std::uint64_t at, std::uint64_t count) const
{
    if (at > m_size || count > m_size - at)
        refuse("a part lies beyond its end");
    std::string bytes(static_cast<std::size_t>(count), '\0');
    m_in.clear();
    m_in.seekg(static_cast<std::streamoff>(at));
    m_in.read(bytes.data(), static_cast<std::streamsize>(count));
    if (static_cast<std::uint64_t>(m_in.gcount()) != count)
        refuse("it cannot be read to its end");
    return bytes;
}

ZipFile::ZipFile(const std::filesystem::path& file) : m_file(file), m_in(file, std::ios::binary)
{
    m_in.seekg(0, std::ios::end);
    const auto end = m_in.tellg();
    if (!m_in || end < 0)
        throw Error(ErrorKind::Model, "The checkpoint " + file.string() + " cannot be read.");
    m_size = static_cast<std::uint64_t>(end);
    readDirectory();
}

void ZipFile::readDirectory()
{
    const std::uint64_t tailSize = std::min<std::uint64_t>(m_size, 65557);
    const std::string tail = bytesAt(m_size - tailSize, tailSize);
    const std::size_t found = tail.rfind("PK\5\6");
    if (found == std::string::npos || found + 22 > tail.size())
        refuse("its table of contents is missing");
    std::uint64_t count = number(tail, found + 10, 2), size = number(tail, found + 12, 4), at = number(tail, found + 16, 4);
    if (count == 0xFFFF || size == 0xFFFFFFFFu || at == 0xFFFFFFFFu) {
        if (found < 20 || tail.compare(found - 20, 4, "PK\6\7") != 0)
            refuse("its table of contents is missing");
        const std::string big = bytesAt(number(tail, found - 12, 8), 56);
        if (big.compare(0, 4, "PK\6\6") != 0)
            refuse("its table of contents is missing");
        count = number(big, 32, 8), size = number(big, 40, 8), at = number(big, 48, 8);
    }
    constexpr std::uint64_t largestDirectory = 64u << 20;
    if (size > largestDirectory)
        refuse("its table of contents is too long");
    const std::string directory = bytesAt(at, size);
    for (std::size_t entry = 0; count > 0; --count) {
        if (entry + 46 > directory.size() || directory.compare(entry, 4, "PK\1\2") != 0)
            refuse("its table of contents breaks off");
        Record record;
        record.method = static_cast<int>(number(directory, entry + 10, 2));
        record.crc = static_cast<std::uint32_t>(number(directory, entry + 16, 4));
        record.packedSize = number(directory, entry + 20, 4);
        record.size = number(directory, entry + 24, 4);
        record.headerAt = number(directory, entry + 42, 4);
        const auto name = number(directory, entry + 28, 2), extra = number(directory, entry + 30, 2), comment = number(directory, entry + 32, 2);
        if (entry + 46 + name + extra + comment > directory.size())
            refuse("its table of contents breaks off");
        readZip64(directory.substr(entry + 46 + name, extra), record);
        if (!m_records.emplace(directory.substr(entry + 46, name), record).second)
            refuse("it names a record twice");
        entry += 46 + name + extra + comment;
    }
}

std::string ZipFile::read(const std::string& name, std::uint64_t largest) const
{
    const auto found = m_records.find(name);
    if (found == m_records.end())
        refuse("its record " + name.substr(0, 100) + " is missing");
    const Record& record = found->second;
    if (record.size > largest)
        refuse("its record " + name.substr(0, 100) + " is larger than it may be");
    const std::string header = bytesAt(record.headerAt, 30);
    if (header.compare(0, 4, "PK\3\4") != 0)
        refuse("its record " + name.substr(0, 100) + " is not where it should be");
    const std::uint64_t begin = record.headerAt + 30 + number(header, 26, 2) + number(header, 28, 2);
    std::string bytes;
    if (record.method == 0 && record.size == record.packedSize) {
        bytes = bytesAt(begin, record.size);
    } else if (record.method == 8 && record.size / 1100 <= record.packedSize + 1 && record.size < 0xFFFFFFFFu) { // deflate gains at most 1032 to 1
        const std::string packed = bytesAt(begin, record.packedSize);
        bytes.resize(static_cast<std::size_t>(record.size));
        if (!inflateInto(packed, bytes))
            refuse("its record " + name.substr(0, 100) + " cannot be unpacked");
    } else {
        refuse("its record " + name.substr(0, 100) + " is packed in an unknown way");
    }
    if (crc32_z(0, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size()) != record.crc)
        refuse("its record " + name.substr(0, 100) + " has changed since it was written");
    return bytes;
}

} // namespace hounsfield
