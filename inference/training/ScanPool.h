// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "inference/training/TrainingScan.h"

#include <condition_variable>
#include <deque>
#include <exception>
#include <memory>
#include <mutex>
#include <thread>

namespace hounsfield::training {

/// Some scans kept while a thread of its own makes the next ones. Which scans a pick may choose from
/// follows from its number alone: the first from one scan, every further one from one more until there are
/// `capacity`, then the oldest is replaced after every source.patchesAScan() picks. So the same seed gives
/// the same training however fast the thread is; a pick waits where it is too slow.
class ScanPool {
public:
    /// @param picked picks made before this pool was there: the source is brought to where it was then
    ScanPool(ScanSource& source, std::size_t capacity, std::uint64_t picked = 0);
    ~ScanPool();
    ScanPool(const ScanPool&) = delete;
    ScanPool& operator=(const ScanPool&) = delete;

    /// A random scan of those at hand; waits until it is made. Rethrows what the source threw.
    std::shared_ptr<const TrainingScan> pick(std::mt19937_64& random);
    std::uint64_t picked() const { return m_picked; }
    std::size_t produced() const; ///< scans made or read so far, those of the training before included

private:
    /// Scans numbered below it exist for a pick.
    std::uint64_t madeFor(std::uint64_t pick) const;
    void keepFilling();

    ScanSource& m_source;
    std::uint64_t m_capacity, m_picksAScan, m_picked;
    mutable std::mutex m_mutex;
    std::condition_variable m_changed;
    std::deque<std::shared_ptr<const TrainingScan>> m_scans; ///< numbered m_first, m_first + 1, ...
    std::uint64_t m_first = 0;
    std::exception_ptr m_failure;
    bool m_stop = false;
    std::thread m_thread;
};

} // namespace hounsfield::training
