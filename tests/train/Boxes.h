// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "inference/training/Trainer.h"

#include <atomic>

namespace hounsfield::test {

/// Scans of 16³ voxels, each with a bright box at a place of its own: class 1; a dark one: class 2. Only
/// class 1 is annotated, unless said.
class BoxSource final : public training::ScanSource {
public:
    explicit BoxSource(training::ClassBits annotated = 1, std::uint64_t first = 0)
        : m_annotated(annotated), m_number(first)
    {
    }
    training::TrainingScan next() override;
    std::size_t patchesAScan() const override { return 2; }
    std::uint64_t made() const { return m_number; }

private:
    training::ClassBits m_annotated;
    std::uint64_t m_number;
};

/// A tiny network, one patch a step, on the processor.
training::TrainerSettings tinySettings(std::int64_t steps);

} // namespace hounsfield::test
