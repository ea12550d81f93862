// SPDX-License-Identifier: Apache-2.0
#include "tests/io/CompressedSample.h"

#include "tests/support/Paths.h"
#include "tests/support/catch.h"

#include <bit>

namespace hounsfield::test {
namespace {

std::string little(std::uint32_t value, int width = 4)
{
    std::string bytes;
    for (int n = 0; n < width; ++n)
        bytes += static_cast<char>(value >> (8 * n) & 0xFF);
    return bytes;
}

std::string big(int value)
{
    return {static_cast<char>(value >> 8 & 0xFF), static_cast<char>(value & 0xFF)};
}

std::string evenly(std::string bytes)
{
    return bytes.size() % 2 ? bytes + '\0' : bytes;
}

/// One of the two bytes of each pixel, as literal runs.
std::string segmentOf(const std::string& pixels, std::size_t byte)
{
    std::string plain;
    for (std::size_t n = byte; n < pixels.size(); n += 2)
        plain += pixels[n];
    std::string coded;
    for (std::size_t n = 0; n < plain.size(); n += 128) {
        const std::string run = plain.substr(n, 128);
        coded += static_cast<char>(run.size() - 1) + run;
    }
    return evenly(coded);
}

/// Bits of a JPEG scan, the topmost first; a byte of ones is followed by one of zeros (ITU-T T.81 F.1.2.3).
class Bits {
public:
    void put(unsigned value, int count)
    {
        for (int n = count - 1; n >= 0; --n) {
            m_byte = m_byte * 2 + (value >> n & 1);
            if (++m_filled == 8)
                flush();
        }
    }
    std::string end()
    {
        while (m_filled > 0)
            put(1, 1);
        return m_bytes;
    }

private:
    void flush()
    {
        m_bytes += static_cast<char>(m_byte);
        if (m_byte == 0xFF)
            m_bytes += '\0';
        m_byte = 0;
        m_filled = 0;
    }
    std::string m_bytes;
    unsigned m_byte = 0;
    int m_filled = 0;
};

constexpr int categories = 17,
              codeLength = 5; ///< every category of differences has a code of five bits: its number

/// Differences from the pixel before (T.81 H.1.2), by category and the bits within it.
std::string scanOf(const std::string& pixels, int columns, int precision)
{
    const auto value = [&](std::size_t n) {
        const unsigned cell =
            static_cast<unsigned char>(pixels[2 * n]) + 256u * static_cast<unsigned char>(pixels[2 * n + 1]);
        return static_cast<int>(cell & ((1u << precision) - 1));
    };
    Bits bits;
    const auto width = static_cast<std::size_t>(columns);
    for (std::size_t n = 0; n < pixels.size() / 2; ++n) {
        int before = 1 << (precision - 1);
        if (n % width > 0)
            before = value(n - 1);
        else if (n > 0)
            before = value(n - width);
        const int difference = static_cast<std::int16_t>(value(n) - before);
        const auto size = static_cast<unsigned>(difference < 0 ? -difference : difference);
        const int category = std::bit_width(size);
        bits.put(static_cast<unsigned>(category), codeLength);
        if (category < 16)
            bits.put(static_cast<unsigned>(difference < 0 ? difference - 1 : difference), category);
    }
    return bits.end();
}

std::string pixelsOfFile(const std::string& file)
{
    const std::size_t at = file.rfind(std::string("\xE0\x7F\x10\x00OW\0\0", 8));
    REQUIRE(at != std::string::npos);
    return file.substr(at + 12);
}

std::string fileOf(const DicomSample& sample)
{
    return dicomFile("1.2.840.10008.5.1.4.1.1.2", sample.uid, sample.elements);
}

} // namespace

std::string withFragments(std::string file, const std::string& syntax,
                          const std::vector<std::string>& fragments)
{
    const std::string native = std::string("UI\x14\0", 4) + std::string("1.2.840.10008.1.2.1\0", 20);
    const std::size_t at = file.find(native), length = file.find(std::string("\x02\0\0\0UL\x04\0", 8));
    const std::size_t pixelData = file.rfind(std::string("\xE0\x7F\x10\x00OW\0\0", 8));
    REQUIRE((at != std::string::npos && length != std::string::npos && pixelData != std::string::npos));
    std::string coded = file.substr(0, pixelData) + std::string("\xE0\x7F\x10\x00OB\0\0\xFF\xFF\xFF\xFF", 12);
    const std::string item("\xFE\xFF\x00\xE0", 4), uid = evenly(syntax);
    coded += item + little(0);
    for (const std::string& fragment : fragments)
        coded += item + little(static_cast<std::uint32_t>(fragment.size())) + fragment;
    coded += std::string("\xFE\xFF\xDD\xE0\0\0\0\0", 8);
    coded.replace(at, native.size(), "UI" + little(static_cast<std::uint32_t>(uid.size()), 2) + uid);
    // The length of the meta group comes first in it.
    coded[length + 8] = static_cast<char>(coded[length + 8] + static_cast<int>(uid.size()) - 20);
    return coded;
}

std::string rleFragment(const std::string& pixels, std::uint32_t segments)
{
    const std::string high = segmentOf(pixels, 1), low = segmentOf(pixels, 0);
    std::string header = little(segments) + little(64) + little(64 + static_cast<std::uint32_t>(high.size()));
    header.resize(64, '\0');
    return header + high + low;
}

std::string jpegFragment(const std::string& pixels, int columns, int rows, int precision)
{
    const std::string frame = std::string("\xFF\xC3", 2) + big(11) + static_cast<char>(precision) +
                              big(rows) + big(columns) + std::string("\1\1\x11\0", 4);
    std::string counts(16, '\0'), values;
    counts[codeLength - 1] = categories;
    for (int n = 0; n < categories; ++n)
        values += static_cast<char>(n);
    const std::string table =
        std::string("\xFF\xC4", 2) + big(2 + 1 + 16 + categories) + '\0' + counts + values;
    const std::string scan = std::string("\xFF\xDA", 2) + big(8) + std::string("\1\1\0\1\0\0", 6);
    return evenly("\xFF\xD8" + frame + table + scan + scanOf(pixels, columns, precision) + "\xFF\xD9");
}

std::string rleFile(const DicomSample& sample, std::uint32_t segments)
{
    const std::string file = fileOf(sample);
    return withFragments(file, "1.2.840.10008.1.2.5", {rleFragment(pixelsOfFile(file), segments)});
}

std::string jpegFile(const DicomSample& sample, int precision)
{
    const std::string file = fileOf(sample);
    return withFragments(file, "1.2.840.10008.1.2.4.70",
                         {jpegFragment(pixelsOfFile(file), 16, 12, precision)});
}

void writeRleSamples(const std::filesystem::path& folder, const std::string& series, int count,
                     const std::function<std::uint32_t(int)>& segments)
{
    std::filesystem::create_directories(folder);
    for (int n = 1; n <= count; ++n) {
        char name[32];
        std::snprintf(name, sizeof name, "slice-%03d", n);
        writeFile(folder / (series + name), rleFile(DicomSample(series, n, 2.5 * n), segments(n)));
    }
}

} // namespace hounsfield::test
