// SPDX-License-Identifier: Apache-2.0
#include "tests/io/DicomPhantom.h"

#include "tests/support/Paths.h"
#include "volume/Mask.h"
#include "volume/Statistics.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <numbers>

namespace hounsfield::test {
namespace {

constexpr int pixels = 128;
constexpr double pixelMm = 0.5;

std::string text(const Vector3& v)
{
    return decimalString(v[0]) + "\\" + decimalString(v[1]) + "\\" + decimalString(v[2]);
}

} // namespace

double Ellipsoid::volumeMl() const
{
    return 4.0 / 3 * std::numbers::pi * radiiMm[0] * radiiMm[1] * radiiMm[2] / 1000;
}

int Ellipsoid::pixelAt(const Vector3& mm) const
{
    double sum = 0;
    for (std::size_t n = 0; n < 3; ++n)
        sum += mm[n] * mm[n] / (radiiMm[n] * radiiMm[n]);
    // About the depth below the surface; the edge is 6 mm wide, as a scanner's thick slices blur it.
    const double depthMm = (1 - std::sqrt(sum)) * (radiiMm[0] + radiiMm[1] + radiiMm[2]) / 3;
    return static_cast<int>(std::lround(554 + 530 * std::clamp(depthMm / 3, -1.0, 1.0)));
}

std::string pixelsOf(const std::vector<int>& values)
{
    std::string bytes;
    for (int value : values) {
        bytes += static_cast<char>(value & 0xFF);
        bytes += static_cast<char>(value >> 8 & 0xFF);
    }
    return bytes;
}

DicomSample phantomSample(const Ellipsoid& ellipsoid, const PhantomSlice& slice, const std::string& series,
                          int number)
{
    const double tilt = slice.tiltDegrees * std::numbers::pi / 180;
    const Vector3 right{1, 0, 0}, down{0, std::cos(tilt), std::sin(tilt)};
    const Vector3 first = Vector3{0, 0, slice.zMm} - (pixels - 1) / 2.0 * pixelMm * (right + down);
    DicomSample sample(series, number, slice.zMm);
    sample.elements.number(0x00280010, "US", pixels);
    sample.elements.number(0x00280011, "US", pixels);
    sample.elements.text(0x00280030, "DS", "0.5\\0.5");
    sample.elements.text(0x00200032, "DS", text(first));
    sample.elements.text(0x00200037, "DS", text(right) + "\\" + text(down));
    std::vector<int> values;
    for (int row = 0; row < pixels; ++row)
        for (int column = 0; column < pixels; ++column)
            values.push_back(ellipsoid.pixelAt(first + pixelMm * (column * right + row * down)));
    sample.elements.bytes(0x7FE00010, "OW", pixelsOf(values));
    return sample;
}

void writePhantom(const std::filesystem::path& folder, const std::vector<PhantomSlice>& slices,
                  const std::function<void(DicomSample&, int)>& spoil, const Ellipsoid& ellipsoid)
{
    std::filesystem::create_directories(folder);
    for (std::size_t n = 0; n < slices.size(); ++n) {
        const int number = static_cast<int>(n) + 1;
        DicomSample sample = phantomSample(ellipsoid, slices[n], "1.2.3", number);
        if (spoil)
            spoil(sample, number);
        char name[32];
        std::snprintf(name, sizeof name, "phantom-%03d", number);
        sample.write(folder / name);
    }
}

std::vector<PhantomSlice> evenly(double first, double last, double step, double tiltDegrees)
{
    std::vector<PhantomSlice> slices;
    const int count = static_cast<int>(std::lround((last - first) / step));
    for (int n = 0; n <= count; ++n)
        slices.push_back({first + n * step, tiltDegrees});
    return slices;
}

Measured measured(const Scan& scan)
{
    std::vector<std::uint8_t> inside;
    for (std::int16_t hu : scan.volume->voxels())
        inside.push_back(hu > -470);
    const Mask mask = Mask::fromGrid(scan.volume->geometry(), inside);
    return {mask.volumeMl(), measure(mask, *scan.volume).centroidMm};
}

} // namespace hounsfield::test
