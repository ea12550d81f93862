#include "inference/training/ScanPool.h"

#include <chrono>

namespace hounsfield::training {
namespace {

using namespace std::chrono_literals;

} // namespace

ScanPool::ScanPool(ScanSource& source, std::size_t capacity)
    : m_source(source), m_capacity(capacity), m_thread([this] { keepFilling(); })
{
}

ScanPool::~ScanPool()
{
    m_stop = true;
    m_thread.join();
}

std::shared_ptr<const TrainingScan> ScanPool::pick(std::mt19937_64& random)
{
    for (;; std::this_thread::sleep_for(5ms)) {
        const std::lock_guard lock(m_mutex);
        if (m_failure)
            std::rethrow_exception(m_failure);
        if (m_scans.empty())
            continue;
        ++m_picked;
        return m_scans[std::uniform_int_distribution<std::size_t>(0, m_scans.size() - 1)(random)];
    }
}

void ScanPool::keepFilling()
{
    try {
        while (!m_stop) {
            if (m_produced >= m_capacity && m_produced - m_capacity > m_picked / m_source.patchesAScan()) {
                std::this_thread::sleep_for(20ms);
                continue;
            }
            auto scan = std::make_shared<const TrainingScan>(m_source.next());
            const std::lock_guard lock(m_mutex);
            if (m_scans.size() < m_capacity)
                m_scans.push_back(std::move(scan));
            else
                m_scans[m_produced % m_capacity] = std::move(scan);
            ++m_produced;
        }
    } catch (...) {
        const std::lock_guard lock(m_mutex);
        m_failure = std::current_exception();
    }
}

} // namespace hounsfield::training
