// SPDX-License-Identifier: Apache-2.0
#include "inference/internal/WindowFeatures.h"

#include "inference/internal/PromptHead.h"
#include "inference/internal/cpu/HeadBlend.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/from_blob.h>

#include <algorithm>
#include <string>

#if defined(__unix__)
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>
#endif

namespace hounsfield {
namespace {

#if defined(__unix__)
/// Where large temporary files lie on a disk (FHS 3.0, 5.15): the ordinary place is memory itself on many
/// systems, which is what is to be saved.
std::filesystem::path diskForTemporaryFiles(std::error_code& failed)
{
    const std::filesystem::path disk = "/var/tmp";
    return access(disk.c_str(), W_OK) == 0 ? disk : std::filesystem::temp_directory_path(failed);
}
#endif

} // namespace

/// A file without a name, mapped into memory: it is gone with the program, however that ends.
class CacheFile {
public:
    /// @returns null where the file cannot be made or the disk has no room
    static std::shared_ptr<CacheFile> make(const std::filesystem::path& folder, std::int64_t bytes)
    {
#if defined(__unix__)
        std::error_code failed;
        const std::filesystem::path place = folder.empty() ? diskForTemporaryFiles(failed) : folder;
        const std::filesystem::space_info space = std::filesystem::space(place, failed);
        // Half a gigabyte stays free: results must still be written.
        if (failed || std::int64_t(space.available) < bytes + (std::int64_t(1) << 29))
            return nullptr;
        std::string name = (place / "hounsfield-features-XXXXXX").string();
        const int file = mkstemp(name.data());
        if (file < 0)
            return nullptr;
        unlink(name.c_str());
        // Its blocks are reserved now: a full disk is found here and not as a crash in the middle of a scan.
        void* memory = posix_fallocate(file, 0, bytes) == 0
                           ? mmap(nullptr, std::size_t(bytes), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0)
                           : MAP_FAILED;
        close(file);
        if (memory == MAP_FAILED)
            return nullptr;
        return std::shared_ptr<CacheFile>(new CacheFile(static_cast<char*>(memory), bytes));
#else
        return nullptr;
#endif
    }
    ~CacheFile()
    {
#if defined(__unix__)
        munmap(m_data, std::size_t(m_bytes));
#endif
    }
    CacheFile(const CacheFile&) = delete;
    CacheFile& operator=(const CacheFile&) = delete;
    char* at(std::int64_t offset) const
    {
        return m_data + offset;
    }

private:
    CacheFile(char* data, std::int64_t bytes) : m_data(data), m_bytes(bytes) {}
    char* m_data;
    std::int64_t m_bytes;
};

FeatureKeeper::FeatureKeeper(std::int64_t windows, std::int64_t voxels, const FeatureBudget& budget)
{
    const std::int64_t values = PromptHead::channels * voxels;
    m_half = windows * values * 4 > budget.memoryBytes;
    m_bytes = values * (m_half ? 2 : 4);
    m_inMemory = std::clamp<std::int64_t>(budget.memoryBytes / m_bytes, 0, windows);
    m_inFile = std::clamp<std::int64_t>(budget.fileBytes / m_bytes, 0, windows - m_inMemory);
    if (m_inFile > 0 && !(m_file = CacheFile::make(budget.folder, m_inFile * m_bytes)))
        m_inFile = 0;
}

FeatureKeeper::~FeatureKeeper() = default;

WindowFeatures FeatureKeeper::keep(const WindowFeatures& computed)
{
    const std::int64_t number = m_kept++;
    if (number >= m_inMemory + m_inFile)
        return {};
    if (number >= m_inMemory) {
        const at::Tensor values = computed.reduced.cpu().to(at::kFloat).contiguous();
        char* place = m_file->at((number - m_inMemory) * m_bytes);
        halfOf(values.data_ptr<float>(), reinterpret_cast<std::uint16_t*>(place), values.numel());
        return {computed.gap,
                at::from_blob(
                    place, values.sizes(), [file = m_file](void*) {}, at::TensorOptions().dtype(at::kHalf))};
    }
    if (!m_half)
        return computed;
    if (!computed.reduced.is_cpu())
        return {computed.gap, computed.reduced.to(at::kHalf)};
    at::Tensor half = at::empty(computed.reduced.sizes(), at::kHalf);
    halfOf(computed.reduced.data_ptr<float>(), static_cast<std::uint16_t*>(half.data_ptr()),
           computed.reduced.numel());
    return {computed.gap, half};
}

std::int64_t FeatureKeeper::memoryFor(std::int64_t windows, std::int64_t voxels, const FeatureBudget& budget)
{
    const std::int64_t values = PromptHead::channels * voxels;
    return windows * values * 4 <= budget.memoryBytes ? windows * values * 4
                                                      : std::min(budget.memoryBytes, windows * values * 2);
}

} // namespace hounsfield
