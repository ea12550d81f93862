#include "volume/io/internal/DicomHeader.h"

#include "volume/io/internal/Text.h"

#include <charconv>
#include <cmath>
#include <cstring>
#include <fstream>

namespace hounsfield
{
namespace
{

constexpr std::uint32_t undefinedLength = 0xFFFFFFFF;
constexpr DicomTag pixelDataTag = 0x7FE00010, itemTag = 0xFFFEE000, itemEndTag = 0xFFFEE00D,
                   sequenceEndTag = 0xFFFEE0DD;
constexpr std::int64_t longestValue = 4096;
constexpr int deepest = 32;

struct Element {
    DicomTag tag = 0;
    std::uint32_t length = 0;
    bool implicitSequence = false; ///< VR UN of undefined length: what is inside is implicit (PS3.5 6.2.2, note 2)
};

struct Broken {
    std::string what;
};

} // namespace

/// Walks over the elements of one file.
class DicomWalker
{
public:
    DicomWalker(std::ifstream& in, std::int64_t size, DicomHeader& header) : m_in(in), m_size(size), m_header(header) {}

    void walk(bool withMeta)
    {
        try {
            if (withMeta)
                walkMeta();
            else
                guessSyntax();
            setSyntax();
            while (m_position < m_size && !m_header.m_hasPixelData)
                topElement();
        } catch (const Broken& broken) {
            m_header.m_damage = broken.what;
        }
    }
    void seek(std::int64_t position)
    {
        m_position = position;
        m_in.seekg(position);
    }

private:
    void bytes(char* into, std::int64_t count)
    {
        if (count > m_size - m_position)
            throw Broken{"is cut off"};
        m_in.read(into, count);
        if (!m_in)
            throw Broken{"cannot be read to its end"};
        m_position += count;
    }
    void skip(std::int64_t count)
    {
        if (count > m_size - m_position)
            throw Broken{"is cut off"};
        m_position += count;
        if (count < 2048)
            m_in.ignore(count);
        else
            m_in.seekg(m_position);
    }
    std::uint32_t integer(const unsigned char* raw, int width) const
    {
        std::uint32_t value = 0;
        for (int n = 0; n < width; ++n)
            value |= static_cast<std::uint32_t>(raw[n]) << (8 * (m_bigEndian ? width - 1 - n : n));
        return value;
    }
    Element next(bool explicitVr)
    {
        unsigned char raw[8];
        bytes(reinterpret_cast<char*>(raw), 8);
        Element e;
        e.tag = integer(raw, 2) << 16 | integer(raw + 2, 2);
        const bool letters = raw[4] >= 'A' && raw[4] <= 'Z' && raw[5] >= 'A' && raw[5] <= 'Z';
        if (!explicitVr || (e.tag >> 16) == 0xFFFE || !letters) {
            e.length = integer(raw + 4, 4);
            return e;
        }
        const std::string vr{static_cast<char>(raw[4]), static_cast<char>(raw[5])};
        constexpr const char* longForms = "OB OD OF OL OV OW SQ SV UC UN UR UT UV";
        if (std::strstr(longForms, vr.c_str())) {
            unsigned char length[4];
            bytes(reinterpret_cast<char*>(length), 4);
            e.length = integer(length, 4);
            e.implicitSequence = vr == "UN";
        } else {
            e.length = integer(raw + 6, 2);
        }
        return e;
    }
    void keep(const Element& e)
    {
        if (e.length > longestValue)
            return skip(e.length);
        std::string value(e.length, '\0');
        bytes(value.data(), e.length);
        m_header.m_values[e.tag] = std::move(value);
    }
    /// The items of a sequence of undefined length, or the fragments of compressed pixel data.
    void skipItems(bool explicitVr, int depth)
    {
        if (depth > deepest)
            throw Broken{"is damaged (sequences within sequences without end)"};
        for (;;) {
            const Element item = next(explicitVr);
            if (item.tag == sequenceEndTag)
                return;
            if (item.tag != itemTag)
                throw Broken{"is damaged (a sequence holds something that is no item)"};
            if (item.length != undefinedLength) {
                skip(item.length);
                continue;
            }
            for (;;) {
                const Element e = next(explicitVr);
                if (e.tag == itemEndTag)
                    break;
                skipValue(e, explicitVr, depth + 1);
            }
        }
    }
    void skipValue(const Element& e, bool explicitVr, int depth)
    {
        if (e.length == undefinedLength)
            skipItems(explicitVr && !e.implicitSequence, depth);
        else
            skip(e.length);
    }
    void walkMeta()
    {
        // Group 0002 is always explicit little endian (PS3.10 section 7.1).
        for (;;) {
            const std::int64_t start = m_position;
            if (start >= m_size)
                throw Broken{"is cut off"};
            const Element e = next(true);
            if ((e.tag >> 16) != 2)
                return seek(start);
            keep(e);
        }
    }
    void guessSyntax()
    {
        const std::int64_t start = m_position;
        unsigned char raw[8];
        bytes(reinterpret_cast<char*>(raw), 8);
        seek(start);
        if (raw[0] == 2)
            return walkMeta();
        const bool letters = raw[4] >= 'A' && raw[4] <= 'Z' && raw[5] >= 'A' && raw[5] <= 'Z';
        m_header.m_values[0x00020010] = letters ? "1.2.840.10008.1.2.1" : "1.2.840.10008.1.2";
    }
    void setSyntax()
    {
        m_header.m_transferSyntax = m_header.text(0x00020010);
        const std::string& syntax = m_header.m_transferSyntax;
        if (syntax == "1.2.840.10008.1.2.1.99")
            throw Broken{"is compressed as a whole (deflated transfer syntax), which this program does not read"};
        m_explicit = syntax != "1.2.840.10008.1.2";
        m_bigEndian = m_header.m_bigEndian = syntax == "1.2.840.10008.1.2.2";
    }
    void topElement()
    {
        const Element e = next(m_explicit);
        if (e.tag == pixelDataTag) {
            m_header.m_hasPixelData = true;
            if (e.length != undefinedLength) {
                m_header.m_pixelBytes = e.length;
                skip(e.length);
            } else {
                skipItems(m_explicit, 0);
            }
        } else if (e.length == undefinedLength) {
            skipItems(m_explicit && !e.implicitSequence, 0);
        } else {
            keep(e);
        }
    }

