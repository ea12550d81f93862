#include "inference/internal/TensorFile.h"

#include "volume/Error.h"

#include <bit>
#include <cmath>
#include <cstring>
#include <fstream>

namespace hounsfield {
namespace {

/// IEEE 754 binary16 to binary32.
float fromHalf(std::uint16_t h)
{
    const int exponent = h >> 10 & 31, mantissa = h & 1023;
    const float sign = h & 0x8000 ? -1.0f : 1.0f;
    if (exponent == 31)
        return mantissa ? std::nanf("") : sign * INFINITY;
    return exponent == 0 ? sign * std::ldexp(float(mantissa), -24) : sign * std::ldexp(float(mantissa + 1024), exponent - 25);
}

template <typename Stored, typename Convert> std::vector<float> convert(const std::string& bytes, Convert&& toFloat)
{
    std::vector<float> values(bytes.size() / sizeof(Stored));
    for (std::size_t i = 0; i < values.size(); ++i) {
        Stored stored;
        std::memcpy(&stored, bytes.data() + i * sizeof(Stored), sizeof(Stored));
        values[i] = toFloat(stored);
    }
    return values;
}

template <typename Stored> std::vector<float> numbers(const std::string& bytes)
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
    constexpr const char* names[] = {"float32", "float64", "float16", "bfloat16", "int64", "int32", "int16", "int8", "uint8", "bool"};
    return names[static_cast<int>(type)];
}

std::int64_t StoredTensor::count() const
{
    std::int64_t n = 1;
    for (std::int64_t s : shape)
        n *= s;
    return n;
}

std::vector<float> StoredTensor::toFloat() const
{
    switch (type) {
    case ElementType::Float32:
        return numbers<float>(bytes);
    case ElementType::Float64:
        return numbers<double>(bytes);
    case ElementType::Float16:
        return convert<std::uint16_t>(bytes, fromHalf);
    case ElementType::BFloat16:
        return convert<std::uint16_t>(bytes, [](std::uint16_t v) { return std::bit_cast<float>(std::uint32_t(v) << 16); });
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

StoredTensors readCheckpoint(const std::filesystem::path& file)
{
    std::ifstream in(file, std::ios::binary);
    char head[16] = {};
    in.read(head, sizeof head);
    const auto got = in.gcount();
    if (got < 9)
        throw Error(ErrorKind::Model, "The file " + file.string() + " cannot be read or is empty. Name a checkpoint (.pth or .safetensors).");
    if (std::memcmp(head, "PK\3\4", 4) == 0)
        return readTorchZip(file);
    // The length of a safetensors header may begin with any byte, that of a pickle too: what follows it is looked at first.
    if (head[8] != '{') {
        if (isTorchLegacy(std::string(head, sizeof head)))
            return readTorchLegacy(file);
        throw Error(ErrorKind::Model, "The file " + file.string() + " is no checkpoint: neither one of PyTorch's forms nor safetensors.");
    }
    in.clear();
    in.seekg(0, std::ios::end);
    std::string bytes(static_cast<std::size_t>(in.tellg()), '\0');
    in.seekg(0);
    in.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    return readSafetensors(bytes);
}

} // namespace hounsfield
