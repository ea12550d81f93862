// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "volume/io/internal/DicomSeries.h"

namespace hounsfield {

/// What the values of a slice are, as RescaleType and ImageType say.
enum class Units {
    Hounsfield,
    Unspecified, ///< RescaleType US
    Other        ///< a material map, an effective atomic number, an electron density, perfusion ...
};
Units unitsOf(const DicomSlice& slice);
/// What says so: "RescaleType MGML", "ImageType DERIVED\SECONDARY\AXIAL\IODINE_MAP".
std::string unitsInWords(const DicomSlice& slice);

/// How a series stands in the choice of the one that is read where none is named. Plain Hounsfield units go
/// before projections (MIP, MinIP, averages) and these before maps; among equals the one with more images
/// goes first, where an original counts as much as a derived one with eight times its images: a reformatted
/// copy comes second, and a whole derived volume still goes before a few original slices.
/// @return the higher, the better
std::pair<int, std::int64_t> rankOf(const DicomSeries& series);

} // namespace hounsfield
