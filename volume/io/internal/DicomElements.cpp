// SPDX-License-Identifier: Apache-2.0
#include "volume/io/internal/DicomElements.h"

#include "volume/NumberText.h"

#include <array>
#include <random>

namespace hounsfield {
namespace {

void appendLittle(std::string& into, std::uint32_t value, int width)
{
    for (int n = 0; n < width; ++n)
        into += static_cast<char>(value >> (8 * n) & 0xFF);
}

std::string headOf(std::uint32_t tag, const char* vr)
{
    std::string head;
    appendLittle(head, tag >> 16, 2);
    appendLittle(head, tag & 0xFFFF, 2);
    return head + vr;
}

constexpr const char* explicitLittleEndian = "1.2.840.10008.1.2.1";

} // namespace

std::string newDicomUid()
{
    std::random_device random;
    std::array<std::uint32_t, 4> words{random(), random(), random(), random()};
    // A random UUID of version 4 (RFC 4122 4.4), read as one large number, most significant word first.
    words[1] = (words[1] & 0xFFFF0FFF) | 0x4000;
    words[2] = (words[2] & 0x3FFFFFFF) | 0x80000000;
    std::string digits;
    while (words != std::array<std::uint32_t, 4>{}) {
        std::uint64_t rest = 0;
        for (std::uint32_t& word : words) {
            rest = rest << 32 | word;
            word = static_cast<std::uint32_t>(rest / 10);
            rest %= 10;
        }
        digits.insert(digits.begin(), static_cast<char>('0' + rest));
    }
    return "2.25." + digits;
}

std::string decimalString(double value)
{
    std::string text;
    for (int precision = 15; precision > 0; --precision) {
        text = significantText(value == 0 ? 0.0 : value, precision);
        if (text.size() <= 16)
            break;
    }
    return text;
}

void DicomElements::text(std::uint32_t tag, const char* vr, const std::string& value)
{
    std::string padded = value;
    if (padded.size() % 2)
        padded += std::string(vr) == "UI" ? '\0' : ' ';
    std::string element = headOf(tag, vr);
    appendLittle(element, static_cast<std::uint32_t>(padded.size()), 2);
    m_elements[tag] = element + padded;
}

void DicomElements::number(std::uint32_t tag, const char* vr, int value)
{
    std::string element = headOf(tag, vr);
    appendLittle(element, 2, 2);
    appendLittle(element, static_cast<std::uint32_t>(value), 2);
    m_elements[tag] = element;
}

void DicomElements::bytes(std::uint32_t tag, const char* vr, const std::string& value)
{
    std::string element = headOf(tag, vr);
    appendLittle(element, 0, 2);
    appendLittle(element, static_cast<std::uint32_t>(value.size() + value.size() % 2), 4);
    m_elements[tag] = element + value + std::string(value.size() % 2, '\0');
}

std::string DicomElements::encoded() const
{
    std::string all;
    for (const auto& [tag, element] : m_elements)
        all += element;
    return all;
}

std::string dicomFile(const std::string& sopClass, const std::string& sopInstance,
                      const DicomElements& dataSet)
{
    DicomElements meta;
    meta.bytes(0x00020001, "OB", std::string("\0\1", 2));
    meta.text(0x00020002, "UI", sopClass);
    meta.text(0x00020003, "UI", sopInstance);
    meta.text(0x00020010, "UI", explicitLittleEndian);
    meta.text(0x00020012, "UI", "2.25.309478140386263946098471604206163107945");
    meta.text(0x00020013, "SH", "HOUNSFIELD");
    const std::string group = meta.encoded();
    std::string length = headOf(0x00020000, "UL");
    appendLittle(length, 4, 2);
    appendLittle(length, static_cast<std::uint32_t>(group.size()), 4);
    return std::string(128, '\0') + "DICM" + length + group + dataSet.encoded();
}

} // namespace hounsfield
