// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "inference/ModelPack.h"
#include "volume/Shutdown.h"

namespace hounsfield {

/// A pack in the making: a hidden folder beside its place, which no list shows. What is not finished leaves
/// nothing behind.
class PackBuilder {
public:
    /// @param folder where the pack will be @throws Error(Resources)
    explicit PackBuilder(const std::filesystem::path& folder);
    ~PackBuilder();
    PackBuilder(const PackBuilder&) = delete;
    PackBuilder& operator=(const PackBuilder&) = delete;

    /// Writes a file. @throws Error(Resources)
    void add(const std::string& name, std::string_view bytes);
    /// Takes over a file of another pack on the same disk, without a copy where the file system allows it.
    void take(const std::string& name, const std::filesystem::path& from, const std::string& sha256);
    /// Where a file may be written by someone else, who then says its hash.
    std::filesystem::path place(const std::string& name) const { return m_partial / name; }
    void setHash(const std::string& name, const std::string& sha256) { m_hashes[name] = sha256; }

    /// Writes pack.json, reads all of it back and puts it in its place; an older pack there is replaced only
    /// then.
    /// @throws Error(Resources), Error(Model) where it reads back otherwise
    void finish(const ModelPack& description, Progress& progress);

private:
    void write(const std::string& name, std::string_view bytes) const;

    std::filesystem::path m_folder, m_partial;
    TemporaryPath m_listed;
    std::map<std::string, std::string> m_hashes;
};

/// Where a pack's folder is put before it is removed: never listed.
std::filesystem::path removedPlace(const std::filesystem::path& folder);

} // namespace hounsfield
