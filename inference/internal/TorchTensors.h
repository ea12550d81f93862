// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "inference/internal/Checkpoint.h"
#include "inference/internal/Pickle.h"

#include <optional>

namespace hounsfield {

/// Where the storages of a PyTorch file lie: a tensor is a view of one.
class Storages {
public:
    virtual ~Storages() = default;
    /// Bytes of a storage, or nothing where there is none of that key.
    virtual std::optional<std::uint64_t> size(const std::string& key) const = 0;
    /// A part of one in blocks of whole elements. @throws Error(Model)
    virtual void stream(const std::string& key, std::uint64_t from, std::uint64_t count,
                        const ByteSink& sink) const = 0;
};

/// Element type of a storage by its class: "FloatStorage"; nothing for one that holds no numbers.
std::optional<ElementType> elementTypeOf(const std::string& storageClass);

/// The tensors of a dictionary of weights (those under net, state_dict, model or at the root) or, in the form
/// TorchScript, those of a module and of the modules in it, by their paths:
/// "transformer.resblocks.0.ln_1.weight". Nothing else is looked at.
/// @throws Error(Model) that names the file
std::unique_ptr<const Checkpoint> openTorch(const Pickle& index, PickleForm form,
                                            std::unique_ptr<const Storages> storages,
                                            std::shared_ptr<const ByteSource> source);

} // namespace hounsfield
