// SPDX-License-Identifier: Apache-2.0
#include "inference/internal/cpu/Blocked.h"

#include <algorithm>
#include <cstring>
#include <new>

#if defined(__linux__)
#include <sys/mman.h>
#endif

namespace hounsfield {

#if defined(__linux__)
MapMemory::MapMemory(std::int64_t bytes) : m_bytes(bytes)
{
    void* memory = mmap(nullptr, static_cast<std::size_t>(bytes), PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED)
        throw std::bad_alloc();
    madvise(memory, static_cast<std::size_t>(bytes), MADV_HUGEPAGE);
    m_data = static_cast<char*>(memory);
}

MapMemory::~MapMemory()
{
    munmap(m_data, static_cast<std::size_t>(m_bytes));
}
#else
MapMemory::MapMemory(std::int64_t bytes)
    : m_data(static_cast<char*>(::operator new(static_cast<std::size_t>(bytes), std::align_val_t(64)))),
      m_bytes(bytes)
{
    std::memset(m_data, 0, static_cast<std::size_t>(bytes));
}

MapMemory::~MapMemory()
{
    ::operator delete(m_data, std::align_val_t(64));
}
#endif

MapPool::Taken MapPool::take(int channels, const Index3& size, MapType type)
{
    FeatureMap map{nullptr, channels, size, type};
    const std::int64_t bytes = map.bytes();
    // The smallest that is large enough, but not one many times too large.
    auto best = m_free.end();
    for (auto it = m_free.begin(); it != m_free.end(); ++it)
        if ((*it)->bytes() >= bytes && (*it)->bytes() <= 2 * bytes &&
            (best == m_free.end() || (*it)->bytes() < (*best)->bytes()))
            best = it;
    std::unique_ptr<MapMemory> memory;
    if (best != m_free.end()) {
        memory = std::move(*best);
        m_free.erase(best);
    } else {
        memory = std::make_unique<MapMemory>(bytes);
    }
    map.data = memory->data();
    std::shared_ptr<MapMemory> shared(memory.release(), [pool = weak_from_this()](MapMemory* back) {
        std::unique_ptr<MapMemory> owned(back);
        if (const auto alive = pool.lock())
            alive->m_free.push_back(std::move(owned));
    });
    return {map, std::move(shared)};
}

} // namespace hounsfield
