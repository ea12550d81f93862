// SPDX-License-Identifier: Apache-2.0
#include "volume/io/internal/DicomHeader.h"

#include "volume/io/internal/Text.h"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace hounsfield {

DicomHeader DicomHeader::ofFrame(std::size_t frame) const
{
    DicomHeader one;
    one.m_values = m_values;
    for (const Values* values : {&m_sharedByFrames, &m_frames.at(frame)})
        for (const auto& [tag, value] : *values)
            one.m_values[tag] = value;
    // An enhanced image says of a frame as FrameType what a classic one says as ImageType.
    if (const auto type = one.m_values.find(0x00089007); type != one.m_values.end())
        one.m_values[0x00080008] = type->second;
    one.m_transferSyntax = m_transferSyntax;
    one.m_bigEndian = m_bigEndian;
    one.m_hasPixelData = m_hasPixelData;
    one.m_pixelBytes = m_pixelBytes;
    one.m_pixelOffset = m_pixelOffset;
    one.m_hasModalityLut = m_hasModalityLut;
    one.m_damage = m_damage;
    return one;
}

std::string DicomHeader::text(DicomTag tag) const
{
    const auto found = m_values.find(tag);
    if (found == m_values.end())
        return {};
    std::string value = found->second;
    // Besides the padding, a tab or a line's end at the end says nothing.
    const auto last = value.find_last_not_of(std::string(" \0\t\r\n", 5));
    value.resize(last == std::string::npos ? 0 : last + 1);
    value.erase(0, std::min(value.find_first_not_of(" \t"), value.size()));
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
    value.erase(0, std::min(value.find_first_not_of(" \t"), value.size()));
    value.erase(value.find_last_not_of(" \t\r\n") + 1);
    return value;
}

std::string DicomHeader::utf8Text(DicomTag tag) const
{
    return dicomTextToUtf8(text(tag), text(0x00080005));
}

std::vector<double> DicomHeader::numbers(DicomTag tag) const
{
    std::vector<double> values;
    const std::string all = text(tag);
    if (all.empty())
        return values;
    const auto several = static_cast<std::size_t>(std::count(all.begin(), all.end(), '\\')) + 1;
    for (std::size_t n = 0; n < several; ++n) {
        std::string one = text(tag, n);
        if (one.size() > 1 && one[0] == '+' && one[1] != '-')
            one.erase(0, 1);
        double value = 0;
        const auto [end, error] = std::from_chars(one.data(), one.data() + one.size(), value);
        if (error != std::errc() || end != one.data() + one.size() || !std::isfinite(value))
            return {};
        values.push_back(value);
    }
    return values;
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
    const auto a = static_cast<unsigned char>(found->second[0]),
               b = static_cast<unsigned char>(found->second[1]);
    return m_bigEndian ? a * 256 + b : b * 256 + a;
}

} // namespace hounsfield
