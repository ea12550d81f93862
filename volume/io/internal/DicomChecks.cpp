// SPDX-License-Identifier: Apache-2.0
#include "volume/io/internal/DicomChecks.h"

#include "volume/io/internal/DicomElements.h"
#include "volume/io/internal/RoundedAxes.h"
#include "volume/io/internal/Text.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace hounsfield {

const char* const fetchAgain = " Fetch the series again, complete.";

namespace {

const std::string askForCt = " Hounsfield units are needed, so only CT can be read.";

bool isCtImage(const DicomSlice& s)
{
    // CT Image Storage, Enhanced CT Image Storage, Legacy Converted Enhanced CT Image Storage.
    const std::string ct = "1.2.840.10008.5.1.4.1.1.2";
    return s.sopClass == ct || s.sopClass == ct + ".1" || s.sopClass == ct + ".2";
}

bool differ(const std::vector<double>& a, const std::vector<double>& b, double tolerance)
{
    if (a.size() != b.size())
        return true;
    for (std::size_t n = 0; n < a.size(); ++n)
        if (std::abs(a[n] - b[n]) > tolerance)
            return true;
    return false;
}

/// How pixels may be stored (PS3.5 A); the private ones are read by the toolkit, too.
bool isKnownCoding(const std::string& syntax)
{
    const std::string dicom = "1.2.840.10008.1.2";
    static const std::vector<std::string> known{"",      ".1",    ".1.98", ".1.99", ".2",    ".4.50",
                                                ".4.51", ".4.53", ".4.55", ".4.57", ".4.70", ".4.80",
                                                ".4.81", ".4.90", ".4.91", ".4.92", ".4.93", ".5"};
    if (syntax.empty() || syntax == "1.2.840.113619.5.2" || syntax == "1.3.46.670589.33.1.4.1")
        return true;
    return syntax.starts_with(dicom) &&
           std::find(known.begin(), known.end(), syntax.substr(dicom.size())) != known.end();
}

/// What a coding that is not read is called, with its identifier.
std::string codingInWords(const std::string& syntax)
{
    static const std::vector<std::pair<std::string, std::string>> names{
        {"1.2.840.10008.1.2.4.201", "High-Throughput JPEG 2000, lossless"},
        {"1.2.840.10008.1.2.4.202", "High-Throughput JPEG 2000, lossless, RPCL"},
        {"1.2.840.10008.1.2.4.203", "High-Throughput JPEG 2000"},
        {"1.2.840.10008.1.2.4.20", "High-Throughput JPEG 2000 through JPIP"},
        {"1.2.840.10008.1.2.4.11", "JPEG XL"},
        {"1.2.840.10008.1.2.4.10", "video"},
        {"1.2.840.10008.1.2.4.94", "JPIP"},
        {"1.2.840.10008.1.2.4.95", "JPIP"},
        {"1.2.840.10008.1.2.7", "SMPTE video"},
        {"1.2.840.10008.1.2.8", "deflated frames"}};
    const auto name = std::find_if(names.begin(), names.end(),
                                   [&](const auto& one) { return syntax.starts_with(one.first); });
    return (name == names.end() ? "" : name->second + ", ") + "transfer syntax " + syntax;
}

/// Why a slice whose pixels are there cannot become Hounsfield units.
void checkValues(const DicomSlice& s, const std::string& name)
{
    if (!isKnownCoding(s.transferSyntax))
        throw NotReadable{
            name + " is compressed in a way that this program does not read (" +
            codingInWords(s.transferSyntax) +
            "). Export the series uncompressed (Explicit VR Little Endian) or as lossless JPEG 2000 or "
            "JPEG-LS, which archives (PACS) offer when they send or export."};
    if (!s.unreadable.empty())
        throw NotReadable{
            name + " holds a number that cannot be read: " + s.unreadable +
            ". DICOM writes numbers with a decimal point and nothing else. Export the original series "
            "again; the program that wrote this one has spoiled it."};
    if (s.modalityLut)
        throw NotReadable{
            name +
            " turns its stored values into others by a table (ModalityLUTSequence), which this program "
            "does not read. Export the original CT series, with RescaleSlope and RescaleIntercept."};
}

} // namespace

