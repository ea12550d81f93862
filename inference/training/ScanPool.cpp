// SPDX-License-Identifier: Apache-2.0
#include "inference/training/ScanPool.h"

#include <algorithm>

namespace hounsfield::training {
namespace {

/// Scans the thread may be ahead of the picks: enough to be never waited for, few enough to cost little
/// memory.
constexpr std::uint64_t mostAhead = 2;

} // namespace

ScanPool::ScanPool(ScanSource& source, std::size_t capacity, std::uint64_t picked)
    : m_source(source), m_capacity(std::max<std::size_t>(1, capacity)),
      m_picksAScan(std::max<std::size_t>(1, source.patchesAScan())), m_picked(picked)
{
    const std::uint64_t made = madeFor(m_picked);
    m_first = made - std::min(made, m_capacity);
    m_thread = std::thread([this] { keepFilling(); });
}

ScanPool::~ScanPool()
{
    {
        const std::lock_guard lock(m_mutex);
        m_stop = true;
    }
    m_changed.notify_all();
    m_thread.join();
}

std::uint64_t ScanPool::madeFor(std::uint64_t pick) const
{
    return pick < m_capacity ? pick + 1 : m_capacity + (pick - m_capacity) / m_picksAScan;
}

std::size_t ScanPool::produced() const
{
    const std::lock_guard lock(m_mutex);
    return static_cast<std::size_t>(m_first + m_scans.size());
}

std::shared_ptr<const TrainingScan> ScanPool::pick(std::mt19937_64& random)
{
    std::unique_lock lock(m_mutex);
    const std::uint64_t made = madeFor(m_picked), oldest = made - std::min(made, m_capacity);
    const std::uint64_t chosen = std::uniform_int_distribution<std::uint64_t>(oldest, made - 1)(random);
    for (; m_first < oldest && !m_scans.empty(); ++m_first)
        m_scans.pop_front();
    m_changed.notify_all();
    m_changed.wait(lock, [&] { return m_failure || chosen < m_first + m_scans.size(); });
    if (chosen >= m_first + m_scans.size())
        std::rethrow_exception(m_failure);
    ++m_picked;
    const auto scan = m_scans[static_cast<std::size_t>(chosen - m_first)];
    m_changed.notify_all();
    return scan;
}

void ScanPool::keepFilling()
{
    try {
        m_source.skip(m_first);
        std::unique_lock lock(m_mutex);
        while (!m_stop) {
            if (m_first + m_scans.size() >= madeFor(m_picked) + mostAhead) {
                m_changed.wait(lock);
                continue;
            }
            lock.unlock();
            auto scan = std::make_shared<const TrainingScan>(m_source.next());
            lock.lock();
            m_scans.push_back(std::move(scan));
            m_changed.notify_all();
        }
    } catch (...) {
        const std::lock_guard lock(m_mutex);
        m_failure = std::current_exception();
        m_changed.notify_all();
    }
}

} // namespace hounsfield::training
