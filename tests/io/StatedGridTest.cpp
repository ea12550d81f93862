// SPDX-License-Identifier: Apache-2.0
#include "tests/io/Samples.h"
#include "tests/support/Paths.h"
#include "tests/support/catch.h"

#include <algorithm>
#include <array>

using namespace hounsfield;
using namespace hounsfield::test;
namespace fs = std::filesystem;

namespace {

constexpr Index3 size{14, 12, 11};

std::string voxels()
{
    const Volume volume = formulaVolume(Geometry::fromSpacing(size, {0, 0, 0}, {1, 1, 1}));
    return {reinterpret_cast<const char*>(volume.voxels().data()), volume.voxels().size() * 2};
}

std::string nrrd(const std::string& place, const std::string& sizes = "dimension: 3\nsizes: 14 12 11\n")
{
    return "NRRD0005\ntype: short\n" + sizes + place + "endian: little\nencoding: raw\n\n" + voxels();
}

Scan readNrrd(const fs::path& folder, const std::string& text)
{
    writeFile(folder / "v.nrrd", text);
    return read(folder / "v.nrrd");
}

std::string refusal(const fs::path& folder, const std::string& text)
{
    writeFile(folder / "v.nrrd", text);
    return errorOf([&] { read(folder / "v.nrrd"); });
}

std::string meta(const std::string& lines, const std::string& spacing = "2 3 4")
{
    return "ObjectType = Image\nNDims = 3\nBinaryData = True\nBinaryDataByteOrderMSB = False\n" + lines +
           "ElementSpacing = " + spacing +
           "\nDimSize = 14 12 11\nElementType = MET_SHORT\nElementDataFile = LOCAL\n" + voxels();
}

Scan readMeta(const fs::path& folder, const std::string& text)
{
    writeFile(folder / "v.mha", text);
    return read(folder / "v.mha");
}

std::string vectorText(const Vector3& v)
{
    std::string text;
    for (double value : v)
        text += (text.empty() ? "(" : ",") + std::to_string(static_cast<int>(value));
    return text + ")";
}

/// The 48 ways in which axes can lie along the patient's, as LPS columns of steps 2, 3 and 4 mm.
std::vector<Matrix3> ways()
{
    std::vector<Matrix3> all;
    std::array<int, 3> order{0, 1, 2};
    do
        for (int flips = 0; flips < 8; ++flips) {
            Matrix3 matrix{};
            for (int n = 0; n < 3; ++n)
                matrix[static_cast<std::size_t>(order[static_cast<std::size_t>(n)])]
                      [static_cast<std::size_t>(n)] = (flips >> n & 1 ? -1 : 1) * (n + 2);
            all.push_back(matrix);
        }
    while (std::next_permutation(order.begin(), order.end()));
    return all;
}

const std::string plainLps =
    "space: left-posterior-superior\nspace directions: (2,0,0) (0,3,0) (0,0,4)\nspace origin: (10,20,30)\n";
const Geometry plain = Geometry::fromSpacing(size, {10, 20, 30}, {2, 3, 4});

} // namespace

TEST_CASE(
    "an NRRD lies where it says in all 48 orders and flips of its axes, in all three spaces and under all of "
    "their names")
{
    TemporaryFolder folder;
    const std::vector<std::pair<std::vector<std::string>, Vector3>> spaces{
        {{"left-posterior-superior", "LPS", "Left Posterior Superior"}, {1, 1, 1}},
        {{"right-anterior-superior", "RAS", "right anterior superior"}, {-1, -1, 1}},
        {{"left-anterior-superior", "LAS", "las"}, {1, -1, 1}}};
    for (const auto& [names, signs] : spaces)
        for (const Matrix3& lps : ways()) {
            std::string directions = "space directions:";
            for (int n = 0; n < 3; ++n) {
                const Vector3 c = column(lps, n);
                directions += " " + vectorText({signs[0] * c[0], signs[1] * c[1], signs[2] * c[2]});
            }
            const std::string place =
                directions + "\nspace origin: " + vectorText({signs[0] * 10, signs[1] * 20, signs[2] * 30}) +
                "\n";
            for (const std::string& name : names) {
                CAPTURE(name, directions);
                const Scan scan = readNrrd(folder.path(), nrrd("space: " + name + "\n" + place));
                REQUIRE(scan.volume->geometry().sameGrid(Geometry(size, {10, 20, 30}, lps), 1e-9));
                REQUIRE_FALSE(anyContains(scan.notes, "Left and right"));
            }
        }
}

