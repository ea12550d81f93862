#pragma once

#include "inference/training/TrainingScan.h"

namespace hounsfield::training {

/// Made-up patients, one seed after the other, all classes annotated. Half of them are seen through a limited field of view and at
/// a coarser slice spacing, as real scans are.
class SyntheticSource final : public ScanSource {
public:
    SyntheticSource(const InputSettings& settings, std::uint64_t firstSeed) : m_settings(settings), m_seed(firstSeed) {}
    TrainingScan next() override;
    void skip(std::uint64_t scans) override { m_seed += scans; }

private:
    InputSettings m_settings;
    std::uint64_t m_seed;
};

} // namespace hounsfield::training
