// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "inference/training/TrainingScan.h"

namespace hounsfield::training {

/// A scan as if its annotators had never looked for some classes: they give no gradient, no patch is centred
/// on them, no validation sees them. Their voxels stay with the organs that they lie in.
void leaveOut(TrainingScan& scan, ClassBits classes);

/// All scans of a source so.
class LeftOut final : public ScanSource {
public:
    LeftOut(ScanSource& source, ClassBits classes) : m_source(source), m_classes(classes) {}
    TrainingScan next() override;
    void skip(std::uint64_t scans) override { m_source.skip(scans); }
    std::size_t patchesAScan() const override { return m_source.patchesAScan(); }

private:
    ScanSource& m_source;
    ClassBits m_classes;
};

} // namespace hounsfield::training
