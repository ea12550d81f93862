// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <filesystem>
#include <memory>

namespace hounsfield {

/// What the backbone made of one window; absent parts are computed again when needed.
struct WindowFeatures {
    at::Tensor gap;     ///< 1 x 256 float32, on the processor
    at::Tensor reduced; ///< 1 x 8 x voxels, float32 or half
};

/// How much may be kept of a scan for later prompts.
struct FeatureBudget {
    std::int64_t memoryBytes = 0;
    std::int64_t fileBytes = 0;   ///< beyond the memory, in a file that is gone when the program is
    std::filesystem::path folder; ///< of that file; empty: the system's place for large temporary files
};

class CacheFile;

/// Keeps the features of a scan's windows within a budget: in float32 where all of them fit so, else in half
/// precision, what does not fit then in a cache file, and what does not fit there not at all.
class FeatureKeeper {
public:
    FeatureKeeper(std::int64_t windows, std::int64_t voxels, const FeatureBudget& budget);
    ~FeatureKeeper();
    /// @returns the same, as it is kept; empty where it cannot be
    WindowFeatures keep(const WindowFeatures& computed);
    std::int64_t windowsKept() const { return m_inMemory + m_inFile; } ///< that will fit
    bool halves() const { return m_half; }
    /// Bytes of memory a scan of so many windows takes.
    static std::int64_t memoryFor(std::int64_t windows, std::int64_t voxels, const FeatureBudget& budget);

private:
    bool m_half;
    std::int64_t m_inMemory, m_inFile, m_bytes, m_kept = 0;
    std::shared_ptr<CacheFile> m_file;
};

} // namespace hounsfield
