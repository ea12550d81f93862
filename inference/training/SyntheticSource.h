// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "inference/training/TrainingScan.h"

namespace hounsfield::training {

/// Synthetic patients, one seed after the other, all classes annotated. Each is turned to voxels once; every
/// window is then seen by another scanner: contrast, noise, slice thickness, field of view, a small turn and
/// another size of the body, tissues moved at random.
class SyntheticSource final : public ScanSource {
public:
    SyntheticSource(const InputSettings& settings, std::uint64_t firstSeed)
        : m_settings(settings), m_seed(firstSeed)
    {
    }
    TrainingScan next() override;
    std::size_t patchesAScan() const override { return 16; }
    void skip(std::uint64_t scans) override { m_seed += scans; }

private:
    InputSettings m_settings;
    std::uint64_t m_seed;
};

} // namespace hounsfield::training
