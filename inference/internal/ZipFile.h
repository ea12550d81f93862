#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>

namespace hounsfield {

/// A zip archive read record by record (PKWARE APPNOTE 6.3, with zip64; stored and deflated). Nothing is unpacked to disk and
/// names are only ever looked up, so that no name can lead anywhere.
class ZipFile {
public:
    /// @throws Error(Model) where it is truncated or damaged
    explicit ZipFile(const std::filesystem::path& file);

    struct Record {
        std::uint64_t size = 0, packedSize = 0, headerAt = 0;
        std::uint32_t crc = 0;
        int method = 0; ///< 0 stored, 8 deflated
    };
    const std::map<std::string, Record>& records() const { return m_records; }
    bool has(const std::string& name) const { return m_records.count(name) > 0; }
    /// The bytes of a record, checked by its CRC-32. @throws Error(Model) also where it is larger than `largest`
    std::string read(const std::string& name, std::uint64_t largest) const;
    std::uint64_t fileSize() const { return m_size; }

private:
    [[noreturn]] void refuse(const std::string& why) const;
    std::string bytesAt(std::uint64_t at, std::uint64_t count) const;
    void readDirectory();

    std::filesystem::path m_file;
    mutable std::ifstream m_in;
    std::uint64_t m_size = 0;
    std::map<std::string, Record> m_records;
};

} // namespace hounsfield