    std::ifstream& m_in;
    std::int64_t m_size;
    std::int64_t m_position = 0;
    bool m_explicit = true;
    bool m_bigEndian = false;
    DicomHeader& m_header;
};

std::optional<DicomHeader> DicomHeader::read(const std::filesystem::path& file)
{
    std::error_code failed;
    const auto size = static_cast<std::int64_t>(std::filesystem::file_size(file, failed));
    std::ifstream in(file, std::ios::binary);
    DicomHeader header;
    if (failed || !in) {
        header.m_damage = "cannot be opened";
        return header;
    }
    if (size < 16)
        return std::nullopt;
    char start[132] = {};
    in.read(start, sizeof start);
    in.clear();
    const bool preamble = std::memcmp(start + 128, "DICM", 4) == 0;
    const bool bare =
        (start[0] == 8 || start[0] == 2) && start[1] == 0 && start[3] == 0 && start[2] <= 0x18 && start[2] >= 0;
    if (!preamble && !bare)
        return std::nullopt;
    DicomWalker walker(in, size, header);
    walker.seek(preamble ? 132 : 0);
    walker.walk(preamble);
    // Without the preamble's mark, only a file with a class and a series is believed to be DICOM.
    if (!preamble && !header.has(0x00080016) && !header.has(0x0020000E))
        return std::nullopt;
    return header;
}

std::string DicomHeader::text(DicomTag tag) const
{
    const auto found = m_values.find(tag);
    if (found == m_values.end())
        return {};
    std::string value = found->second;
    const auto last = value.find_last_not_of(std::string(" \0", 2));
    value.resize(last == std::string::npos ? 0 : last + 1);
    value.erase(0, std::min(value.find_first_not_of(' '), value.size()));
    return value;
}

std::string DicomHeader::text(DicomTag tag, std::size_t index) const
{
    const std::string all = text(tag);
    std::size_t begin = 0;
    for (; index > 0; --index) {
        begin = all.find('\\', begin);
        if (begin == std::string::npos)
            return {};
        ++begin;
    }
    std::string value = all.substr(begin, all.find('\\', begin) - begin);
    value.erase(0, std::min(value.find_first_not_of(' '), value.size()));
    value.erase(value.find_last_not_of(' ') + 1);
    return value;
}

std::string DicomHeader::utf8Text(DicomTag tag) const
{
    return dicomTextToUtf8(text(tag), text(0x00080005, 0));
}

std::vector<double> DicomHeader::numbers(DicomTag tag) const
{
    std::vector<double> values;
    if (text(tag).empty())
        return values;
    for (std::size_t n = 0;; ++n) {
        std::string one = text(tag, n);
        if (one.empty())
            return values;
        if (one.front() == '+')
            one.erase(0, 1);
        double value = 0;
        const auto [end, error] = std::from_chars(one.data(), one.data() + one.size(), value);
        if (error != std::errc() || end != one.data() + one.size() || !std::isfinite(value))
            return {};
        values.push_back(value);
    }
}

std::optional<double> DicomHeader::number(DicomTag tag) const
{
    const auto values = numbers(tag);
    return values.empty() ? std::nullopt : std::optional<double>(values.front());
}

std::optional<int> DicomHeader::count(DicomTag tag) const
{
    const auto found = m_values.find(tag);
    if (found == m_values.end() || found->second.size() < 2)
        return std::nullopt;
    const auto a = static_cast<unsigned char>(found->second[0]), b = static_cast<unsigned char>(found->second[1]);
    return m_bigEndian ? a * 256 + b : b * 256 + a;
}

} // namespace hounsfield
