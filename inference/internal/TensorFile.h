#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace hounsfield {

enum class ElementType { Float32, Float64, Float16, BFloat16, Int64, Int32, Int16, Int8, UInt8, Bool };
std::size_t elementSize(ElementType type);
std::string elementName(ElementType type); ///< "float32"

/// A tensor as stored: contiguous, row-major, little endian.
struct StoredTensor {
    ElementType type = ElementType::Float32;
    std::vector<std::int64_t> shape; ///< empty for a scalar
    std::string bytes;
    std::int64_t count() const;
    /// All values as float (half and bfloat16 widened). @throws Error(Model) for a type that is not a number
    std::vector<float> toFloat() const;
};
using StoredTensors = std::map<std::string, StoredTensor>;

/// safetensors: 8-byte header length, JSON header, data. @throws Error(Model): truncated, overlapping, out of range, too large a header
StoredTensors readSafetensors(const std::string& bytes);
std::string writeSafetensors(const StoredTensors& tensors, const std::map<std::string, std::string>& metadata);

/// The weights of a checkpoint written by torch.save in its zip form (PyTorch 1.6 and later): the tensors under net, state_dict,
/// model or at the root; or the tensors of a TorchScript archive's modules, its program unread. The rest of the file, such as the optimizer's state, is not read and nothing is executed. @throws Error(Model)
StoredTensors readTorchZip(const std::filesystem::path& file);

/// The same of a checkpoint in PyTorch's form from before version 1.6: pickles, then the numbers. @throws Error(Model)
StoredTensors readTorchLegacy(const std::filesystem::path& file);
/// Whether a file begins as that form does. @param head its first 16 bytes or more
bool isTorchLegacy(const std::string& head);
/// A pickle of the number 0x1950a86a20f9469cfc6c.
inline const std::string legacyMagic("\x80\x02\x8a\x0al\xfc\x9c\x46\xf9 j\xa8P\x19.", 15);

/// By content, not by ending: .pth in zip or legacy form, the tensors of a TorchScript archive, safetensors. @throws Error(Model)
StoredTensors readCheckpoint(const std::filesystem::path& file);

} // namespace hounsfield
