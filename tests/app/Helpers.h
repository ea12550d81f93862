// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/Workbench.h"
#include "tests/support/Paths.h"

#include <QApplication>

namespace hounsfield::test {

/// The one QApplication of this executable, with settings and recovery in a folder of its own.
QApplication& application();
/// Lets events happen until a condition holds. @return whether it came to hold in time
bool waitFor(const std::function<bool()>& condition, int milliseconds = 30000);

/// A segmenter that finds a ball for every class, its radius the larger the lower the threshold; each class
/// at its own place.
class FakeSegmenter final : public Segmenter {
public:
    explicit FakeSegmenter(ModelPack pack) : m_pack(std::move(pack)) {}
    const ModelPack& pack() const override { return m_pack; }
    std::string deviceName() const override { return "cpu"; }
    Precision precision() const override { return Precision::Fp32; }
    std::vector<std::string> notes() const override { return {}; }
    Estimate estimate(const Volume&, std::size_t, double, Progress&) override { return {8, 4, 100000000}; }
    std::shared_ptr<const Prepared> prepare(std::shared_ptr<const Volume> volume,
                                            const PrepareSettings& settings, Progress& progress) override;
    std::vector<Finding> segment(const Prepared& prepared, const std::vector<Target>& targets,
                                 const SegmentSettings& settings, Progress& progress) override;
    static double radiusMm(double threshold) { return 30 - 20 * threshold; }

private:
    ModelPack m_pack;
    std::shared_ptr<const Volume> m_volume;
};
Asking::Open fake();
/// Balls as one mask. @param all centre (LPS mm) and radius (mm) of each
Mask balls(const Geometry& grid, const std::vector<std::pair<Vector3, double>>& all);
/// A small scan of water in air, as a NIfTI file.
std::filesystem::path writeScan(const std::filesystem::path& folder, const std::string& name = "scan.nii.gz",
                                double spacingMm = 3);

} // namespace hounsfield::test
