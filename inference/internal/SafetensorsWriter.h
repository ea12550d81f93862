// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "inference/internal/Sha256.h"
#include "inference/internal/TensorFile.h"

#include <fstream>

namespace hounsfield {

/// A safetensors file written as its numbers come: never more of it in memory than the block in hand.
class SafetensorsWriter {
public:
    /// Writes what stands before the numbers. @throws Error(Resources)
    SafetensorsWriter(const std::filesystem::path& file, const TensorInfos& tensors,
                      const std::map<std::string, std::string>& metadata);
    /// The next bytes: the tensors in the order of their names, without gaps. @throws Error(Resources) where
    /// the disk is full
    void add(std::string_view bytes);
    /// SHA-256 of the whole file, which is closed. @throws Error(Resources)
    std::string finish();

private:
    void write(std::string_view bytes);

    std::filesystem::path m_file;
    std::ofstream m_out;
    Sha256 m_hash;
    std::uint64_t m_missing = 0; ///< bytes that are announced and not yet written
};

} // namespace hounsfield