TEST_CASE("units of an NRRD are converted or refused, never taken for millimetres")
{
    TemporaryFolder folder;
    const std::string inCm = "space directions: (0.2,0,0) (0,0.3,0) (0,0,0.4)\nspace origin: (1,2,3)\n";
    for (const std::string unit : {"\"cm\" \"cm\" \"cm\"", "\"CM\" \"Cm\" \"cm\"",
                                   "\"centimeters\" \"centimeters\" \"centimeters\""}) {
        CAPTURE(unit);
        const Scan scan = readNrrd(folder.path(), nrrd("space: LPS\nspace units: " + unit + "\n" + inCm));
        CHECK(scan.volume->geometry().sameGrid(plain, 1e-9));
        CHECK(anyContains(scan.notes, "converted to millimetres"));
    }
    CHECK(readNrrd(folder.path(), nrrd(plainLps + "space units: \"mm\" \"mm\" \"mm\"\n"))
              .volume->geometry()
              .sameGrid(plain, 1e-9));
    CHECK(readNrrd(folder.path(), nrrd("units: \"cm\" \"cm\" \"cm\"\nspacings: 0.2 0.3 0.4\n"))
              .volume->geometry()
              .spacingMm()[2] == Approx(4));
    CHECK(contains(refusal(folder.path(), nrrd(plainLps + "space units: \"furlong\" \"mm\" \"mm\"\n")),
                   "furlong"));
    // teem refuses units of axes beside directions in space.
    CHECK(refusal(folder.path(), nrrd("units: \"cm\" \"cm\" \"cm\"\n" + plainLps)) != "");
}

TEST_CASE("an NRRD without voxel sizes says so, and one that gives the ends of its axes has their voxel size")
{
    TemporaryFolder folder;
    const Scan none = readNrrd(folder.path(), nrrd(""));
    CHECK(length(none.volume->geometry().spacingMm() - Vector3{1, 1, 1}) < 1e-9);
    CHECK(anyContains(none.notes, "No volume can be trusted"));
    CHECK(anyContains(none.notes, "Left and right may be exchanged"));
    const std::string ends = "axis mins: 0 0 0\naxis maxs: 28 36 44\n";
    const Scan cells = readNrrd(folder.path(), nrrd(ends + "centers: cell cell cell\n"));
    CHECK(length(cells.volume->geometry().spacingMm() - Vector3{2, 3, 4}) < 1e-9);
    CHECK(length(cells.volume->geometry().originMm() - Vector3{1, 1.5, 2}) < 1e-9);
    const Scan nodes =
        readNrrd(folder.path(), nrrd("axis mins: 0 0 0\naxismaxs: 26 33 40\ncenterings: node node node\n"));
    CHECK(length(nodes.volume->geometry().spacingMm() - Vector3{2, 3, 4}) < 1e-9);
    CHECK(nodes.volume->geometry().originMm() == Vector3{0, 0, 0});
    CHECK(anyContains(readNrrd(folder.path(), nrrd(ends)).notes, "borders were assumed"));
    CHECK(contains(refusal(folder.path(), nrrd("spacings: 1 1 1\n" + ends)), "contradicts itself"));
    CHECK(length(readNrrd(folder.path(), nrrd("spacings: 2 3 4\n" + ends)).volume->geometry().spacingMm() -
                 Vector3{2, 3, 4}) < 1e-9);
}

