// SPDX-License-Identifier: Apache-2.0
#include "inference/internal/TensorImport.h"

#include "inference/internal/SafetensorsWriter.h"
#include "volume/Error.h"

#include <algorithm>
#include <cmath>

namespace hounsfield {
namespace {

/// Gives blocks on in the type they are to have, each number looked at.
class Conversion {
public:
    Conversion(const std::string& name, SafetensorsWriter& writer) : m_name(name), m_writer(writer) {}

    void add(ElementType from, ElementType to, std::string_view block)
    {
        const std::vector<float> values = toFloat(from, block);
        if (!std::all_of(values.begin(), values.end(), [](float v) { return std::isfinite(v); }))
            throw Error(ErrorKind::Model, "The checkpoint's tensor " + m_name +
                                              " holds values that are no numbers. Get the file again.");
        m_writer.add(to == from ? block
                                : std::string_view(reinterpret_cast<const char*>(values.data()),
                                                   values.size() * sizeof(float)));
    }

private:
    const std::string& m_name;
    SafetensorsWriter& m_writer;
};

std::string transposed(const StoredTensor& matrix)
{
    const auto rows = static_cast<std::size_t>(matrix.shape.at(0)),
               columns = static_cast<std::size_t>(matrix.shape.at(1)), width = elementSize(matrix.type);
    std::string bytes(matrix.bytes.size(), '\0');
    for (std::size_t r = 0; r < rows; ++r)
        for (std::size_t c = 0; c < columns; ++c)
            bytes.replace((c * rows + r) * width, width, matrix.bytes, (r * columns + c) * width, width);
    return bytes;
}

} // namespace

std::string shapeText(const std::vector<std::int64_t>& shape)
{
    std::string text;
    for (std::int64_t n : shape)
        text += (text.empty() ? "" : " x ") + std::to_string(n);
    return text.empty() ? "a single number" : text;
}

std::string writeTensors(const Checkpoint& checkpoint, const TensorMappings& mappings,
                         const std::filesystem::path& file, const std::string& stage, Progress& progress)
{
    TensorInfos made;
    double all = 1, done = 0;
    for (const auto& [name, mapping] : mappings) {
        made.emplace(name, mapping.made);
        all += static_cast<double>(mapping.made.byteCount());
    }
    SafetensorsWriter writer(file, made, {{"producer", "hounsfield"}});
    for (const auto& entry : mappings) {
        const TensorMapping& mapping = entry.second;
        progress.step({stage, done / all, {}});
        Conversion conversion(entry.first, writer);
        for (const std::string& part : mapping.parts) {
            const TensorInfo& from = checkpoint.tensors().at(part);
            if (mapping.transposed)
                conversion.add(from.type, mapping.made.type, transposed(checkpoint.read(part)));
            else
                checkpoint.stream(part, [&](std::string_view block) {
                    conversion.add(from.type, mapping.made.type, block);
                });
        }
        done += static_cast<double>(mapping.made.byteCount());
    }
    progress.step({stage, 1, {}});
    return writer.finish();
}

} // namespace hounsfield
