#include "volume/Error.h"
#include "volume/io/internal/DicomChecks.h"
#include "volume/io/internal/DicomSpacing.h"
#include "volume/io/internal/Memory.h"
#include "volume/io/internal/Text.h"

#include <algorithm>
#include <set>
#include <tuple>

namespace hounsfield
{
namespace
{

// The same image copied twice is one image. Where an anonymiser gave all images one identifier, they still lie apart.
void dropCopies(DicomSeries& series)
{
    std::set<std::tuple<std::string, int, std::vector<double>>> known;
    const auto isCopy = [&](const DicomSlice& s) {
        return !s.sopInstanceUid.empty() && !known.insert({s.sopInstanceUid, s.frame, s.position}).second;
    };
    const std::size_t before = series.slices.size();
    series.slices.erase(std::remove_if(series.slices.begin(), series.slices.end(), isCopy), series.slices.end());
    if (const std::size_t copies = before - series.slices.size())
        series.notes.push_back(std::to_string(copies) + (copies == 1 ? " file is a copy" : " files are copies") +
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
    Row row{axesOf(series.slices.front()), {}};
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
            throw NotReadable{"Two different slices lie at the same place (" + nameOf(a) + " and " + nameOf(b) +
                              "): the series holds more than one scan, such as two phases, and nothing in it tells them "
                              "apart. Fetch the phases as series of their own."};
        dropped.push_back(nameOf(b) + " (as " + nameOf(a) + ")");
        series.slices.erase(series.slices.begin() + static_cast<std::ptrdiff_t>(n));
        row.heights.erase(row.heights.begin() + static_cast<std::ptrdiff_t>(n));
    }
    if (!dropped.empty())
        series.notes.push_back(std::to_string(dropped.size()) + (dropped.size() == 1 ? " slice is" : " slices are") +
                               " there twice with the same picture at the same place; one of each was kept. The first: " +
                               dropped.front() + ".");
}

void checkInterleaved(const DicomSeries& series, const std::vector<double>& gaps)
{
    std::size_t crowded = 0, first = 0;
    for (std::size_t n = gaps.size(); n-- > 0;)
        if (isCrowded(gaps, n)) {
            ++crowded;
            first = n;
        }
    if (crowded * 5 > gaps.size())
        throw NotReadable{"The slices lie in pairs, such as " + nameOf(series.slices[first]) + " and " +
                          nameOf(series.slices[first + 1]) + ", which are " + mm(gaps[first]) +
                          " apart: the series seems to hold two scans, one between the slices of the other. Fetch them as "
                          "series of their own."};
}

/// How far the slices move for each millimetre along their normal: more than the normal itself where the gantry is tilted.
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
            throw NotReadable{"The slices do not lie in one row: " + nameOf(series.slices[n]) + " is " + mm(off) +
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
    return "(" + plainNumber(place[0], 1) + ", " + plainNumber(place[1], 1) + ", " + plainNumber(place[2], 1) + ") mm";
}

/// The step from slice to slice of the grid, mm.
Vector3 sliceStep(DicomSeries& series, const SamePicture& samePicture, Row& row)
{
    dropTwins(series, row, samePicture);
    if (series.slices.size() == 1) {
        const double thickness = series.slices.front().sliceThicknessMm > 0 ? series.slices.front().sliceThicknessMm : 1;
        series.notes.push_back("The series is a single slice; it is taken to be " + mm(thickness) + " thick.");
        return thickness * row.axes.normal;
    }
    checkInterleaved(series, gapsOf(row.heights));
    const Vector3 direction = directionOf(series, row), first = positionOf(series.slices.front());
    EvenGrid even = evenGrid(series.slices, row.heights, [&](double height) {
        return placeInWords(row, first + (height - row.heights.front()) * direction);
    });
    series.grid = std::move(even.slices);
    for (std::string& note : even.notes)
        series.notes.push_back(std::move(note));
    return even.stepMm * direction;
}

void noteRescale(DicomSeries& series)
{
    std::size_t without = 0;
    bool otherType = false;
    for (const DicomSlice& s : series.slices) {
        without += !s.slope || !s.intercept;
        otherType = otherType || (!s.rescaleType.empty() && s.rescaleType != "HU" && s.rescaleType != "US");
    }
    if (without > 0)
        series.notes.push_back("RescaleSlope or RescaleIntercept is missing in " + std::to_string(without) +
                               " slices; 1 and 0 were assumed. The Hounsfield units may be wrong.");
    if (otherType)
        series.notes.push_back("The series says that its values are not Hounsfield units (RescaleType " +
                               series.slices.front().rescaleType + "). Measured values may be wrong.");
}

void noteLoss(DicomSeries& series)
{
    const auto lossy = std::count_if(series.slices.begin(), series.slices.end(), [](const auto& s) { return s.lossy; });
    if (lossy > 0)
        series.notes.push_back(std::to_string(lossy) +
                               (lossy == 1 ? " image was" : " images were") +
                               " compressed with loss: densities differ a little from those that were measured, and fine "
                               "structures may be blurred. Fetch the series without loss for measurements.");
}

// Positions are believed, not the angle beside them: but where they contradict it, one of the two is wrong.
void noteTilt(DicomSeries& series)
{
    const double said = std::abs(series.slices.front().gantryTiltDegrees), found = series.geometry->shearDegrees();
    if (series.slices.size() > 1 && std::abs(said - found) > 1)
        series.notes.push_back("The files speak of a gantry tilted by " + plainNumber(said, 1) +
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
    const Matrix3 matrix =
        fromColumns(first.pixelSpacing[1] * row.axes.alongRow, first.pixelSpacing[0] * row.axes.alongColumn, step);
    const std::size_t slices = series.grid.empty() ? series.slices.size() : series.grid.size();
    const Index3 size{first.columns, first.rows, static_cast<std::int64_t>(slices)};
    series.geometry.emplace(size, positionOf(first), matrix);
    series.info.size = size;
    series.info.spacingMm = series.geometry->spacingMm();
    checkMemory(series);
    noteTilt(series);
}

} // namespace

std::string nameOf(const DicomSlice& slice)
{
    return slice.instanceNumber.empty() ? "file " + quoted(slice.file.filename()) : "image " + slice.instanceNumber;
}

void examine(DicomSeries& series, const SamePicture& samePicture)
{
    SeriesInfo& info = series.info;
    info.images = static_cast<std::int64_t>(series.slices.size());
    info.size = {series.slices.front().columns, series.slices.front().rows, info.images};
    try {
        checkKind(series);
        dropCopies(series);
        for (const DicomSlice& s : series.slices)
            checkSlice(s);
        for (const DicomSlice& s : series.slices)
            checkAlike(series.slices.front(), s);
        buildGrid(series, samePicture);
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
