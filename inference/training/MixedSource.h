// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "inference/training/TrainingScan.h"

namespace hounsfield::training {

/// Two sources in turns: of n scans, n * share (rounded down) come from the second. Which one a scan comes
/// from follows from its number alone, so that training that goes on meets the same scans.
class MixedSource final : public ScanSource {
public:
    /// @param share of the second source, 0 to 1; both sources must outlive this
    MixedSource(ScanSource& first, ScanSource& second, double share)
        : m_first(first), m_second(second), m_share(share)
    {
    }
    TrainingScan next() override;
    std::size_t patchesAScan() const override { return m_first.patchesAScan(); }
    void skip(std::uint64_t scans) override;

private:
    std::uint64_t fromSecond(std::uint64_t scans) const
    {
        return static_cast<std::uint64_t>(m_share * double(scans) + 1e-9);
    }

    ScanSource& m_first;
    ScanSource& m_second;
    double m_share;
    std::uint64_t m_number = 0;
};

} // namespace hounsfield::training
