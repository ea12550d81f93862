#pragma once

#include "inference/internal/Pickle.h"
#include "inference/internal/TensorFile.h"

#include <optional>

namespace hounsfield {

/// The bytes of a storage of a PyTorch file, or nothing where there is none of that length.
using StorageBytes = std::function<std::optional<std::string>(const PickleValue& storage, std::uint64_t bytes)>;

/// Element type of a storage by its class: "FloatStorage"; nothing for one that holds no numbers.
std::optional<ElementType> elementTypeOf(const std::string& storageClass);

/// The tensors of a dictionary of weights: those under net, state_dict, model or at the root. Nothing else is read.
/// @param mostBytes they may take together @throws Error(Model) that names the file
StoredTensors tensorsOf(const PickleValue& root, const StorageBytes& bytes, std::uint64_t mostBytes, const std::filesystem::path& file);

/// The tensors of a TorchScript module and of the modules in it, by their paths: "transformer.resblocks.0.ln_1.weight".
StoredTensors moduleTensorsOf(const PickleValue& root, const StorageBytes& bytes, std::uint64_t mostBytes, const std::filesystem::path& file);

} // namespace hounsfield
