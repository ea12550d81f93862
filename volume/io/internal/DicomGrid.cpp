#include "volume/io/internal/DicomSeries.h"
#include "volume/io/internal/Text.h"

#include "volume/Error.h"

#include <algorithm>
#include <numbers>
#include <set>

namespace hounsfield
{
namespace
{

/// Why a series is no CT volume; caught by examine, never leaves this file.
struct NotReadable {
    std::string reason;
};

const std::string askForCt = " Hounsfield units are needed, so only CT can be read.";
const std::string fetchAgain = " Fetch the series again, complete.";

void checkKind(const DicomSeries& series)
{
    const DicomSlice& first = series.slices.front();
    const std::string& modality = series.info.modality;
    if (modality == "SR" || first.sopClass.starts_with("1.2.840.10008.5.1.4.1.1.88."))
        throw NotReadable{"It is a structured report (such as a dose report), not images."};
    if (first.sopClass == "1.2.840.10008.5.1.4.1.1.7" || first.sopClass.starts_with("1.2.840.10008.5.1.4.1.1.7."))
        throw NotReadable{"It holds screenshots (secondary capture), not CT images."};
    if (modality == "SEG")
        throw NotReadable{"It is a segmentation, not a scan."};
    if (!modality.empty() && modality != "CT")
        throw NotReadable{"It holds " + modality + ", not CT:" + askForCt};
    if (modality.empty() && first.sopClass != "1.2.840.10008.5.1.4.1.1.2")
        throw NotReadable{"It does not say that it is CT (no Modality):" + askForCt};
    if (series.localizer)
        throw NotReadable{"It is a localizer (scout view), not a volume."};
    for (const DicomSlice& s : series.slices)
        if (s.frames > 1 || s.sopClass == "1.2.840.10008.5.1.4.1.1.2.1")
            throw NotReadable{
                "It holds many images in one file (multi-frame or enhanced CT), which this program does not read yet. "
                "Export it as a classic CT series, one file a slice."};
}

void checkSlice(const DicomSlice& s)
{
    const std::string name = "The file " + quoted(s.file.filename());
    if (!s.damage.empty())
        throw NotReadable{name + " " + s.damage + "." + fetchAgain};
    if (!s.hasPixels)
        throw NotReadable{name + " holds no image (no pixel data)."};
    if (s.samples != 1 || s.photometric == "RGB" || s.photometric == "PALETTE COLOR")
        throw NotReadable{name + " is a colour image (" + s.photometric + "):" + askForCt};
    if (s.photometric == "MONOCHROME1")
        throw NotReadable{name + " is an inverted image (MONOCHROME1), as X-ray pictures are:" + askForCt};
    if (s.photometric != "MONOCHROME2")
        throw NotReadable{name + " does not hold grey values (" + s.photometric + "):" + askForCt};
    if (s.rows < 1 || s.columns < 1)
        throw NotReadable{name + " does not say how large its image is."};
    if (s.highBit != s.bitsStored - 1 || s.bitsStored < 1 || s.bitsStored > s.bitsAllocated ||
        (s.bitsAllocated != 8 && s.bitsAllocated != 16 && s.bitsAllocated != 32))
        throw NotReadable{name + " packs its grey values in an unusual way (" + std::to_string(s.bitsStored) + " of " +
                          std::to_string(s.bitsAllocated) + " bits) that this program does not read."};
    const std::int64_t bytes = std::int64_t{s.rows} * s.columns * (s.bitsAllocated / 8);
    if (s.pixelBytes && *s.pixelBytes < bytes)
        throw NotReadable{name + " is damaged: its header promises " + std::to_string(bytes) +
                          " bytes of image, and it holds " + std::to_string(*s.pixelBytes) + "." + fetchAgain};
    // A compressed picture larger than any scanner makes is a header that lies: nothing is allocated for it.
    if (s.rows > 16384 || s.columns > 16384)
        throw NotReadable{name + " claims an image of " + std::to_string(s.columns) + " x " + std::to_string(s.rows) +
                          " pixels, more than any CT scanner makes. The file is damaged."};
    if (s.position.size() != 3 || s.orientation.size() != 6)
        throw NotReadable{
            name + " does not say where it lies in the patient (no ImagePositionPatient or ImageOrientationPatient). "
                   "Export the original CT series."};
    if (s.pixelSpacing.size() != 2 || !(s.pixelSpacing[0] > 0) || !(s.pixelSpacing[1] > 0))
        throw NotReadable{name +
                          " does not say how large its pixels are (no PixelSpacing). Export the original CT series."};
    if (s.slope && *s.slope == 0)
        throw NotReadable{name + " has a RescaleSlope of 0, so that it holds no Hounsfield units."};
}

bool differ(const std::vector<double>& a, const std::vector<double>& b, double tolerance)
{
    for (std::size_t n = 0; n < a.size(); ++n)
        if (std::abs(a[n] - b[n]) > tolerance)
            return true;
    return false;
}

void checkAlike(const DicomSlice& a, const DicomSlice& b)
{
    const std::string pair =
        "The files " + quoted(a.file.filename()) + " and " + quoted(b.file.filename()) + " differ in ";
    const std::string advice = " They are not slices of one volume: separate them, or fetch the series again.";
    if (a.rows != b.rows || a.columns != b.columns)
        throw NotReadable{pair + "size (" + std::to_string(a.columns) + " x " + std::to_string(a.rows) + " and " +
                          std::to_string(b.columns) + " x " + std::to_string(b.rows) + " pixels)." + advice};
    if (differ(a.orientation, b.orientation, 1e-3))
        throw NotReadable{pair + "orientation." + advice};
    if (differ(a.pixelSpacing, b.pixelSpacing, 1e-4))
        throw NotReadable{pair + "pixel size." + advice};
}

// The same image copied twice is one image.
void dropCopies(DicomSeries& series)
{
    std::set<std::string> known;
    const auto isCopy = [&](const DicomSlice& s) {
        return !s.sopInstanceUid.empty() && !known.insert(s.sopInstanceUid).second;
    };
    const std::size_t before = series.slices.size();
    series.slices.erase(std::remove_if(series.slices.begin(), series.slices.end(), isCopy), series.slices.end());
    if (const std::size_t copies = before - series.slices.size())
        series.notes.push_back(std::to_string(copies) + (copies == 1 ? " file is a copy" : " files are copies") +
                               " of an image of this series (same SOPInstanceUID) and " +
                               (copies == 1 ? "was" : "were") + " left out.");
}

struct InPlane {
    Vector3 alongRow, alongColumn, normal;
};

InPlane axesOf(const DicomSlice& s)
{
    const auto& o = s.orientation;
    InPlane axes{{o[0], o[1], o[2]}, {o[3], o[4], o[5]}, {}};
    const double skew = dot(axes.alongRow, axes.alongColumn);
    if (std::abs(length(axes.alongRow) - 1) > 1e-3 || std::abs(length(axes.alongColumn) - 1) > 1e-3 ||
        std::abs(skew) > 1e-3)
        throw NotReadable{"The file " + quoted(s.file.filename()) +
                          " is damaged: its ImageOrientationPatient is not two perpendicular unit vectors."};
    // Decimal strings hold 16 characters: what they round off is taken back.
    axes.alongRow = (1 / length(axes.alongRow)) * axes.alongRow;
    axes.alongColumn = axes.alongColumn - dot(axes.alongRow, axes.alongColumn) * axes.alongRow;
    axes.alongColumn = (1 / length(axes.alongColumn)) * axes.alongColumn;
    axes.normal = cross(axes.alongRow, axes.alongColumn);
    return axes;
}

Vector3 positionOf(const DicomSlice& s)
{
    return {s.position[0], s.position[1], s.position[2]};
}

std::string mm(double value)
{
    return plainNumber(value, 2) + " mm";
}

[[noreturn]] void refuseGap(const DicomSlice& a, const DicomSlice& b, double gap, double usual)
{
    const std::string between = nameOf(a) + " and " + nameOf(b);
    const double times = std::round(gap / usual);
    if (gap < std::max(0.01, 0.05 * usual))
        throw NotReadable{"Two slices lie at the same place (" + between +
                          "): the series holds more than one scan, such as two "
                          "phases. Separate them, or fetch the phases as series of their own."};
    const std::string apart = ": they lie " + mm(gap) + " apart where the others lie " + mm(usual) + " apart.";
    if (times >= 2 && std::abs(gap - times * usual) <= std::max(0.1, 0.05 * usual)) {
        const auto missing = static_cast<int>(times) - 1;
        throw NotReadable{(missing == 1 ? "One slice is missing between "
                                        : std::to_string(missing) + " slices are missing between ") +
                          between + apart + fetchAgain};
    }
    throw NotReadable{"The slices are unevenly spaced between " + between + apart +
                      " Such a series cannot be measured rightly; reconstruct it with even spacing."};
}

double usualGap(const std::vector<double>& gaps)
{
    std::vector<double> sorted = gaps;
    std::sort(sorted.begin(), sorted.end());
    return sorted[(sorted.size() - 1) / 2];
}

/// The step from slice to slice in mm, along the line through the first and last position.
Vector3 sliceStep(DicomSeries& series, const InPlane& axes)
{
    auto& slices = series.slices;
    const auto height = [&](const DicomSlice& s) { return dot(positionOf(s), axes.normal); };
    std::stable_sort(slices.begin(), slices.end(), [&](const auto& a, const auto& b) { return height(a) < height(b); });
    if (slices.size() == 1) {
        const double thickness = slices.front().sliceThicknessMm > 0 ? slices.front().sliceThicknessMm : 1.0;
        series.notes.push_back("The series is a single slice; it is taken to be " + mm(thickness) + " thick.");
        return thickness * axes.normal;
    }
    std::vector<double> gaps;
    for (std::size_t n = 1; n < slices.size(); ++n)
        gaps.push_back(height(slices[n]) - height(slices[n - 1]));
    const double usual = usualGap(gaps);
    // Positions rounded to a tenth of a millimetre are 0.1 apart in their gaps; the 1e-6 is for the decimal fractions.
    const double tolerance = std::max(0.1, 0.01 * usual) + 1e-6;
    for (std::size_t n = 0; n < gaps.size(); ++n)
        if (gaps[n] < std::max(0.01, 0.05 * usual) || std::abs(gaps[n] - usual) > tolerance)
            refuseGap(slices[n], slices[n + 1], gaps[n], usual);

    const Vector3 first = positionOf(slices.front());
    const Vector3 step = (1.0 / static_cast<double>(gaps.size())) * (positionOf(slices.back()) - first);
    for (std::size_t n = 0; n < slices.size(); ++n) {
        const double off = length(positionOf(slices[n]) - (first + static_cast<double>(n) * step));
        if (off > tolerance)
            throw NotReadable{
                "The slices do not lie in one row: " + nameOf(slices[n]) + " is " + mm(off) +
                " away from where the others say it should be. Such a series cannot be measured rightly."};
    }
    const Vector3 drift = step - dot(step, axes.normal) * axes.normal;
    // A tenth of a millimetre over the whole scan is the rounding of the positions, not a tilted gantry.
    return length(drift) * static_cast<double>(gaps.size()) < 0.1 ? dot(step, axes.normal) * axes.normal : step;
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

void buildGrid(DicomSeries& series)
{
    const InPlane axes = axesOf(series.slices.front());
    const Vector3 step = sliceStep(series, axes);
    const DicomSlice& first = series.slices.front();
    // PixelSpacing: between rows, then between columns (PS3.3 10.7.1.3).
    const Matrix3 matrix =
        fromColumns(first.pixelSpacing[1] * axes.alongRow, first.pixelSpacing[0] * axes.alongColumn, step);
    const Index3 size{first.columns, first.rows, static_cast<std::int64_t>(series.slices.size())};
    series.geometry.emplace(size, positionOf(first), matrix);
    series.info.size = size;
    series.info.spacingMm = series.geometry->spacingMm();
}

} // namespace

std::string nameOf(const DicomSlice& slice)
{
    return slice.instanceNumber.empty() ? "file " + quoted(slice.file.filename()) : "image " + slice.instanceNumber;
}

void examine(DicomSeries& series)
{
    SeriesInfo& info = series.info;
    info.images = static_cast<std::int64_t>(series.slices.size());
    info.size = {series.slices.front().columns, series.slices.front().rows, info.images};
    try {
        checkKind(series);
        dropCopies(series);
        info.images = static_cast<std::int64_t>(series.slices.size());
        for (const DicomSlice& s : series.slices)
            checkSlice(s);
        for (const DicomSlice& s : series.slices)
            checkAlike(series.slices.front(), s);
        buildGrid(series);
        noteRescale(series);
    } catch (const NotReadable& why) {
        info.readable = false;
        info.reason = why.reason;
    } catch (const Error& error) {
        info.readable = false;
        info.reason = error.what();
    }
}

} // namespace hounsfield
