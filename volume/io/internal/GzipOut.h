// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "volume/Progress.h"

#include <cstdint>
#include <filesystem>

struct gzFile_s;

namespace hounsfield {

/// A file written through zlib.
class GzipOut {
public:
    enum class Mode { Plain, Compressed, AppendCompressed };
    /// @throws Error(Resources) where it cannot be opened
    GzipOut(const std::filesystem::path& file, Mode mode);
    ~GzipOut();
    GzipOut(const GzipOut&) = delete;
    GzipOut& operator=(const GzipOut&) = delete;

    /// @param stop looked at before every 4 MiB; may be null. @throws Error(Resources) where the disk does
    /// not take it, Cancelled
    void write(const void* from, std::int64_t count, const Progress* stop = nullptr);
    /// Only after this the file is whole. @throws Error(Resources)
    void close();

private:
    std::filesystem::path m_path;
    gzFile_s* m_file = nullptr;
};

} // namespace hounsfield
