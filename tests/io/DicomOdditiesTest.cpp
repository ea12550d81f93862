// SPDX-License-Identifier: Apache-2.0
#include "tests/io/Samples.h"
#include "tests/support/Paths.h"
#include "tests/support/catch.h"

#include <cmath>

using namespace hounsfield;
using namespace hounsfield::test;
namespace fs = std::filesystem;

namespace {

/// What is said of a series of eleven slices that is spoiled so; the reason listed must be in the error too.
std::string refusalOf(const std::function<void(DicomSample&, int)>& spoil)
{
    TemporaryFolder folder;
    writeSamples(folder.path(), "1.2.3", 11, spoil);
    const SeriesInfo info = list(folder.path()).front();
    REQUIRE_FALSE(info.readable);
    REQUIRE(contains(errorOf([&] { read(folder.path()); }), info.reason));
    REQUIRE(contains(errorOf([&] { read(folder.path(), "1"); }), info.reason));
    return info.reason;
}

void moveTo(DicomSample& s, double x, double y, double z)
{
    s.elements.text(0x00200032, "DS", decimalString(x) + "\\" + decimalString(y) + "\\" + decimalString(z));
}

} // namespace

TEST_CASE("a slice that lies beside the row of the others is refused")
{
    REQUIRE(contains(refusalOf([](DicomSample& s, int n) {
                         if (n == 6)
                             moveTo(s, -4, 20, 2.5 * 6);
                     }),
                     "image 6 is 6 mm away"));
}

TEST_CASE("positions rounded to a tenth of a millimetre are still a regular series")
{
    TemporaryFolder folder;
    writeSamples(folder.path(), "1.2.3", 40,
                 [](DicomSample& s, int n) { moveTo(s, -10, 20, std::round(10 * 0.625 * n) / 10); });
    REQUIRE(read(folder.path()).volume->geometry().spacingMm()[2] == Approx(0.625).margin(0.003));
}

TEST_CASE("a tilted gantry is kept as a sheared grid and said")
{
    TemporaryFolder folder;
    const double tilt = 15 * 3.14159265358979323846 / 180;
    writeSamples(folder.path(), "1.2.3", 11, [&](DicomSample& s, int n) {
        // The table moves along z; the slices stand at an angle to it.
        s.elements.text(0x00200037, "DS",
                        "1\\0\\0\\0\\" + decimalString(std::cos(tilt)) + "\\" +
                            decimalString(std::sin(tilt)));
        moveTo(s, -10, 20, 4.0 * n);
    });
    const Scan scan = read(folder.path());
    const Geometry& g = scan.volume->geometry();
    REQUIRE(g.shearDegrees() == Approx(15).margin(1e-6));
    REQUIRE(g.toMm(Index3{0, 0, 10})[2] == Approx(44));
    REQUIRE(g.voxelVolumeMl() == Approx(2 * 1 * 4 * std::cos(tilt) / 1000));
    REQUIRE(anyContains(scan.notes, "sheared by 15 degrees"));
    REQUIRE(contains(
        errorOf([&] { writeDicomSeries(*scan.volume, {}, folder.path() / "out"); }, ErrorKind::Resources),
        "sheared"));
}

TEST_CASE("slices that differ in size, orientation or pixel size are refused with two file names")
{
    const auto requireNamed = [](const std::string& reason, const std::string& what) {
        CAPTURE(reason);
        REQUIRE(contains(reason, "differ in " + what));
        REQUIRE(contains(reason, "'1.2.3slice-001' and '1.2.3slice-007'"));
    };
    requireNamed(refusalOf([](DicomSample& s, int n) {
                     if (n == 7)
                         s.elements.number(0x00280010, "US", 6);
                 }),
                 "size (16 x 12 and 16 x 6 pixels)");
    requireNamed(refusalOf([](DicomSample& s, int n) {
                     if (n == 7)
                         s.elements.text(0x00200037, "DS", "1\\0\\0\\0\\0\\-1");
                 }),
                 "orientation");
    requireNamed(refusalOf([](DicomSample& s, int n) {
                     if (n == 7)
                         s.elements.text(0x00280030, "DS", "1\\1.9");
                 }),
                 "pixel size");
}

TEST_CASE("what is not CT is listed with its reason and not read")
{
    const auto text = [](std::uint32_t tag, const char* vr, const std::string& value) {
        return [=](DicomSample& s, int) { s.elements.text(tag, vr, value); };
    };
    REQUIRE(contains(refusalOf(text(0x00080060, "CS", "MR")),
                     "It holds MR, not CT: Hounsfield units are needed"));
    REQUIRE(contains(refusalOf(text(0x00080008, "CS", "ORIGINAL\\PRIMARY\\LOCALIZER")), "localizer"));
    REQUIRE(contains(refusalOf(text(0x00080016, "UI", "1.2.840.10008.5.1.4.1.1.7")), "secondary capture"));
    REQUIRE(contains(refusalOf(text(0x00080060, "CS", "SR")), "structured report"));
    REQUIRE(contains(refusalOf(text(0x00280004, "CS", "MONOCHROME1")), "MONOCHROME1"));
    REQUIRE(contains(refusalOf(text(0x00280004, "CS", "RGB")), "colour image"));
    REQUIRE(contains(refusalOf(text(0x00280008, "IS", "30")), "multi-frame"));
    REQUIRE(contains(refusalOf(text(0x00200032, "DS", "")), "ImagePositionPatient"));
    REQUIRE(contains(refusalOf(text(0x00200032, "DS", "a\\b\\c")), "ImagePositionPatient"));
    REQUIRE(contains(refusalOf(text(0x00280030, "DS", "0\\0")), "PixelSpacing"));
    REQUIRE(contains(refusalOf(text(0x00281053, "DS", "0")), "RescaleSlope of 0"));
    REQUIRE(contains(refusalOf(text(0x00200037, "DS", "1\\0\\0\\1\\0\\0")), "perpendicular"));
}

