#pragma once

#include "volume/Progress.h"
#include "volume/Volume.h"
#include "volume/io/ScanSource.h"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace hounsfield
{

/// One DICOM image file, by its header.
struct DicomSlice {
    std::filesystem::path file;
    std::string sopInstanceUid;
    std::string instanceNumber;
    std::string damage;                                      ///< half a sentence, empty where nothing is broken
    std::vector<double> position, orientation, pixelSpacing; ///< mm; empty where absent
    double sliceThicknessMm = 0;
    int rows = 0, columns = 0, bitsAllocated = 0, bitsStored = 0, highBit = 0, samples = 1, frames = 1;
    bool isSigned = false, hasPixels = false;
    std::optional<std::int64_t> pixelBytes;
    std::int64_t fileBytes = 0;
    std::optional<double> slope, intercept;
    std::string rescaleType, photometric, sopClass, transferSyntax;
};

/// The files that share a SeriesInstanceUID.
struct DicomSeries {
    std::string key; ///< see seriesKeyOf
    SeriesInfo info;
    int seriesNumber = 0;
    bool original = false;
    bool localizer = false;
    std::vector<DicomSlice> slices; ///< sorted along the normal once the series was examined
    std::optional<Geometry> geometry;
    std::vector<std::string> notes;
};

class DicomHeader;
/// What the files of one series share: the SeriesInstanceUID; where it was removed to hide the patient, the series'
/// number and description. Nothing where the file is broken before it says so.
std::optional<std::string> seriesKeyOf(const DicomHeader& header);

/// All series of a folder and its sub-folders, examined, numbered 1, 2, ... by SeriesNumber.
/// @throws Error(Scan) where the folder holds no DICOM image; Cancelled
std::vector<DicomSeries> findSeries(const std::filesystem::path& folder, bool recursive, Progress& progress,
                                    const ScanSource::Seen& seen = {});

/// Sorts the slices by position along their normal and finds the grid; where they are no CT volume, sets
/// info.readable to false and info.reason to a whole sentence. Spacing comes from positions (PS3.3 C.7.6.2.1.1).
void examine(DicomSeries& series);

/// The voxels of an examined series in HU. @throws Error(Scan), Error(Resources), Cancelled
std::shared_ptr<const Volume> readSeries(const DicomSeries& series, std::vector<std::string>& notes,
                                         Progress& progress, const ScanSource::SliceRead& sliceRead = {});

/// One slice of a series, numbered as sorted; nothing where it cannot be decoded.
std::optional<SliceImage> readOneSlice(const DicomSeries& series, std::size_t number);

/// How a message names a slice: its InstanceNumber, else its file name.
std::string nameOf(const DicomSlice& slice);

} // namespace hounsfield
