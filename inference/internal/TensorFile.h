// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace hounsfield {

enum class ElementType { Float32, Float64, Float16, BFloat16, Int64, Int32, Int16, Int8, UInt8, Bool };
std::size_t elementSize(ElementType type);
std::string elementName(ElementType type); ///< "float32"
/// Numbers as float (half and bfloat16 widened). @param bytes whole elements, little endian
std::vector<float> toFloat(ElementType type, std::string_view bytes);

/// What is known of a tensor without its numbers.
struct TensorInfo {
    ElementType type = ElementType::Float32;
    std::vector<std::int64_t> shape; ///< empty for a scalar
    std::int64_t count() const;
    std::uint64_t byteCount() const { return static_cast<std::uint64_t>(count()) * elementSize(type); }
};
using TensorInfos = std::map<std::string, TensorInfo>;

/// A tensor as stored: contiguous, row-major, little endian.
struct StoredTensor : TensorInfo {
    std::string bytes;
    std::vector<float> toFloat() const { return hounsfield::toFloat(type, bytes); }
};
using StoredTensors = std::map<std::string, StoredTensor>;

/// safetensors: 8-byte header length, JSON header, data. @throws Error(Model): truncated, overlapping, out of
/// range, too large a header
StoredTensors readSafetensors(const std::string& bytes);
std::string writeSafetensors(const StoredTensors& tensors,
                             const std::map<std::string, std::string>& metadata);
/// What stands before the numbers of such a file, which follow in the order of their names.
std::string safetensorsHeader(const TensorInfos& tensors, const std::map<std::string, std::string>& metadata);

/// Whether a file begins as PyTorch's form from before version 1.6 does. @param head its first 16 bytes or
/// more
bool isTorchLegacy(const std::string& head);
/// A pickle of the number 0x1950a86a20f9469cfc6c.
inline const std::string legacyMagic("\x80\x02\x8a\x0al\xfc\x9c\x46\xf9 j\xa8P\x19.", 15);

/// All tensors of a file that Checkpoint.h opens, in memory. @throws Error(Model)
StoredTensors readCheckpoint(const std::filesystem::path& file);

} // namespace hounsfield
