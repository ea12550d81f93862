#include "tests/io/CompressedSample.h"

#include "tests/support/Paths.h"
#include "tests/support/catch.h"

namespace hounsfield::test
{
namespace
{

std::string little(std::uint32_t value, int width = 4)
{
    std::string bytes;
    for (int n = 0; n < width; ++n)
        bytes += static_cast<char>(value >> (8 * n) & 0xFF);
    return bytes;
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
    return coded.size() % 2 ? coded + '\0' : coded;
}

std::string fragmentOf(const std::string& pixels, std::uint32_t segments)
{
    const std::string high = segmentOf(pixels, 1), low = segmentOf(pixels, 0);
    std::string header = little(segments) + little(64) + little(64 + static_cast<std::uint32_t>(high.size()));
    header.resize(64, '\0');
    return header + high + low;
}

} // namespace

std::string rleFile(const DicomSample& sample, std::uint32_t segments)
{
    std::string file = dicomFile("1.2.840.10008.5.1.4.1.1.2", sample.uid, sample.elements);
    const std::string native = std::string("1.2.840.10008.1.2.1\0", 20);
    const std::size_t syntax = file.find(native);
    const std::size_t pixelData = file.rfind(std::string("\xE0\x7F\x10\x00OW\0\0", 8));
    REQUIRE((syntax != std::string::npos && pixelData != std::string::npos));
    const std::string fragment = fragmentOf(file.substr(pixelData + 12), segments);
    file.replace(syntax, native.size(), std::string("1.2.840.10008.1.2.5\0", 20));
    const std::string item("\xFE\xFF\x00\xE0", 4), end("\xFE\xFF\xDD\xE0\0\0\0\0", 8);
    return file.substr(0, pixelData) + std::string("\xE0\x7F\x10\x00OB\0\0\xFF\xFF\xFF\xFF", 12) + item +
           little(0) + item + little(static_cast<std::uint32_t>(fragment.size())) + fragment + end;
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
