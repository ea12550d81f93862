// SPDX-License-Identifier: Apache-2.0
#include "inference/internal/TensorFile.h"

#include <algorithm>
#include <bit>
#include <cstring>

namespace hounsfield {
namespace {

/// IEEE 754 binary16 to binary32.
float fromHalf(std::uint16_t h)
{
    const std::uint32_t sign = std::uint32_t(h & 0x8000u) << 16, exponent = h >> 10 & 31, mantissa = h & 1023;
    if (exponent == 0) {
        const float tiny = static_cast<float>(mantissa) * 0x1p-24f;
        return sign ? -tiny : tiny;
    }
    return std::bit_cast<float>(sign | (exponent == 31 ? 255u : exponent + 112) << 23 | mantissa << 13);
}

template <typename Stored, typename Convert>
std::vector<float> convert(std::string_view bytes, Convert&& toFloat)
{
    std::vector<float> values(bytes.size() / sizeof(Stored));
    for (std::size_t i = 0; i < values.size(); ++i) {
        Stored stored;
        std::memcpy(&stored, bytes.data() + i * sizeof(Stored), sizeof(Stored));
        values[i] = toFloat(stored);
    }
    return values;
}

template <typename Stored> std::vector<float> numbers(std::string_view bytes)
{
    return convert<Stored>(bytes, [](Stored v) { return static_cast<float>(v); });
}

} // namespace

std::size_t elementSize(ElementType type)
{
    switch (type) {
    case ElementType::Float64:
    case ElementType::Int64:
        return 8;
    case ElementType::Float32:
    case ElementType::Int32:
        return 4;
    case ElementType::Float16:
    case ElementType::BFloat16:
    case ElementType::Int16:
        return 2;
    default:
        return 1;
    }
}

std::string elementName(ElementType type)
{
    constexpr const char* names[] = {"float32", "float64", "float16", "bfloat16", "int64",
                                     "int32",   "int16",   "int8",    "uint8",    "bool"};
    return names[static_cast<int>(type)];
}

std::int64_t TensorInfo::count() const
{
    // An empty tensor's other lengths are not bounded by its data.
    if (std::find(shape.begin(), shape.end(), 0) != shape.end())
        return 0;
    std::int64_t n = 1;
    for (std::int64_t s : shape)
        n *= s;
    return n;
}

std::vector<float> toFloat(ElementType type, std::string_view bytes)
{
    switch (type) {
    case ElementType::Float32:
        return numbers<float>(bytes);
    case ElementType::Float64:
        return numbers<double>(bytes);
    case ElementType::Float16:
        return convert<std::uint16_t>(bytes, fromHalf);
    case ElementType::BFloat16:
        return convert<std::uint16_t>(
            bytes, [](std::uint16_t v) { return std::bit_cast<float>(std::uint32_t(v) << 16); });
    case ElementType::Int64:
        return numbers<std::int64_t>(bytes);
    case ElementType::Int32:
        return numbers<std::int32_t>(bytes);
    case ElementType::Int16:
        return numbers<std::int16_t>(bytes);
    case ElementType::Int8:
        return numbers<std::int8_t>(bytes);
    default:
        return numbers<std::uint8_t>(bytes);
    }
}

} // namespace hounsfield
