// SPDX-License-Identifier: Apache-2.0
#include "volume/Error.h"
#include "volume/io/internal/DicomChecks.h"
#include "volume/io/internal/DicomKind.h"
#include "volume/io/internal/DicomSpacing.h"
#include "volume/io/internal/Memory.h"
#include "volume/io/internal/Text.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <tuple>

namespace hounsfield {
namespace {

bool isWhole(const DicomSlice& s)
{
    try {
        checkSlice(s);
        return true;
    } catch (const NotReadable&) {
        return false;
    }
}

bool sameBytes(const std::filesystem::path& a, const std::filesystem::path& b)
{
    std::ifstream one(a, std::ios::binary), other(b, std::ios::binary);
    const std::istreambuf_iterator<char> end;
    return one && other &&
           std::equal(std::istreambuf_iterator<char>(one), end, std::istreambuf_iterator<char>(other), end);
}

bool isCopyOf(const DicomSlice& a, const DicomSlice& b, const SamePicture& samePicture)
{
    return (a.fileBytes == b.fileBytes && sameBytes(a.file, b.file)) || samePicture(a, b);
}

// The same image copied twice is one image, and a broken copy of an image that is there in whole is no loss.
// An image with another picture is none, whatever its identifier: it stays and is judged by its place.
void dropCopies(DicomSeries& series, const SamePicture& samePicture)
{
    std::map<std::tuple<std::string, int, std::vector<double>>, std::size_t> known;
    std::vector<DicomSlice> kept;
    for (DicomSlice& s : series.slices) {
        const auto [first, isNew] =
            known.emplace(std::tuple(s.sopInstanceUid, s.frame, s.position), kept.size());
        if (isNew || s.sopInstanceUid.empty()) {
            kept.push_back(std::move(s));
            continue;
        }
        DicomSlice& before = kept[first->second];
        const bool whole = isWhole(s), wasWhole = isWhole(before);
        if (whole && !wasWhole)
            before = std::move(s);
        else if (whole && wasWhole && !isCopyOf(before, s, samePicture))
            kept.push_back(std::move(s));
    }
    const std::size_t copies = series.slices.size() - kept.size();
    series.slices = std::move(kept);
    if (copies > 0)
        series.notes.push_back(std::to_string(copies) +
                               (copies == 1 ? " file is a copy" : " files are copies") +
                               " of an image of this series (same SOPInstanceUID) and " +
                               (copies == 1 ? "was" : "were") + " left out.");
}

/// Slices in ascending order along their normal.
struct Row {
    InPlane axes;
    std::vector<double> heights;
};

Row rowOf(DicomSeries& series)
{
    Row row{axesOf(series.slices.front(), series.notes), {}};
    const auto height = [&](const DicomSlice& s) { return dot(positionOf(s), row.axes.normal); };
    std::stable_sort(series.slices.begin(), series.slices.end(),
                     [&](const auto& a, const auto& b) { return height(a) < height(b); });
    for (const DicomSlice& s : series.slices)
        row.heights.push_back(height(s));
    return row;
}

// Two images of one place are one image where they show the same, else the place has two truths.
void dropTwins(DicomSeries& series, Row& row, const SamePicture& samePicture)
{
    const double samePlace = samePlaceMm(usualGap(gapsOf(row.heights)));
    std::vector<std::string> dropped;
    for (std::size_t n = 1; n < series.slices.size();) {
        const DicomSlice &a = series.slices[n - 1], &b = series.slices[n];
        if (row.heights[n] - row.heights[n - 1] >= samePlace) {
            ++n;
            continue;
        }
        if (!samePicture(a, b))
            throw NotReadable{
                "Two different slices lie at the same place (" + nameOf(a) + " and " + nameOf(b) +
                "): the series holds more than one scan, such as two phases, and nothing in it tells them "
                "apart. Fetch the phases as series of their own."};
        dropped.push_back(nameOf(b) + " (as " + nameOf(a) + ")");
        series.slices.erase(series.slices.begin() + static_cast<std::ptrdiff_t>(n));
        row.heights.erase(row.heights.begin() + static_cast<std::ptrdiff_t>(n));
    }
    if (!dropped.empty())
        series.notes.push_back(
            std::to_string(dropped.size()) + (dropped.size() == 1 ? " slice is" : " slices are") +
            " there twice with the same picture at the same place; one of each was kept. The first: " +
            dropped.front() + ".");
}

/// Whether narrow and wide gaps take turns all along the row, as where one scan lies between the slices of
/// another.
bool alternate(const std::vector<double>& gaps)
{
    if (gaps.size() < 5)
        return false;
    const double tolerance = 0.1 * usualGap(gaps);
    for (std::size_t n = 2; n < gaps.size(); ++n)
        if (std::abs(gaps[n] - gaps[n - 2]) > tolerance)
            return false;
    return std::abs(gaps[1] - gaps[0]) > 0.25 * std::max(gaps[0], gaps[1]);
}

/// What changes along the row and makes densities differ: noted where one part follows the other.
/// @throws NotReadable where the images take turns
void checkMixed(DicomSeries& series)
{
    for (const auto& [mark, name] : {std::pair(kernelMark, "reconstruction kernel (ConvolutionKernel)"),
                                     std::pair(kvpMark, "tube voltage (KVP)")}) {
        std::vector<std::string> runs;
        for (const DicomSlice& s : series.slices)
            if (!s.marks[mark].empty() && (runs.empty() || runs.back() != s.marks[mark]))
                runs.push_back(s.marks[mark]);
        const std::set<std::string> values(runs.begin(), runs.end());
        if (values.size() < 2)
            continue;
        const std::string words = std::string("The ") + name + " changes along the row of images, from " +
                                  runs[0] + " to " + runs[1];
        if (runs.size() > values.size())
            throw NotReadable{
                words + " and back: the series holds more than one scan. Fetch them as series of their own."};
        series.notes.push_back(words + ": densities and noise of the two parts are not alike.");
    }
}

void checkInterleaved(const DicomSeries& series, const std::vector<double>& gaps)
{
    std::size_t crowded = 0, first = 0;
    for (std::size_t n = gaps.size(); n-- > 0;)
        if (isCrowded(gaps, n)) {
            ++crowded;
            first = n;
        }
    if (crowded * 5 > gaps.size() || alternate(gaps))
        throw NotReadable{
            "The slices lie in pairs, such as " + nameOf(series.slices[first]) + " and " +
            nameOf(series.slices[first + 1]) + ", which are " + mm(gaps[first]) +
            " apart: the series seems to hold two scans, one between the slices of the other. Fetch them as "
            "series of their own."};
}

/// How far the slices move for each millimetre along their normal: more than the normal itself where the
/// gantry is tilted.
/// @throws NotReadable where they do not lie in one line
Vector3 directionOf(const DicomSeries& series, const Row& row)
{
    const Vector3 first = positionOf(series.slices.front()), last = positionOf(series.slices.back());
    const double extent = row.heights.back() - row.heights.front();
    const Vector3 direction = (1 / extent) * (last - first);
    const double tolerance = std::max(0.1, 0.01 * usualGap(gapsOf(row.heights))) + 1e-6;
    for (std::size_t n = 0; n < series.slices.size(); ++n) {
        const Vector3 expected = first + (row.heights[n] - row.heights.front()) * direction;
        const double off = length(positionOf(series.slices[n]) - expected);
        if (off > tolerance)
            throw NotReadable{
                "The slices do not lie in one row: " + nameOf(series.slices[n]) + " is " + mm(off) +
                " away from where the others say it should be. Such a series cannot be measured rightly. "
                "Ask for a reconstruction with one table position and one tilt."};
    }
    // A tenth of a millimetre over the whole scan is the rounding of the positions, not a tilted gantry.
    const Vector3 drift = direction - dot(direction, row.axes.normal) * row.axes.normal;
    return length(drift) * extent < 0.1 ? row.axes.normal : direction;
}

/// A height as a message says it: z where the slices are axial, else the whole place of their first pixel.
std::string placeInWords(const Row& row, const Vector3& place)
{
    if (std::abs(row.axes.normal[2]) > 0.999)
        return "z = " + mm(place[2]);
    return "(" + plainNumber(place[0], 1) + ", " + plainNumber(place[1], 1) + ", " +
           plainNumber(place[2], 1) + ") mm";
}

/// The step from slice to slice of the grid, mm.
Vector3 sliceStep(DicomSeries& series, const SamePicture& samePicture, Row& row)
{
    dropTwins(series, row, samePicture);
    if (series.slices.size() == 1) {
        if (const std::string& which = series.slices.front().unreadableThickness; !which.empty())
            throw NotReadable{"The series is a single slice, and its thickness cannot be read: " + which +
                              ". Export the original CT series."};
        const double thickness =
            series.slices.front().sliceThicknessMm > 0 ? series.slices.front().sliceThicknessMm : 1;
        series.notes.push_back("The series is a single slice; it is taken to be " + mm(thickness) +
                               " thick.");
        return thickness * row.axes.normal;
    }
    checkInterleaved(series, gapsOf(row.heights));
    checkMixed(series);
    const Vector3 direction = directionOf(series, row), first = positionOf(series.slices.front());
    EvenGrid even = evenGrid(series.slices, row.heights, [&](double height) {
        return placeInWords(row, first + (height - row.heights.front()) * direction);
    });
    series.grid = std::move(even.slices);
    for (std::string& note : even.notes)
        series.notes.push_back(std::move(note));
    return even.stepMm * direction;
}

/// What a slice lacks of its rescale: "RescaleIntercept"; empty where it has both.
std::string lackOf(const DicomSlice& s)
{
    const std::string slope = s.slope ? "" : "RescaleSlope",
                      intercept = s.intercept ? "" : "RescaleIntercept";
    return slope + (slope.empty() || intercept.empty() ? "" : " and ") + intercept;
}

/// Slices with and without a rescale are not in the same units, nor are those with different ones.
void checkRescale(const DicomSeries& series)
{
    const DicomSlice& first = series.slices.front();
    for (const DicomSlice& s : series.slices) {
        const std::string pair = nameOf(first) + " and " + nameOf(s);
        if (lackOf(s) != lackOf(first))
            throw NotReadable{"The slices do not agree on how stored values become Hounsfield units: of " +
                              pair + ", one lacks " + (lackOf(s).empty() ? lackOf(first) : lackOf(s)) +
                              " and the other does not." + fetchAgain};
        if ((unitsOf(s) == Units::Other) != (unitsOf(first) == Units::Other))
            throw NotReadable{"The slices do not agree on their units: of " + pair +
                              ", one says that it does not hold "
                              "Hounsfield units (" +
                              unitsInWords(unitsOf(s) == Units::Other ? s : first) + ")." + fetchAgain};
    }
}

void noteRescale(DicomSeries& series)
{
    std::size_t without = 0;
    for (const DicomSlice& s : series.slices)
        without += !s.slope || !s.intercept;
    if (without > 0)
        series.notes.push_back("RescaleSlope or RescaleIntercept is missing in " + std::to_string(without) +
                               " slices; 1 and 0 were assumed. The Hounsfield units may be wrong.");
    const DicomSlice& first = series.slices.front();
    if (unitsOf(first) == Units::Other)
        series.notes.push_back(
            "The series says that its values are not Hounsfield units (" + unitsInWords(first) +
            "): it is a map, not a plain CT. Structures are hardly found in it, and densities measured in "
            "it are no HU. Open the plain CT series.");
    if (unitsOf(first) == Units::Unspecified)
        series.notes.push_back("The series does not say in which units its values are (" +
                               unitsInWords(first) + "); Hounsfield units were assumed.");
}

void noteLoss(DicomSeries& series)
{
    const auto lossy =
        std::count_if(series.slices.begin(), series.slices.end(), [](const auto& s) { return s.lossy; });
    if (lossy > 0)
        series.notes.push_back(
            std::to_string(lossy) + (lossy == 1 ? " image was" : " images were") +
            " compressed with loss: densities differ a little from those that were measured, and fine "
            "structures may be blurred. Fetch the series without loss for measurements.");
}

// Positions are believed, not the angle beside them: but where they contradict it, one of the two is wrong.
void noteTilt(DicomSeries& series)
{
    const double said = std::abs(series.slices.front().gantryTiltDegrees),
                 found = series.geometry->shearDegrees();
    if (series.slices.size() > 1 && std::abs(said - found) > 1)
        series.notes.push_back(
            "The files speak of a gantry tilted by " + plainNumber(said, 1) +
            " degrees, and the positions of the slices of " + plainNumber(found, 1) +
            " degrees. The positions are used; if the tilt was corrected by another program, check that "
            "the body is not slanted.");
}

void checkMemory(const DicomSeries& series)
{
    const std::string why = tooLargeForMemory(series.geometry->voxelCount() * 2);
    if (!why.empty())
        throw NotReadable{"Its " + std::to_string(series.info.images) + " images " + why +
                          ". Open it on a larger machine, or fetch fewer slices."};
}

void buildGrid(DicomSeries& series, const SamePicture& samePicture)
{
    Row row = rowOf(series);
    const Vector3 step = sliceStep(series, samePicture, row);
    const DicomSlice& first = series.slices.front();
    series.info.images = static_cast<std::int64_t>(series.slices.size());
    // PixelSpacing: between rows, then between columns (PS3.3 10.7.1.3).
    const Matrix3 matrix = fromColumns(first.pixelSpacing[1] * row.axes.alongRow,
                                       first.pixelSpacing[0] * row.axes.alongColumn, step);
    const std::size_t slices = series.grid.empty() ? series.slices.size() : series.grid.size();
    const Index3 size{first.columns, first.rows, static_cast<std::int64_t>(slices)};
    series.geometry = withoutRounding(Geometry(size, positionOf(first), matrix), first, series.notes);
    series.info.size = size;
    series.info.spacingMm = series.geometry->spacingMm();
    checkMemory(series);
    noteTilt(series);
}

} // namespace

std::string nameOf(const DicomSlice& slice)
{
    return slice.instanceNumber.empty() ? "file " + quoted(slice.file.filename())
                                        : "image " + slice.instanceNumber;
}

void examine(DicomSeries& series, const SamePicture& samePicture)
{
    SeriesInfo& info = series.info;
    info.images = static_cast<std::int64_t>(series.slices.size());
    info.size = {series.slices.front().columns, series.slices.front().rows, info.images};
    try {
        checkKind(series);
        dropCopies(series, samePicture);
        for (const DicomSlice& s : series.slices)
            checkSlice(s);
        for (const DicomSlice& s : series.slices)
            checkAlike(series.slices.front(), s);
        buildGrid(series, samePicture);
        checkRescale(series);
        noteRescale(series);
        noteLoss(series);
    } catch (const NotReadable& why) {
        info.readable = false;
        info.reason = why.reason;
    } catch (const Error& error) {
        info.readable = false;
        info.reason = error.what();
    }
}

} // namespace hounsfield