TEST_CASE(
    "an NRRD of four axes is read where the fourth holds one value, and refused where it is time or colour")
{
    TemporaryFolder folder;
    const std::string lies = "space: left-posterior-superior\nspace origin: (10,20,30)\n";
    const Scan last = readNrrd(
        folder.path(),
        nrrd(lies + "space directions: (2,0,0) (0,3,0) (0,0,4) none\nkinds: domain domain domain list\n",
             "dimension: 4\nsizes: 14 12 11 1\n"));
    CHECK(last.volume->geometry().sameGrid(plain, 1e-9));
    const Scan first = readNrrd(
        folder.path(),
        nrrd(lies + "space directions: none (2,0,0) (0,3,0) (0,0,4)\nkinds: vector domain domain domain\n",
             "dimension: 4\nsizes: 1 14 12 11\n"));
    CHECK(first.volume->geometry().sameGrid(plain, 1e-9));
    CHECK(refusal(
              folder.path(),
              nrrd(lies +
                       "space directions: none (2,0,0) (0,3,0) (0,0,4)\nkinds: vector domain domain domain\n",
                   "dimension: 4\nsizes: 2 7 12 11\n")) != "");
}

TEST_CASE("axes whose numbers were rounded are made perpendicular and said, and a real tilt stays")
{
    TemporaryFolder folder;
    // cos and sin of 30 degrees to three digits, the third axis off by the rounding of its own.
    const Scan rounded = readNrrd(folder.path(), nrrd("space: LPS\nspace directions: (0.866,0.5,0.001) "
                                                      "(-0.5,0.866,0) (0,0,2)\nspace origin: (0,0,0)\n"));
    CHECK(rounded.volume->geometry().isOrthogonal());
    CHECK(anyContains(rounded.notes, "numbers were rounded"));
    CHECK(length(rounded.volume->geometry().spacingMm() - Vector3{1, 1, 2}) < 1e-3);
    const Scan tilted =
        readNrrd(folder.path(),
                 nrrd("space: LPS\nspace directions: (1,0,0) (0,1,0) (0,0.75,3)\nspace origin: (0,0,0)\n"));
    CHECK(tilted.volume->geometry().shearDegrees() > 10);
    CHECK(anyContains(tilted.notes, "sheared"));
    const Scan meta30 =
        readMeta(folder.path(), meta("TransformMatrix = 0.87 0.5 0 -0.5 0.87 0.01 0 0 1\n", "1 1 4"));
    CHECK(meta30.volume->geometry().isOrthogonal());
    CHECK(anyContains(meta30.notes, "numbers were rounded"));
    CHECK(length(meta30.volume->geometry().spacingMm() - Vector3{1, 1, 4}) < 1e-9);
    NiftiBytes nifti(size, 4, 16);
    nifti.sform({{{0.866f, 0.5f, 0.001f, 0}, {-0.5f, 0.866f, 0, 0}, {0, 0, 2, 0}}}).put<float>(88, 2.f);
    writeFile(folder.path() / "v.nii", nifti.bytes + voxels());
    const Scan third = read(folder.path() / "v.nii");
    CHECK(third.volume->geometry().isOrthogonal());
    CHECK(anyContains(third.notes, "numbers were rounded"));
    // What we write ourselves is rounded nowhere: a small tilt comes back as it was.
    const Geometry small(size, {0, 0, 0}, {{{1, 0, 0}, {0, 1, 0.01}, {0, 0, 3}}});
    for (const char* name : {"own.nrrd", "own.nii.gz"}) {
        CAPTURE(name);
        writeVolume(formulaVolume(small), folder.path() / name);
        CHECK(read(folder.path() / name).volume->geometry().sameGrid(small, 1e-4));
    }
}

