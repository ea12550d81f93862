// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "volume/io/internal/DicomSeries.h"

namespace hounsfield {

/// Why a series is no CT volume, as a whole sentence; caught by examine, never leaves this folder.
struct NotReadable {
    std::string reason;
};

/// What every such sentence ends with where files are damaged or missing.
extern const char* const fetchAgain;

/// The axes of a slice in the patient, unit vectors.
struct InPlane {
    Vector3 alongRow, alongColumn, normal;
};
/// @param notes say where the axes were made perpendicular, as their direction cosines had been rounded
/// @throws NotReadable where ImageOrientationPatient is not two perpendicular unit vectors
InPlane axesOf(const DicomSlice& slice, std::vector<std::string>& notes);
/// Half of the last digit that the direction cosines were rounded to, of two to five; 0 where they have more,
/// which are exact, or fewer: whole numbers are exact, too, and one digit says nothing.
double roundingOfAxes(const DicomSlice& slice);
/// The grid of a series made perpendicular where the rounding of its direction cosines alone made it oblique;
/// see RoundedAxes.h.
Geometry withoutRounding(const Geometry& geometry, const DicomSlice& slice, std::vector<std::string>& notes);
/// The centre of the slice's first pixel, LPS mm.
Vector3 positionOf(const DicomSlice& slice);

/// @throws NotReadable where the series is something else than a CT volume
void checkKind(const DicomSeries& series);
/// @throws NotReadable where a slice has no picture of Hounsfield units at a known place
void checkSlice(const DicomSlice& slice);
/// @throws NotReadable where two slices differ in size, orientation or pixel size
void checkAlike(const DicomSlice& a, const DicomSlice& b);
/// Whether two slices are of one size, orientation and pixel size.
bool areAlike(const DicomSlice& a, const DicomSlice& b);
/// The angle between the normals of two slices in degrees, 0 to 90; 0 where one does not say.
double degreesBetween(const DicomSlice& a, const DicomSlice& b);

/// Millimetres as messages say them.
std::string mm(double value);

} // namespace hounsfield