void checkKind(const DicomSeries& series)
{
    const DicomSlice& first = series.slices.front();
    const std::string& modality = series.info.modality;
    if (modality == "SR" || first.sopClass.starts_with("1.2.840.10008.5.1.4.1.1.88."))
        throw NotReadable{"It is a structured report (such as a dose report), not images."};
    if (first.sopClass == "1.2.840.10008.5.1.4.1.1.7" ||
        first.sopClass.starts_with("1.2.840.10008.5.1.4.1.1.7."))
        throw NotReadable{"It holds screenshots (secondary capture), not CT images."};
    if (modality == "SEG")
        throw NotReadable{"It is a segmentation, not a scan."};
    if (!modality.empty() && modality != "CT")
        throw NotReadable{"It holds " + modality + ", not CT:" + askForCt};
    if (modality.empty() && !isCtImage(first))
        throw NotReadable{"It does not say that it is CT (no Modality):" + askForCt};
    if (series.localizer)
        throw NotReadable{"It is a localizer (scout view), not a volume."};
    for (const DicomSlice& s : series.slices)
        if (!s.described && s.damage.empty())
            throw NotReadable{
                "It holds many images in one file (multi-frame) and does not say of each where it lies. "
                "Export it as a classic CT series, one file a slice."};
}

void checkSlice(const DicomSlice& s)
{
    const std::string name = "The file " + quoted(s.file.filename());
    if (!s.damage.empty())
        throw NotReadable{name + " " + s.damage + "." + fetchAgain};
    if (!s.hasPixels)
        throw NotReadable{name + " holds no image (no pixel data)."};
    checkValues(s, name);
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
        throw NotReadable{name + " packs its grey values in an unusual way (" + std::to_string(s.bitsStored) +
                          " of " + std::to_string(s.bitsAllocated) +
                          " bits) that this program does not read."};
    const std::int64_t bytes = std::int64_t{s.rows} * s.columns * (s.bitsAllocated / 8) * s.frames;
    if (s.pixelBytes && *s.pixelBytes < bytes)
        throw NotReadable{name + " is damaged: its header promises " + std::to_string(bytes) +
                          " bytes of image, and it holds " + std::to_string(*s.pixelBytes) + "." +
                          fetchAgain};
    // A compressed picture larger than any scanner makes is a header that lies: nothing is allocated for it.
    if (s.rows > 16384 || s.columns > 16384)
        throw NotReadable{name + " claims an image of " + std::to_string(s.columns) + " x " +
                          std::to_string(s.rows) +
                          " pixels, more than any CT scanner makes. The file is damaged."};
    if (s.position.size() != 3 || s.orientation.size() != 6)
        throw NotReadable{name + " does not say where it lies in the patient (no ImagePositionPatient or "
                                 "ImageOrientationPatient). "
                                 "Export the original CT series."};
    if (s.pixelSpacing.size() != 2 || !(s.pixelSpacing[0] > 0) || !(s.pixelSpacing[1] > 0))
        throw NotReadable{
            name +
            " does not say how large its pixels are (no PixelSpacing). Export the original CT series."};
    if (s.slope && *s.slope == 0)
        throw NotReadable{name + " has a RescaleSlope of 0, so that it holds no Hounsfield units."};
}

bool areAlike(const DicomSlice& a, const DicomSlice& b)
{
    return a.rows == b.rows && a.columns == b.columns && !differ(a.orientation, b.orientation, 1e-3) &&
           !differ(a.pixelSpacing, b.pixelSpacing, 1e-4);
}

double degreesBetween(const DicomSlice& a, const DicomSlice& b)
{
    if (a.orientation.size() != 6 || b.orientation.size() != 6)
        return 0;
    const auto normal = [](const std::vector<double>& o) {
        return cross(Vector3{o[0], o[1], o[2]}, Vector3{o[3], o[4], o[5]});
    };
    const Vector3 one = normal(a.orientation), other = normal(b.orientation);
    const double lengths = length(one) * length(other);
    return lengths > 0
               ? std::acos(std::min(1.0, std::abs(dot(one, other)) / lengths)) * 180 / std::numbers::pi
               : 0;
}

namespace {

std::string tiltOf(const DicomSlice& a, const DicomSlice& b)
{
    const double degrees = degreesBetween(a, b);
    return degrees < 0.05 || degrees > 45
               ? ""
               : " by " + plainNumber(degrees, 1) + " degrees (the gantry's tilt changes within the series)";
}

} // namespace

