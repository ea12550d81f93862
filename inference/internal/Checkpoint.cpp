// SPDX-License-Identifier: Apache-2.0
#include "inference/internal/Checkpoint.h"

#include "volume/Error.h"

#include <algorithm>

namespace hounsfield {

void Checkpoint::stream(const std::string& tensor, const ByteSink& sink) const
{
    if (!m_tensors.count(tensor))
        throw Error(ErrorKind::Model, "The file " + name() + " lacks the tensor " + tensor + ".");
    streamBytes(tensor, sink);
}

StoredTensor Checkpoint::read(const std::string& tensor) const
{
    StoredTensor stored;
    stream(tensor, [&](std::string_view block) { stored.bytes += block; });
    static_cast<TensorInfo&>(stored) = m_tensors.at(tensor);
    return stored;
}

StoredTensors Checkpoint::readAll() const
{
    StoredTensors all;
    for (const auto& entry : m_tensors)
        all.emplace(entry.first, read(entry.first));
    return all;
}

std::unique_ptr<const Checkpoint> openCheckpoint(std::shared_ptr<const ByteSource> source)
{
    const std::string head = source->read(0, std::min<std::uint64_t>(source->size(), 16));
    if (head.size() < 9)
        throw Error(ErrorKind::Model,
                    "The file " + source->name() + " is empty. Name a checkpoint (.pth or .safetensors).");
    if (head.compare(0, 4, "PK\3\4") == 0)
        return openTorchZip(std::move(source));
    // The length of a safetensors header may begin with any byte, that of a pickle too: what follows it is
    // looked at first.
    if (head[8] == '{')
        return openSafetensors(std::move(source));
    if (isTorchLegacy(head))
        return openTorchLegacy(std::move(source));
    throw Error(ErrorKind::Model, "The file " + source->name() +
                                      " is no checkpoint: neither one of PyTorch's forms nor safetensors.");
}

std::unique_ptr<const Checkpoint> openCheckpoint(const std::filesystem::path& file)
{
    return openCheckpoint(openBytes(file));
}

StoredTensors readCheckpoint(const std::filesystem::path& file)
{
    return openCheckpoint(file)->readAll();
}

StoredTensors readSafetensors(const std::string& bytes)
{
    return openSafetensors(viewBytes(bytes, "of tensors"))->readAll();
}

} // namespace hounsfield
