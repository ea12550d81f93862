#pragma once

#include "inference/training/TrainingScan.h"

#include <atomic>
#include <exception>
#include <memory>
#include <mutex>
#include <thread>

namespace hounsfield::training {

/// Some scans at hand while a thread of its own keeps replacing the oldest: the trainer never waits for a new one after the first.
class ScanPool {
public:
    ScanPool(ScanSource& source, std::size_t capacity);
    ~ScanPool();
    ScanPool(const ScanPool&) = delete;
    ScanPool& operator=(const ScanPool&) = delete;

    /// A random scan of those at hand; waits for the first. Rethrows what the source threw.
    std::shared_ptr<const TrainingScan> pick(std::mt19937_64& random);
    std::size_t produced() const { return m_produced; }

private:
    void keepFilling();

    ScanSource& m_source;
    std::size_t m_capacity;
    std::mutex m_mutex;
    std::vector<std::shared_ptr<const TrainingScan>> m_scans;
    std::exception_ptr m_failure;
    std::atomic<std::size_t> m_produced{0};
    std::atomic<std::size_t> m_picked{0};
    std::atomic<bool> m_stop{false};
    std::thread m_thread;
};

} // namespace hounsfield::training
