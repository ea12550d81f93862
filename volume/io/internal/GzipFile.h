// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "volume/Progress.h"

#include <cstdint>
#include <filesystem>
#include <vector>

struct gzFile_s;

namespace hounsfield {

/// A file read through zlib, whether it is gzip-compressed or not.
class GzipFile {
public:
    /// @throws Error(Scan) where it cannot be opened
    explicit GzipFile(const std::filesystem::path& file);
    ~GzipFile();
    GzipFile(const GzipFile&) = delete;
    GzipFile& operator=(const GzipFile&) = delete;

    /// Up to count bytes; fewer where the file ends. @throws Error(Scan) where the compressed data are
    /// damaged
    std::int64_t read(void* into, std::int64_t count);
    /// Exactly count bytes, taken up as they arrive: a header that promises more than there is costs no
    /// memory.
    /// @throws Error(Scan) where the file ends early or cannot hold as many; Cancelled
    std::vector<unsigned char> readAll(std::int64_t count, Progress& progress);
    /// Reads on to the end, so that the checksum is compared. @return the bytes that were left over, of an
    /// uncompressed file too @throws Error(Scan) where the checksum does not fit, or where more than 64 MB
    /// are left over: such a file is made to unpack without end
    std::int64_t finish();
    void skip(std::int64_t count);

private:
    std::filesystem::path m_path;
    std::int64_t m_fileBytes = 0;
    gzFile_s* m_file = nullptr;
};

} // namespace hounsfield
