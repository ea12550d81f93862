// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "inference/internal/ByteSource.h"

#include <map>
#include <set>

namespace hounsfield {

/// A zip archive read record by record (PKWARE APPNOTE 6.3, with zip64; stored and deflated). Nothing is
/// unpacked to disk and names are only ever looked up, so that no name can lead anywhere.
class ZipFile {
public:
    /// @throws Error(Model) where it is truncated or damaged
    explicit ZipFile(std::shared_ptr<const ByteSource> source);

    struct Record {
        std::uint64_t size = 0, packedSize = 0, headerAt = 0;
        std::uint32_t crc = 0;
        int method = 0; ///< 0 stored, 8 deflated
    };
    const std::map<std::string, Record>& records() const { return m_records; }
    bool has(const std::string& name) const { return m_records.count(name) > 0; }
    /// The bytes of a record, checked by its CRC-32. @throws Error(Model) also where it is larger than
    /// `largest`
    std::string read(const std::string& name, std::uint64_t largest) const;
    /// A part of a record in blocks, each but the last a multiple of 8 bytes from the part's beginning or the
    /// record's. All of the record is gone through once, so that its CRC-32 is checked: @throws Error(Model)
    /// at its end where it differs
    void stream(const std::string& name, std::uint64_t from, std::uint64_t count, const ByteSink& sink) const;
    const ByteSource& source() const { return *m_source; }

private:
    [[noreturn]] void refuse(const std::string& why) const;
    void readDirectory();
    const Record& find(const std::string& name) const;
    std::uint64_t beginOf(const std::string& name, const Record& record) const;
    void inflate(const std::string& name, const Record& record, std::uint64_t begin,
                 const ByteSink& sink) const;

    std::shared_ptr<const ByteSource> m_source;
    std::map<std::string, Record> m_records;
    mutable std::set<std::string> m_checked; ///< records whose CRC-32 was right
};

} // namespace hounsfield