TEST_CASE("a MetaImage's booleans are taken as MetaIO takes them, and its units in any case")
{
    TemporaryFolder folder;
    const std::string place = "TransformMatrix = 1 0 0 0 1 0 0 0 1\nOffset = 10 20 30\n";
    const Volume volume = formulaVolume(plain);
    std::string swapped = voxels();
    for (std::size_t n = 0; n + 1 < swapped.size(); n += 2)
        std::swap(swapped[n], swapped[n + 1]);
    for (const char* word : {"True", "TRUE", "true", "T", "t", "1"}) {
        CAPTURE(word);
        std::string text = meta(place);
        text.replace(text.find("MSB = False"), 11, std::string("MSB = ") + word);
        text.replace(text.size() - swapped.size(), swapped.size(), swapped);
        CHECK((readMeta(folder.path(), text).volume->voxels() == volume.voxels()));
        text.replace(text.find("BinaryData = True"), 17, std::string("BinaryData = ") + word);
        CHECK((readMeta(folder.path(), text).volume->voxels() == volume.voxels()));
    }
    for (const char* word : {"False", "FALSE", "F", "f", "0"}) {
        CAPTURE(word);
        std::string text = meta(place);
        text.replace(text.find("MSB = False"), 11, std::string("MSB = ") + word);
        CHECK((readMeta(folder.path(), text).volume->voxels() == volume.voxels()));
    }
    const std::string small = "TransformMatrix = 1 0 0 0 1 0 0 0 1\nOffset = 1 2 3\n";
    for (const char* unit : {"cm", "CM", "Cm"}) {
        const Scan scan =
            readMeta(folder.path(), meta(small + "DistanceUnits = " + unit + "\n", "0.2 0.3 0.4"));
        CHECK(scan.volume->geometry().sameGrid(plain, 1e-9));
        CHECK(anyContains(scan.notes, "converted to millimetres"));
    }
    CHECK(readMeta(folder.path(), meta(place + "DistanceUnits = MM\n"))
              .volume->geometry()
              .sameGrid(plain, 1e-9));
    CHECK(readMeta(folder.path(), meta(place + "DistanceUnits = ?\n"))
              .volume->geometry()
              .sameGrid(plain, 1e-9));
    CHECK(contains(errorOf([&] { readMeta(folder.path(), meta(place + "DistanceUnits = furlong\n")); }),
                   "furlong"));
    CHECK(contains(errorOf([&] { readMeta(folder.path(), meta("TransformMatrix = 2 0 0 0 1 0 0 0 1\n")); }),
                   "should have the length 1"));
}

TEST_CASE("a NIfTI whose affine and pixdim give different voxel sizes says both")
{
    TemporaryFolder folder;
    NiftiBytes nifti(size, 4, 16);
    nifti.plainSform().put<float>(80, 2.f).put<float>(84, 2.f).put<float>(88, 2.5f);
    writeFile(folder.path() / "v.nii", nifti.bytes + voxels());
    const Scan scan = read(folder.path() / "v.nii");
    CHECK(anyContains(scan.notes, "1 x 1 x 1 mm by its affine (sform), 2 x 2 x 2.5 mm by pixdim"));
    nifti.put<float>(80, 1.f).put<float>(84, -1.f).put<float>(88, 0.f);
    writeFile(folder.path() / "v.nii", nifti.bytes + voxels());
    CHECK_FALSE(anyContains(read(folder.path() / "v.nii").notes, "contradicts itself"));
}

TEST_CASE("the shared cases of stated grids are read as they should be")
{
    REQUIRE_SHARED(shared);
    const fs::path cases = shared / "cases";
    const Scan lps = read(cases / "nrrd-space/lps.nrrd");
    for (const char* space : {"ras", "las"}) {
        CAPTURE(space);
        const Scan scan = read(cases / "nrrd-space" / (std::string(space) + ".nrrd"));
        CHECK(scan.volume->geometry().sameGrid(lps.volume->geometry(), 1e-9));
        CHECK(scan.volume->geometry().orientation() == "LPS");
    }
    const Vector3 expected{2, 2, 3};
    CHECK(length(read(cases / "nrrd-units/units_cm.nrrd").volume->geometry().spacingMm() - expected) < 1e-9);
    CHECK(anyContains(read(cases / "nrrd-units/no_spacing.nrrd").notes, "No volume can be trusted"));
    CHECK(anyContains(read(cases / "nifti/sform_1mm_pixdim_2mm.nii.gz").notes,
                      "1 x 1 x 1 mm by its affine (sform), 2 x 2 x 3 mm by pixdim"));
    const Scan msb = read(cases / "metaimage/msb_TRUE.mha");
    CHECK((msb.volume->voxels() == lps.volume->voxels()));
}
