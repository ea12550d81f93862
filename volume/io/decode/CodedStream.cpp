// SPDX-License-Identifier: Apache-2.0
#include "volume/io/decode/CodedStream.h"

#include <algorithm>
#include <array>

namespace hounsfield::decode {
namespace {

/// Big-endian numbers at places in a stream; 0 beyond its end.
class Numbers {
public:
    explicit Numbers(std::span<const char> bytes) : m_bytes(bytes) {}
    std::size_t size() const { return m_bytes.size(); }
    std::uint32_t at(std::size_t place, int width) const
    {
        std::uint32_t value = 0;
        for (int n = 0; n < width; ++n, ++place)
            value = 256 * value + (place < size() ? static_cast<unsigned char>(m_bytes[place]) : 0u);
        return value;
    }

private:
    std::span<const char> m_bytes;
};

bool isFrameHeader(std::uint32_t marker)
{
    constexpr std::uint32_t jpegLs = 0xF7, tables = 0xC4, reserved = 0xC8, arithmetic = 0xCC;
    return marker == jpegLs || (marker >= 0xC0 && marker <= 0xCF && marker != tables && marker != reserved &&
                                marker != arithmetic);
}

std::optional<CodedStream> readJpeg(const Numbers& stream)
{
    for (std::size_t at = 2; at + 10 <= stream.size() && stream.at(at, 1) == 0xFF;) {
        const std::uint32_t marker = stream.at(at + 1, 1);
        if (isFrameHeader(marker))
            return CodedStream{stream.at(at + 7, 2), stream.at(at + 5, 2), stream.at(at + 9, 1),
                               stream.at(at + 4, 1)};
        // A byte of ones may stand before a marker; all others here have a length.
        at += marker == 0xFF ? 1 : 2 + stream.at(at + 2, 2);
    }
    return std::nullopt;
}

/// The extent of the first component: the reference grid by the distance of its samples.
std::uint32_t samples(std::uint32_t end, std::uint32_t begin, std::uint32_t distance)
{
    const auto up = [&](std::uint64_t place) { return (place + distance - 1) / distance; };
    return distance == 0 || end < begin ? 0 : static_cast<std::uint32_t>(up(end) - up(begin));
}

std::optional<CodedStream> readJpeg2000(const Numbers& stream)
{
    if (stream.size() < 45)
        return std::nullopt;
    return CodedStream{samples(stream.at(8, 4), stream.at(16, 4), stream.at(43, 1)),
                       samples(stream.at(12, 4), stream.at(20, 4), stream.at(44, 1)), stream.at(40, 2),
                       (stream.at(42, 1) & 0x7Fu) + 1};
}

} // namespace

std::optional<CodedStream> readCodedStream(std::span<const char> bytes)
{
    constexpr std::array<char, 4> codestream{'\xFF', '\x4F', '\xFF', '\x51'};
    constexpr std::array<char, 8> jp2{0, 0, 0, 12, 'j', 'P', ' ', ' '};
    if (bytes.size() >= 2 && bytes[0] == '\xFF' && bytes[1] == '\xD8')
        return readJpeg(Numbers(bytes));
    auto begin = bytes.begin();
    if (bytes.size() > jp2.size() && std::equal(jp2.begin(), jp2.end(), begin))
        begin = std::search(begin, bytes.end(), codestream.begin(), codestream.end());
    if (bytes.end() - begin < 4 || !std::equal(codestream.begin(), codestream.end(), begin))
        return std::nullopt;
    return readJpeg2000(Numbers({begin, bytes.end()}));
}

} // namespace hounsfield::decode
