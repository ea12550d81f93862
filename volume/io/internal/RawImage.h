// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "volume/Geometry.h"

#include <cstdint>
#include <string>
#include <vector>

namespace hounsfield {

/// The number type of stored voxels.
enum class Component { UInt8, Int8, UInt16, Int16, UInt32, Int32, UInt64, Int64, Float32, Float64 };
std::int64_t bytesOf(Component component);
/// Turns numbers of `width` bytes from the other byte order into this one.
void swapBytes(std::vector<unsigned char>& bytes, std::int64_t width);

/// An image as its file holds it, before it is turned into HU or labels.
struct RawImage {
    std::string format;      ///< "NIfTI", "NRRD", "MetaImage"
    std::string description; ///< free text of the file, may be empty
    Geometry geometry;
    Component component = Component::Int16;
    std::vector<unsigned char>
        bytes;        ///< in this machine's byte order, i fastest; empty where only the header was read
    double slope = 1; ///< value = slope * stored + intercept
    double intercept = 0;
    std::vector<std::string> notes; ///< what was assumed about the geometry: whole sentences
};

/// What turning stored numbers into HU met on its way.
struct Conversion {
    std::int64_t clamped = 0;      ///< values outside int16, set to its nearest end
    std::int64_t notNumbers = 0;   ///< NaN and infinities, set to -1024
    std::int64_t beyondStored = 0; ///< of DICOM: values that need more bits than BitsStored
};

/// HU = round(slope * stored + intercept) for count voxels.
Conversion toHu(const void* stored, Component component, std::int64_t count, double slope, double intercept,
                std::int16_t* hu);
/// Label values. @throws Error(Scan) where a value is not a whole number or outside int32
std::vector<std::int32_t> toLabels(const RawImage& image, const std::string& name);
/// Sentences on values that were clamped or are no numbers.
void noteConversion(const Conversion& conversion, std::vector<std::string>& notes);

} // namespace hounsfield
