// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "volume/Mask.h"
#include "volume/Progress.h"
#include "volume/Volume.h"

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

namespace hounsfield::synthetic {

struct BodyPlan;
enum class Tissue : unsigned char;
enum class Burden;

/// The 32 classes, index = class id - 1.
inline constexpr int classCount = 32;

/// What is varied beside the anatomy.
struct Appearance {
    double noiseHu = 12;  ///< standard deviation of the noise that is left after the blur
    double blurMm = 0.8;  ///< Gaussian sigma of the scanner's kernel
    double sliceMm = 0;   ///< thickness of a slice beyond the kernel's: averaged over it along k
    double contrast = 1;  ///< 0 native, 1 portal venous phase; 2 arterial
    double textureHu = 4; ///< slow changes of density within an organ
    double motionMm =
        0; ///< how far breath moves the front of the body while a slice is taken: it is seen twice
    double streakHu = 0; ///< of dark and bright rays, as metal and the arms throw them
    double randomHu = 0; ///< tissues moved at random beyond what people's vary: to make a network robust
    bool lesions = true; ///< tumors and cysts at all
};

/// A synthetic scan with its exact masks.
struct SyntheticScan {
    std::shared_ptr<const Volume> volume;
    std::vector<Mask> masks; ///< 32, class id = index + 1; a tumor's voxels are inside its organ's mask too
};

/// One synthetic patient: anatomy from a seed, the same on every grid it is sampled on. Coordinates are LPS
/// millimetres; the origin is the middle of the body between the kidneys.
class SyntheticPatient {
public:
    /// Of the usual burden of lesions.
    explicit SyntheticPatient(std::uint64_t seed);
    SyntheticPatient(std::uint64_t seed, Burden burden);
    ~SyntheticPatient();
    SyntheticPatient(SyntheticPatient&&) noexcept;

    /// A plain axial grid (LPS) of this spacing that holds the whole body from the lungs to the thighs.
    Geometry wholeBodyGrid(double spacingMm) const;
    /// The scan on any grid, oblique ones included: HU in [-1024, 3071] and the exact masks at the voxel
    /// centres.
    SyntheticScan sample(const Geometry& grid, const Appearance& appearance, Progress& progress) const;
    /// The voxels whose centre lies in one of these tissues: of structures that are none of the 32 classes.
    Mask maskOf(const std::vector<Tissue>& tissues, const Geometry& grid, Progress& progress) const;
    /// An Appearance drawn from the patient's seed, as strong as real scans vary.
    Appearance randomAppearance() const;
    const BodyPlan& plan() const;

private:
    struct Anatomy;
    std::unique_ptr<const Anatomy> m_anatomy;
};

} // namespace hounsfield::synthetic
