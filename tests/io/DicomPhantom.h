// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/io/Samples.h"

namespace hounsfield::test {

/// An ellipsoid of 60 HU with a soft edge in air around the origin; its volume is known by formula.
struct Ellipsoid {
    Vector3 radiiMm{24, 19, 22};
    double volumeMl() const;
    int pixelAt(const Vector3& mm) const; ///< HU + 1024: 1084 deep inside, 24 far outside, 554 on the surface
};

/// How slices of 128 x 128 pixels of 0.5 mm around the z axis are laid through it.
struct PhantomSlice {
    double zMm = 0;
    double tiltDegrees = 0; ///< of the gantry, about the patient's x axis
};

/// A CT slice through the ellipsoid, number counting from 1; pixels are HU + 1024.
DicomSample phantomSample(const Ellipsoid& ellipsoid, const PhantomSlice& slice, const std::string& series,
                          int number);
/// The slices at these heights, in files "phantom-001" and so on.
void writePhantom(const std::filesystem::path& folder, const std::vector<PhantomSlice>& slices,
                  const std::function<void(DicomSample&, int)>& spoil = {}, const Ellipsoid& ellipsoid = {});
/// Heights from first to last by steps.
std::vector<PhantomSlice> evenly(double first, double last, double step, double tiltDegrees = 0);

/// What is above -470 HU (half way between air and the ellipsoid), measured as the program measures: mL, and
/// the centre in LPS mm.
struct Measured {
    double volumeMl = 0;
    Vector3 centreMm{};
};
Measured measured(const Scan& scan);

/// Pixels as little-endian bytes.
std::string pixelsOf(const std::vector<int>& values);

} // namespace hounsfield::test
