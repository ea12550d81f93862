// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "inference/internal/ByteSource.h"
#include "inference/internal/TensorFile.h"

namespace hounsfield {

/// A file of tensors: their names, types and shapes are known once it is open, their numbers are read tensor
/// by tensor. What is not asked for, such as the state of an optimizer, is not read, and nothing in the file
/// is executed.
class Checkpoint {
public:
    virtual ~Checkpoint() = default;
    const TensorInfos& tensors() const { return m_tensors; }
    const std::string& name() const { return m_source->name(); }

    /// The numbers of a tensor, row-major, in blocks of whole elements that are small beside the file.
    /// @throws Error(Model) also after some blocks: a checksum is known to differ only at the end
    void stream(const std::string& tensor, const ByteSink& sink) const;
    StoredTensor read(const std::string& tensor) const;
    StoredTensors readAll() const;

protected:
    explicit Checkpoint(std::shared_ptr<const ByteSource> source) : m_source(std::move(source)) {}
    virtual void streamBytes(const std::string& tensor, const ByteSink& sink) const = 0;
    const std::shared_ptr<const ByteSource> m_source;
    TensorInfos m_tensors;
};

/// By content, not by ending: .pth in zip or legacy form, the tensors of a TorchScript archive, safetensors.
/// @throws Error(Model)
std::unique_ptr<const Checkpoint> openCheckpoint(std::shared_ptr<const ByteSource> source);
std::unique_ptr<const Checkpoint> openCheckpoint(const std::filesystem::path& file);

/// safetensors alone. @throws Error(Model)
std::unique_ptr<const Checkpoint> openSafetensors(std::shared_ptr<const ByteSource> source);
/// A checkpoint written by torch.save in its zip form (PyTorch 1.6 and later): the tensors under net,
/// state_dict, model or at the root; or the tensors of a TorchScript archive's modules, its program unread.
/// @throws Error(Model)
std::unique_ptr<const Checkpoint> openTorchZip(std::shared_ptr<const ByteSource> source);
/// The same of PyTorch's form from before version 1.6: pickles, then the numbers. @throws Error(Model)
std::unique_ptr<const Checkpoint> openTorchLegacy(std::shared_ptr<const ByteSource> source);

} // namespace hounsfield