TEST_CASE("a missing rescale and a type other than HU are doubted in a sentence")
{
    TemporaryFolder folder;
    writeSamples(folder.path(), "1.2.3", 11, [](DicomSample& s, int) {
        s.elements.text(0x00281053, "DS", "");
        s.elements.text(0x00281054, "LO", "OD");
    });
    const Scan scan = read(folder.path());
    REQUIRE(anyContains(scan.notes, "RescaleSlope or RescaleIntercept is missing in 11 slices"));
    REQUIRE(anyContains(scan.notes, "RescaleType OD"));
}

TEST_CASE("thick and few slices are said")
{
    TemporaryFolder folder;
    writeSamples(folder.path(), "1.2.3", 4, [](DicomSample& s, int n) { moveTo(s, -10, 20, 7.5 * n); });
    const Scan scan = read(folder.path());
    REQUIRE(anyContains(scan.notes, "7.5 mm apart (more than 5 mm)"));
    REQUIRE(anyContains(scan.notes, "only 4 slices"));
}

TEST_CASE("a DICOM file cut off at any place is refused or leaves a note, and never a crash")
{
    TemporaryFolder folder;
    writeSamples(folder.path(), "1.2.3", 11);
    const fs::path last = folder.path() / "1.2.3slice-011";
    const std::string whole = readFile(last);
    for (std::size_t keep = whole.size() - 1; keep > 0; keep = keep > 400 ? keep - 97 : keep - 7) {
        CAPTURE(keep);
        writeFile(last, whole.substr(0, keep));
        std::string said = errorOf([&] { read(folder.path()); });
        if (said.empty())
            for (const auto& note : read(folder.path()).notes)
                said += note;
        // Below 132 bytes nothing tells that the file was DICOM.
        if (keep >= 132)
            REQUIRE((contains(said, "cut off") || contains(said, "holds no image")));
        if (keep < 7)
            break;
    }
    writeFile(last, "");
    REQUIRE(anyContains(read(folder.path()).notes, "1 files in the folder are empty, cut off"));
    REQUIRE(contains(errorOf([&] { read(last); }), "is empty"));
    writeFile(last, whole.substr(0, 300));
    REQUIRE(contains(errorOf([&] { read(last); }), "names no series"));
}

TEST_CASE("DICOM headers that lie about sizes and lengths are refused before memory is taken")
{
    REQUIRE(contains(refusalOf([](DicomSample& s, int) {
                         s.elements.number(0x00280010, "US", 65535);
                         s.elements.number(0x00280011, "US", 65535);
                     }),
                     "promises 8589672450 bytes"));
    TemporaryFolder folder;
    writeSamples(folder.path(), "1.2.3", 11);
    const fs::path file = folder.path() / "1.2.3slice-003";
    std::string bytes = readFile(file);
    const auto pixelData = bytes.rfind("OW");
    bytes.replace(pixelData + 4, 4, "\xf0\xff\xff\xff"); // four thousand million bytes of pixels
    writeFile(file, bytes);
    REQUIRE(contains(errorOf([&] { read(folder.path()); }), "'1.2.3slice-003' is cut off"));
    // Sequences within sequences without end.
    std::string nest(bytes.substr(0, pixelData - 4));
    for (int n = 0; n < 5000; ++n)
        nest += std::string("\x08\x00\x40\x11SQ\0\0\xff\xff\xff\xff\xfe\xff\x00\xe0\xff\xff\xff\xff", 20);
    writeFile(file, nest);
    REQUIRE(contains(errorOf([&] { read(folder.path()); }), "is damaged"));
}

TEST_CASE("bytes flipped in a DICOM file never crash the reader")
{
    TemporaryFolder folder;
    writeSamples(folder.path(), "1.2.3", 3);
    const fs::path file = folder.path() / "1.2.3slice-002";
    const std::string whole = readFile(file);
    for (std::size_t n = 132; n < whole.size() - 400; n += 5) {
        std::string spoiled = whole;
        spoiled[n] = static_cast<char>(spoiled[n] ^ (1 << (n % 8)) ^ 0x80);
        writeFile(file, spoiled);
        CAPTURE(n);
        // Refused or read, but always with an Error and never another exception.
        REQUIRE_NOTHROW(errorOf([&] { read(folder.path()); }));
    }
}

TEST_CASE("folders without a scan and paths that lead nowhere are refused with what to do")
{
    TemporaryFolder folder;
    REQUIRE(contains(errorOf([&] { read(folder.path()); }), "There are no DICOM images in the folder"));
    writeFile(folder.path() / "letter.txt", "hello");
    REQUIRE(contains(errorOf([&] { read(folder.path()); }), "1 files were looked at"));
    REQUIRE(contains(errorOf([&] { read(folder.path() / "letter.txt"); }), "not a scan this program reads"));
    REQUIRE(contains(errorOf([&] { read(folder.path() / "nowhere"); }), "does not exist"));
    REQUIRE(contains(errorOf([&] { list(folder.path() / "letter.txt" / "below"); }), "does not exist"));
    REQUIRE(contains(errorOf([&] { readLabels(folder.path()); }), "is a folder"));
}
