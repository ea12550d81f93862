// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/train/DataSet.h"

namespace hounsfield::training {

/// Goes through cases again and again, every time in another seeded order: scan number n is the same whenever
/// it is asked.
class FolderSource final : public ScanSource {
public:
    /// @param data must outlive this; validation cases are never given
    /// @param augment every window is another view of its scan (AugmentedScan.h); else windows are cut out as
    /// they are
    FolderSource(const DataSets& data, const InputSettings& settings, std::uint64_t seed,
                 bool augment = false);
    TrainingScan next() override;
    std::size_t patchesAScan() const override { return m_augment ? 12 : 6; }
    void skip(std::uint64_t scans) override { m_number += scans; }

private:
    const DataSets& m_data;
    std::vector<DataCase> m_cases;
    InputSettings m_settings;
    std::uint64_t m_seed, m_number = 0;
    bool m_augment;
};

/// The cases for validation on the model's grid, in their order.
std::vector<TrainingScan> validationScans(const DataSets& data, const InputSettings& settings);

} // namespace hounsfield::training