void checkAlike(const DicomSlice& a, const DicomSlice& b)
{
    const std::string pair =
        "The files " + quoted(a.file.filename()) + " and " + quoted(b.file.filename()) + " differ in ";
    const std::string advice =
        " They are not slices of one volume: separate them, or fetch the series again.";
    if (a.rows != b.rows || a.columns != b.columns)
        throw NotReadable{pair + "size (" + std::to_string(a.columns) + " x " + std::to_string(a.rows) +
                          " and " + std::to_string(b.columns) + " x " + std::to_string(b.rows) + " pixels)." +
                          advice};
    if (differ(a.orientation, b.orientation, 1e-3))
        throw NotReadable{pair + "orientation" + tiltOf(a, b) + "." + advice};
    if (differ(a.pixelSpacing, b.pixelSpacing, 1e-4))
        throw NotReadable{pair + "pixel size." + advice};
}

namespace {

/// The direction cosines of a slice as the file has them. Its third axis follows from them: nothing of it was
/// rounded.
Matrix3 writtenAxes(const DicomSlice& s)
{
    const auto& o = s.orientation;
    return fromColumns({o[0], o[1], o[2]}, {o[3], o[4], o[5]}, {0, 0, 1});
}

Vector3 unit(const Vector3& v)
{
    return (1 / length(v)) * v;
}

/// The pixels of a slice as a grid, with axes as the file has them.
Geometry gridAsWritten(const DicomSlice& s, const Matrix3& written)
{
    const Vector3 right = unit(column(written, 0)), down = unit(column(written, 1));
    return Geometry::fromSpacing({s.columns, s.rows, 1}, positionOf(s),
                                 {s.pixelSpacing[1], s.pixelSpacing[0], s.pixelSpacing[0]},
                                 fromColumns(right, down, unit(cross(right, down))));
}

/// How far the direction cosines are from unit vectors.
double offUnit(const Matrix3& written)
{
    return std::max(std::abs(length(column(written, 0)) - 1), std::abs(length(column(written, 1)) - 1));
}

[[noreturn]] void refuseAxes(const DicomSlice& s, const Matrix3& written)
{
    std::string numbers;
    for (const double value : s.orientation)
        numbers += (numbers.empty() ? "" : "\\") + decimalString(value);
    const std::string name = "The file " + quoted(s.file.filename()),
                      said = " (ImageOrientationPatient " + numbers + ")";
    const double rounding = roundingOf(written);
    const bool parallel = length(cross(column(written, 0), column(written, 1))) < 0.5;
    if (parallel || rounding == 0 || rounding > 0.1 || offUnit(written) > std::sqrt(3.0) * rounding ||
        !roundingExplains(gridAsWritten(s, written), written))
        throw NotReadable{name + " is damaged: its direction cosines" + said +
                          " are not two perpendicular unit vectors." + fetchAgain};
    const int digits = static_cast<int>(std::lround(-std::log10(2 * rounding)));
    throw NotReadable{
        name + " says too roughly how it lies in the patient: its direction cosines" + said +
        " were rounded to " + std::to_string(digits) + (digits == 1 ? " digit" : " digits") +
        ", so that pixels would lie more than half a pixel off. Export the original series from the "
        "archive (PACS); the program that wrote this one has rounded it."};
}

} // namespace

double roundingOfAxes(const DicomSlice& s)
{
    constexpr double coarsest = 0.005, exact = 0;
    const double rounding = roundingOf(writtenAxes(s));
    return rounding > coarsest ? exact : rounding;
}

Geometry withoutRounding(const Geometry& geometry, const DicomSlice& s, std::vector<std::string>& notes)
{
    return roundingOfAxes(s) > 0 ? withoutRounding(geometry, writtenAxes(s), notes) : geometry;
}

InPlane axesOf(const DicomSlice& s, std::vector<std::string>& notes)
{
    constexpr double tolerance = 1e-3;
    const Matrix3 written = writtenAxes(s);
    if (offUnit(written) > std::max(tolerance, std::sqrt(3.0) * roundingOfAxes(s)) ||
        length(cross(column(written, 0), column(written, 1))) < 0.5)
        refuseAxes(s, written);
    const Matrix3 direction = withoutRounding(gridAsWritten(s, written), s, notes).direction();
    InPlane axes{column(direction, 0), column(direction, 1), {}};
    const double skew = dot(axes.alongRow, axes.alongColumn);
    if (std::abs(skew) > tolerance)
        refuseAxes(s, written);
    if (std::abs(skew) > std::numbers::pi / 180 / 100)
        notes.push_back("The rows and columns of the images are off a right angle by " +
                        plainNumber(std::abs(skew) * 180 / std::numbers::pi, 2) +
                        " degrees; they were made perpendicular.");
    // Decimal strings hold 16 characters: what they round off is taken back.
    axes.alongColumn = unit(axes.alongColumn - skew * axes.alongRow);
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

} // namespace hounsfield
