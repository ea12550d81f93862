// SPDX-License-Identifier: Apache-2.0
#include "inference/internal/Checkpoint.h"
#include "inference/internal/JsonText.h"
#include "volume/Error.h"

#include <algorithm>

namespace hounsfield {
namespace {

using nlohmann::json;

constexpr std::pair<const char*, ElementType> typeNames[] = {
    {"F32", ElementType::Float32},   {"F64", ElementType::Float64}, {"F16", ElementType::Float16},
    {"BF16", ElementType::BFloat16}, {"I64", ElementType::Int64},   {"I32", ElementType::Int32},
    {"I16", ElementType::Int16},     {"I8", ElementType::Int8},     {"U8", ElementType::UInt8},
    {"BOOL", ElementType::Bool}};

std::uint64_t littleEndian(const std::string& bytes)
{
    std::uint64_t value = 0;
    for (std::size_t i = 8; i-- > 0;)
        value = value << 8 | static_cast<unsigned char>(bytes[i]);
    return value;
}

class Safetensors final : public Checkpoint {
public:
    explicit Safetensors(std::shared_ptr<const ByteSource> source) : Checkpoint(std::move(source))
    {
        constexpr std::uint64_t largestHeader = 8u << 20;
        if (m_source->size() < 8)
            refuse("it is too short");
        const std::uint64_t length = littleEndian(m_source->read(0, 8));
        if (length > m_source->size() - 8)
            refuse("its header is longer than the file");
        if (length > largestHeader)
            refuse("its header is longer than that of any model");
        m_begin = 8 + length;
        try {
            const json header = parseForeignJson(m_source->read(8, length));
            for (const auto& [name, entry] : header.items())
                if (name != "__metadata__")
                    addTensor(name, entry);
        } catch (const json::exception& error) {
            refuse(std::string("its header cannot be understood (") + error.what() + ")");
        }
        checkOverlaps();
    }

private:
    struct Range {
        std::uint64_t begin = 0, end = 0;
    };

    [[noreturn]] void refuse(const std::string& why) const
    {
        throw Error(ErrorKind::Model,
                    "The safetensors file " + name() + " is damaged: " + why + ". Get it again.");
    }

    ElementType typeOf(const std::string& type) const
    {
        for (const auto& [known, element] : typeNames)
            if (type == known)
                return element;
        refuse("it holds numbers of the unknown type " + type.substr(0, 20));
    }
    std::uint64_t offset(const json& value) const
    {
        if (!value.is_number_unsigned())
            refuse("the place of a tensor is no number");
        return value.get<std::uint64_t>();
    }
    void addTensor(const std::string& name, const json& entry)
    {
        TensorInfo tensor;
        tensor.type = typeOf(entry.at("dtype").get<std::string>());
        const Range range{offset(entry.at("data_offsets").at(0)), offset(entry.at("data_offsets").at(1))};
        const std::uint64_t dataSize = m_source->size() - m_begin;
        if (range.begin > range.end || range.end > dataSize)
            refuse("the tensor " + name.substr(0, 200) + " reaches beyond its end");
        std::uint64_t bytes = elementSize(tensor.type);
        for (const json& length : entry.at("shape")) {
            const std::uint64_t n = offset(length);
            if (n > INT64_MAX || (n > 0 && bytes > dataSize / n))
                refuse("the tensor " + name.substr(0, 200) + " has an impossible shape");
            bytes *= n;
            tensor.shape.push_back(static_cast<std::int64_t>(n));
        }
        if (bytes != range.end - range.begin)
            refuse("the tensor " + name.substr(0, 200) + " has " + std::to_string(range.end - range.begin) +
                   " bytes where its shape needs " + std::to_string(bytes));
        m_tensors.emplace(name, std::move(tensor));
        m_ranges.emplace(name, range);
    }
    void checkOverlaps() const
    {
        std::vector<std::pair<std::uint64_t, std::uint64_t>> ranges;
        for (const auto& entry : m_ranges)
            ranges.emplace_back(entry.second.begin, entry.second.end);
        std::sort(ranges.begin(), ranges.end());
        for (std::size_t i = 1; i < ranges.size(); ++i)
            if (ranges[i].first < ranges[i - 1].second)
                refuse("two tensors share bytes");
    }
    void streamBytes(const std::string& tensor, const ByteSink& sink) const override
    {
        const Range& range = m_ranges.at(tensor);
        m_source->readBlocks(m_begin + range.begin, range.end - range.begin, sink);
    }

    std::uint64_t m_begin = 0;
    std::map<std::string, Range> m_ranges;
};

} // namespace

std::unique_ptr<const Checkpoint> openSafetensors(std::shared_ptr<const ByteSource> source)
{
    return std::make_unique<const Safetensors>(std::move(source));
}

std::string safetensorsHeader(const TensorInfos& tensors, const std::map<std::string, std::string>& metadata)
{
    json header = json::object();
    if (!metadata.empty())
        header["__metadata__"] = metadata;
    std::uint64_t offset = 0;
    for (const auto& entry : tensors) {
        const TensorInfo& tensor = entry.second;
        const auto type = std::find_if(std::begin(typeNames), std::end(typeNames),
                                       [&](const auto& known) { return known.second == tensor.type; });
        header[entry.first] = {{"dtype", type->first},
                               {"shape", tensor.shape},
                               {"data_offsets", {offset, offset + tensor.byteCount()}}};
        offset += tensor.byteCount();
    }
    std::string text = header.dump();
    text.resize((text.size() + 7) / 8 * 8, ' ');
    std::string bytes(8, '\0');
    for (std::size_t i = 0; i < 8; ++i)
        bytes[i] = static_cast<char>(text.size() >> (8 * i) & 0xff);
    return bytes + text;
}

std::string writeSafetensors(const StoredTensors& tensors, const std::map<std::string, std::string>& metadata)
{
    std::string bytes = safetensorsHeader(TensorInfos(tensors.begin(), tensors.end()), metadata);
    for (const auto& entry : tensors)
        bytes += entry.second.bytes;
    return bytes;
}

} // namespace hounsfield
