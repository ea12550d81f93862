#include "inference/internal/TensorFile.h"

#include "volume/Error.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstring>

namespace hounsfield {
namespace {

using nlohmann::json;

constexpr std::pair<const char*, ElementType> typeNames[] = {
    {"F32", ElementType::Float32}, {"F64", ElementType::Float64}, {"F16", ElementType::Float16}, {"BF16", ElementType::BFloat16}, {"I64", ElementType::Int64},
    {"I32", ElementType::Int32},   {"I16", ElementType::Int16},   {"I8", ElementType::Int8},     {"U8", ElementType::UInt8},      {"BOOL", ElementType::Bool}};

[[noreturn]] void refuse(const std::string& why)
{
    throw Error(ErrorKind::Model, "The safetensors file is damaged: " + why + ". Get it again.");
}

ElementType typeOf(const std::string& name)
{
    for (const auto& [known, type] : typeNames)
        if (name == known)
            return type;
    refuse("it holds numbers of the unknown type " + name.substr(0, 20));
}

std::uint64_t littleEndian(const char* bytes)
{
    std::uint64_t value = 0;
    for (int i = 7; i >= 0; --i)
        value = value << 8 | static_cast<unsigned char>(bytes[i]);
    return value;
}

StoredTensor readTensor(const std::string& name, const json& entry, std::string_view data)
{
    StoredTensor tensor;
    tensor.type = typeOf(entry.at("dtype").get<std::string>());
    tensor.shape = entry.at("shape").get<std::vector<std::int64_t>>();
    const auto begin = entry.at("data_offsets").at(0).get<std::uint64_t>(), end = entry.at("data_offsets").at(1).get<std::uint64_t>();
    if (begin > end || end > data.size())
        refuse("the tensor " + name + " reaches beyond its end");
    std::uint64_t bytes = elementSize(tensor.type);
    for (std::int64_t n : tensor.shape) {
        if (n < 0 || (n > 0 && bytes > data.size() / static_cast<std::uint64_t>(n)))
            refuse("the tensor " + name + " has an impossible shape");
        bytes *= static_cast<std::uint64_t>(n);
    }
    if (bytes != end - begin)
        refuse("the tensor " + name + " has " + std::to_string(end - begin) + " bytes where its shape needs " + std::to_string(bytes));
    tensor.bytes = data.substr(begin, end - begin);
    return tensor;
}

void checkOverlaps(const json& header)
{
    std::vector<std::pair<std::uint64_t, std::uint64_t>> ranges;
    for (const auto& [name, entry] : header.items())
        if (name != "__metadata__")
            ranges.emplace_back(entry.at("data_offsets").at(0).get<std::uint64_t>(), entry.at("data_offsets").at(1).get<std::uint64_t>());
    std::sort(ranges.begin(), ranges.end());
    for (std::size_t i = 1; i < ranges.size(); ++i)
        if (ranges[i].first < ranges[i - 1].second)
            refuse("two tensors share bytes");
}

} // namespace

StoredTensors readSafetensors(const std::string& bytes)
{
    constexpr std::uint64_t largestHeader = 64u << 20;
    if (bytes.size() < 8)
        refuse("it is too short");
    const std::uint64_t length = littleEndian(bytes.data());
    if (length > largestHeader || length > bytes.size() - 8)
        refuse("its header is longer than the file");
    const std::string_view data = std::string_view(bytes).substr(8 + length);
    try {
        const json header = json::parse(bytes.data() + 8, bytes.data() + 8 + length);
        checkOverlaps(header);
        StoredTensors tensors;
        for (const auto& [name, entry] : header.items())
            if (name != "__metadata__")
                tensors.emplace(name, readTensor(name, entry, data));
        return tensors;
    } catch (const json::exception& error) {
        refuse(std::string("its header cannot be understood (") + error.what() + ")");
    }
}

std::string writeSafetensors(const StoredTensors& tensors, const std::map<std::string, std::string>& metadata)
{
    json header = json::object();
    if (!metadata.empty())
        header["__metadata__"] = metadata;
    std::uint64_t offset = 0;
    for (const auto& [name, tensor] : tensors) {
        const auto type = std::find_if(std::begin(typeNames), std::end(typeNames), [&](const auto& known) { return known.second == tensor.type; });
        header[name] = {{"dtype", type->first}, {"shape", tensor.shape}, {"data_offsets", {offset, offset + tensor.bytes.size()}}};
        offset += tensor.bytes.size();
    }
    std::string text = header.dump();
    text.resize((text.size() + 7) / 8 * 8, ' ');
    std::string bytes(8, '\0');
    for (std::size_t i = 0; i < 8; ++i)
        bytes[i] = static_cast<char>(text.size() >> (8 * i) & 0xff);
    bytes += text;
    for (const auto& entry : tensors)
        bytes += entry.second.bytes;
    return bytes;
}

} // namespace hounsfield
