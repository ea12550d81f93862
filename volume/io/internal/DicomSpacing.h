// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "volume/io/internal/DicomSeries.h"

namespace hounsfield {

/// How slices at given heights become slices of even spacing.
struct EvenGrid {
    double stepMm = 0;
    std::vector<GridSlice> slices; ///< empty where the slices are even as they are
    std::vector<std::string> notes;
};

/// The height of a slice, or of a place between slices, as a message names it: "z = -784.5 mm".
using NameOfHeight = std::function<std::string(double)>;

/// Even spacing through the heights, which ascend and are distinct. Missing slices of an otherwise even
/// series are filled by linear interpolation, every scanned slice staying as it is; an uneven series is
/// interpolated as a whole to its smallest gap (at least half its usual one). Notes say where. @throws
/// NotReadable where a gap is too wide to be filled
EvenGrid evenGrid(const std::vector<DicomSlice>& slices, const std::vector<double>& heights,
                  const NameOfHeight& nameOf);

/// Differences of heights.
std::vector<double> gapsOf(const std::vector<double>& heights);
/// The lower median of the gaps that are no repetition of a place.
double usualGap(const std::vector<double>& gaps);
/// Gaps below this are two images of one place.
double samePlaceMm(double usual);
/// The widest gap that may be filled by interpolation.
double widestToFill(const std::vector<double>& gaps);
/// Whether two images lie at one place, or much closer to each other than to their neighbours on both sides,
/// as where the slices of two scans are interleaved.
bool isCrowded(const std::vector<double>& gaps, std::size_t gap);

} // namespace hounsfield
