// SPDX-License-Identifier: Apache-2.0
#include "volume/io/internal/RawImage.h"

#include "volume/Error.h"
#include "volume/NumberText.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

namespace hounsfield {
namespace {

/// Calls use(pointer of the stored type).
template <typename Use> void withType(const void* stored, Component component, Use&& use)
{
    switch (component) {
    case Component::UInt8:
        return use(static_cast<const std::uint8_t*>(stored));
    case Component::Int8:
        return use(static_cast<const std::int8_t*>(stored));
    case Component::UInt16:
        return use(static_cast<const std::uint16_t*>(stored));
    case Component::Int16:
        return use(static_cast<const std::int16_t*>(stored));
    case Component::UInt32:
        return use(static_cast<const std::uint32_t*>(stored));
    case Component::Int32:
        return use(static_cast<const std::int32_t*>(stored));
    case Component::UInt64:
        return use(static_cast<const std::uint64_t*>(stored));
    case Component::Int64:
        return use(static_cast<const std::int64_t*>(stored));
    case Component::Float32:
        return use(static_cast<const float*>(stored));
    case Component::Float64:
        return use(static_cast<const double*>(stored));
    }
}

std::int16_t huOf(double value, Conversion& met)
{
    if (!std::isfinite(value)) {
        ++met.notNumbers;
        return -1024;
    }
    const double rounded = std::round(value);
    if (rounded < -32768 || rounded > 32767) {
        ++met.clamped;
        return rounded < 0 ? std::int16_t{-32768} : std::int16_t{32767};
    }
    return static_cast<std::int16_t>(rounded);
}

} // namespace

std::int64_t bytesOf(Component component)
{
    switch (component) {
    case Component::UInt8:
    case Component::Int8:
        return 1;
    case Component::UInt16:
    case Component::Int16:
        return 2;
    case Component::UInt32:
    case Component::Int32:
    case Component::Float32:
        return 4;
    default:
        return 8;
    }
}

void swapBytes(std::vector<unsigned char>& bytes, std::int64_t width)
{
    for (auto one = bytes.begin(); width > 1 && bytes.end() - one >= width; one += width)
        std::reverse(one, one + width);
}

Conversion toHu(const void* stored, Component component, std::int64_t count, double slope, double intercept,
                std::int16_t* hu)
{
    Conversion met;
    if (component == Component::Int16 && slope == 1 && intercept == 0) {
        std::memcpy(hu, stored, static_cast<std::size_t>(count) * 2);
        return met;
    }
    withType(stored, component, [&](const auto* values) {
        for (std::int64_t n = 0; n < count; ++n)
            hu[n] = huOf(slope * static_cast<double>(values[n]) + intercept, met);
    });
    return met;
}

std::vector<std::int32_t> toLabels(const RawImage& image, const std::string& name)
{
    std::vector<std::int32_t> labels(static_cast<std::size_t>(image.geometry.voxelCount()));
    withType(image.bytes.data(), image.component, [&](const auto* values) {
        for (std::size_t n = 0; n < labels.size(); ++n) {
            const double value = image.slope * static_cast<double>(values[n]) + image.intercept;
            // A slope such as 1/255 leaves whole labels a rounding error away from whole.
            const double whole = std::round(value);
            if (!(std::abs(value - whole) < 1e-4) ||
                std::abs(whole) > std::numeric_limits<std::int32_t>::max())
                throw Error(
                    ErrorKind::Scan,
                    name + " is not a label map: it holds the value " + significantText(value, 6) +
                        ", and labels are whole numbers. Give the mask or the label map, not the scan.");
            labels[n] = static_cast<std::int32_t>(whole);
        }
    });
    return labels;
}

void noteConversion(const Conversion& met, std::vector<std::string>& notes)
{
    if (met.clamped > 0)
        notes.push_back(
            std::to_string(met.clamped) +
            " voxels have values beyond -32768 to 32767 HU and were set to the nearest of these.");
    if (met.beyondStored > 0)
        notes.push_back(
            std::to_string(met.beyondStored) +
            " voxels need more bits than the files say they store (BitsStored). They were read with all "
            "their "
            "bits, as metal beyond the scanner's range is written; if it is something else, these voxels are "
            "wrong.");
    if (met.notNumbers > 0)
        notes.push_back(std::to_string(met.notNumbers) +
                        " voxels hold no number (NaN or infinite) and were set to -1024 HU.");
}

} // namespace hounsfield
