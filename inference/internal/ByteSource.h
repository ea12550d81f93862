// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace hounsfield {

/// Takes bytes as they come, in order.
using ByteSink = std::function<void(std::string_view bytes)>;

/// Bytes of which any part can be read without the rest: a file, or memory. A part is copied, never mapped,
/// so that a file that shrinks while it is read ends in an error and not in a crash.
class ByteSource {
public:
    static constexpr std::size_t blockBytes = 1u << 20; ///< what is held of a file at a time

    virtual ~ByteSource() = default;
    std::uint64_t size() const { return m_size; }
    const std::string& name() const { return m_name; } ///< for errors: the file's path

    /// @throws Error(Model) where it ends before
    void readInto(std::uint64_t at, char* to, std::size_t count) const;
    std::string read(std::uint64_t at, std::uint64_t count) const;
    /// A part in blocks of at most blockBytes, each but the last a multiple of 8 bytes.
    void readBlocks(std::uint64_t at, std::uint64_t count, const ByteSink& sink) const;

protected:
    ByteSource(std::string name, std::uint64_t size) : m_name(std::move(name)), m_size(size) {}
    virtual bool copy(std::uint64_t at, char* to, std::size_t count) const = 0;

private:
    std::string m_name;
    std::uint64_t m_size;
};

/// @throws Error(Model) where the file cannot be read
std::shared_ptr<const ByteSource> openBytes(const std::filesystem::path& file);
/// Bytes that outlive the source.
std::shared_ptr<const ByteSource> viewBytes(std::string_view bytes, const std::string& name);
/// Bytes that the source keeps.
std::shared_ptr<const ByteSource> keepBytes(std::string bytes, const std::string& name);

} // namespace hounsfield
