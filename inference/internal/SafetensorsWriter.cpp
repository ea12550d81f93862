// SPDX-License-Identifier: Apache-2.0
#include "inference/internal/SafetensorsWriter.h"

#include "volume/Error.h"

#include <cassert>

namespace hounsfield {

SafetensorsWriter::SafetensorsWriter(const std::filesystem::path& file, const TensorInfos& tensors,
                                     const std::map<std::string, std::string>& metadata)
    : m_file(file), m_out(file, std::ios::binary)
{
    for (const auto& [name, tensor] : tensors)
        m_missing += tensor.byteCount();
    write(safetensorsHeader(tensors, metadata));
}

void SafetensorsWriter::add(std::string_view bytes)
{
    assert(bytes.size() <= m_missing);
    m_missing -= bytes.size();
    write(bytes);
}

void SafetensorsWriter::write(std::string_view bytes)
{
    m_hash.add(bytes);
    if (!m_out.write(bytes.data(), static_cast<std::streamsize>(bytes.size())))
        throw Error(ErrorKind::Resources,
                    "The model could not be written to " + m_file.string() + ". Is there space on the disk?");
}

std::string SafetensorsWriter::finish()
{
    assert(m_missing == 0);
    m_out.close();
    if (!m_out)
        throw Error(ErrorKind::Resources,
                    "The model could not be written to " + m_file.string() + ". Is there space on the disk?");
    return m_hash.hex();
}

} // namespace hounsfield
