// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "volume/Progress.h"
#include "volume/Volume.h"
#include "volume/io/ScanSource.h"

#include <array>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace hounsfield {

/// What tells time points and reconstructions at the same places apart; see markNames.
constexpr std::size_t markCount = 11, imageTypeMark = 5, kernelMark = 6, kvpMark = 7, thicknessMark = 9;

/// Where the compressed pixels of one frame lie in a file of many.
struct FrameItem {
    std::int64_t headerBytes = 0; ///< of all that comes before the items of the pixel data
    std::int64_t offset = 0;      ///< of the frame's item, at its tag
    std::int64_t bytes = 0;       ///< of the item, with the 8 of tag and length
};

/// One DICOM image by its header: a file, or one frame of an enhanced image.
struct DicomSlice {
    std::filesystem::path file;
    int frame = 0; ///< within its file
    std::string sopInstanceUid;
    std::string frameOfReferenceUid;
    std::string instanceNumber;
    std::string damage; ///< half a sentence, empty where nothing is broken
    std::string
        unreadable; ///< a number that is there and is none: "RescaleIntercept '-1024,0'"; empty where all are
    std::string unreadableThickness; ///< the same of SliceThickness, which only a single slice needs
    std::vector<double> position, orientation, pixelSpacing; ///< mm; empty where absent
    double sliceThicknessMm = 0, gantryTiltDegrees = 0;
    int rows = 0, columns = 0, bitsAllocated = 0, bitsStored = 0, highBit = 0, samples = 1, frames = 1;
    bool isSigned = false, hasPixels = false;
    bool described = true; ///< false: one of several frames in a file that does not say where each lies
    std::optional<std::int64_t> pixelBytes;
    std::int64_t fileBytes = 0;
    std::optional<double> slope, intercept;
    std::string rescaleType, photometric, sopClass, transferSyntax;
    std::uint32_t overlayBits =
        0;                    ///< of a stored cell, those that overlay planes of the header lie in (retired)
    bool modalityLut = false; ///< stored values become others by a table
    std::int64_t pixelOffset = -1; ///< of native pixel data in the file; -1 where they are compressed
    std::optional<FrameItem> item; ///< of compressed pixel data with many frames, an item for each
    bool bigEndian = false, lossy = false, localizer = false, original = true;
    std::array<std::string, markCount> marks; ///< values by markNames, empty where absent
};

/// A slice of a grid on which not every place was scanned: slices[below], or what lies between it and the
/// next.
struct GridSlice {
    std::size_t below = 0;
    double weight = 0; ///< of slices[below + 1]; 0 where slices[below] is taken as it is
};

/// The files that share a SeriesInstanceUID.
struct DicomSeries {
    std::string key; ///< see seriesKeyOf; parts of one series share it
    SeriesInfo info;
    int seriesNumber = 0;
    bool original = false;
    bool localizer = false;
    std::vector<DicomSlice> slices; ///< sorted along the normal once the series was examined
    std::optional<Geometry> geometry;
    std::vector<GridSlice> grid; ///< empty where the slices themselves are the grid's
    std::vector<std::string> notes;
};

/// Whether two slices hold the same picture.
using SamePicture = std::function<bool(const DicomSlice&, const DicomSlice&)>;

class DicomHeader;
/// What the files of one series share: patient, study and SeriesInstanceUID; where that was removed to hide
/// the patient, the series' number and description. Nothing where the file is broken before it says so.
std::optional<std::string> seriesKeyOf(const DicomHeader& header);

/// The slices that a file holds: one, or as many as an enhanced image has frames.
std::vector<DicomSlice> slicesOf(const DicomHeader& header, const std::filesystem::path& file);
/// Whether a file is the directory of a medium (DICOMDIR), whatever its name (PS3.3 F).
bool isDirectoryOfMedium(const DicomHeader& header);

/// All series of a folder and its sub-folders, separated, examined, numbered 1, 2, ... by SeriesNumber.
/// @throws Error(Scan) where the folder holds no DICOM image; Cancelled
std::vector<DicomSeries> findSeries(const std::filesystem::path& folder, bool recursive,
                                    const SamePicture& samePicture, Progress& progress,
                                    const ScanSource::Seen& seen = {});

/// What a series holds under one identifier, as choices of their own: scouts and screenshots beside the
/// volume, several sizes, orientations or tilts, several frames of reference, several time points or
/// reconstructions at the same places or one between the slices of the other, blocks far apart. A series that
/// does not come apart cleanly stays whole, and examine says why it cannot be read.
std::vector<DicomSeries> separated(DicomSeries series);

/// Sorts the slices by position along their normal and finds the grid; where they are no CT volume, sets
/// info.readable to false and info.reason to a whole sentence. Spacing comes from positions (PS3.3
/// C.7.6.2.1.1).
void examine(DicomSeries& series, const SamePicture& samePicture);

/// The voxels of an examined series in HU. Where a few slices cannot be decoded, the series is changed to
/// what it is without them, as if their files were missing, and a note of the series says so.
/// @throws Error(Scan), Error(Resources), Cancelled
std::shared_ptr<const Volume> readSeries(DicomSeries& series, std::vector<std::string>& notes,
                                         Progress& progress, const ScanSource::SliceRead& sliceRead = {});

/// One slice of a series, numbered as sorted; nothing where it cannot be decoded.
std::optional<SliceImage> readOneSlice(const DicomSeries& series, std::size_t number);

/// Whether two slices decode to the same Hounsfield units; false where one of them cannot be decoded.
bool samePixels(const DicomSlice& a, const DicomSlice& b);

/// How a message names a slice: its InstanceNumber, else its file name.
std::string nameOf(const DicomSlice& slice);

} // namespace hounsfield
