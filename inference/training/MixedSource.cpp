// SPDX-License-Identifier: Apache-2.0
#include "inference/training/MixedSource.h"

namespace hounsfield::training {

TrainingScan MixedSource::next()
{
    const bool second = fromSecond(m_number + 1) > fromSecond(m_number);
    ++m_number;
    return second ? m_second.next() : m_first.next();
}

void MixedSource::skip(std::uint64_t scans)
{
    const std::uint64_t second = fromSecond(m_number + scans) - fromSecond(m_number);
    m_first.skip(scans - second);
    m_second.skip(second);
    m_number += scans;
}

} // namespace hounsfield::training
