// SPDX-License-Identifier: Apache-2.0
#include "tests/io/Samples.h"
#include "tests/support/Paths.h"
#include "tests/support/catch.h"

#include <itkNiftiImageIO.h>

#include <algorithm>
#include <cmath>
#include <limits>

using namespace hounsfield;
using namespace hounsfield::test;

namespace {

using Rows = std::array<std::array<double, 4>, 3>;

void requireAffine(const Geometry& g, const Rows& expected, double tolerance)
{
    const auto rows = g.rasAffine();
    for (std::size_t r = 0; r < 3; ++r)
        for (std::size_t c = 0; c < 4; ++c) {
            CAPTURE(r, c, rows[r][c], expected[r][c]);
            REQUIRE(std::abs(rows[r][c] - expected[r][c]) <= tolerance);
        }
}

std::string voxels16(std::int64_t count, std::int16_t value = 40)
{
    std::string bytes;
    for (std::int64_t n = 0; n < count; ++n)
        bytes.append(reinterpret_cast<const char*>(&value), 2);
    return bytes;
}

} // namespace

TEST_CASE("the six reference grids come with the affine that their header states")
{
    REQUIRE_SHARED(shared);
    const auto folder = shared / "reference" / "volumes";
    const double tilt = 3 * std::tan(12 * 3.14159265358979 / 180);
    const std::vector<std::pair<std::string, Rows>> known{
        {"axes_swapped", {{{0, 0, 1.2, 5}, {3, 0, 0, 6}, {0, -1.2, 0, 7}}}},
        {"fine_0p6", {{{-0.6, 0, 0, 18}, {0, 0.6, 0, -17}, {0, 0, 0.8, -20}}}},
        {"gantry_tilt", {{{1, 0, 0, -22}, {0, 1, tilt, -22}, {0, 0, 3, -36}}}},
        {"lps_aniso", {{{-0.9, 0, 0, 30}, {0, -0.9, 0, 20}, {0, 0, 5, -100}}}},
        {"ras_iso2", {{{2, 0, 0, -40}, {0, 2, 0, -44}, {0, 0, 2, -30}}}},
        {"oblique",
         {{{1.0864571333, 0.17207790911, 0, -20},
           {-0.16696646810, 1.0541847944, -0.60480475426, 15},
           {-0.041629415005, 0.26283776760, 2.4257392883, 60}}}}};
    for (const auto& [name, rows] : known) {
        CAPTURE(name);
        const Scan scan = read(folder / (name + ".nii.gz"));
        requireAffine(scan.volume->geometry(), rows, 1e-6);
        REQUIRE(scan.caseName == name);
        REQUIRE(scan.volume->geometry().isOrthogonal() == (name != "gantry_tilt"));
        REQUIRE(anyContains(scan.notes, "sheared") == (name == "gantry_tilt"));
    }
}

TEST_CASE("the six reference volumes survive writing and reading voxel by voxel in both formats")
{
    REQUIRE_SHARED(shared);
    TemporaryFolder folder;
    for (const char* name : {"axes_swapped", "fine_0p6", "gantry_tilt", "lps_aniso", "ras_iso2", "oblique"})
        for (const char* ending : {".nii.gz", ".nii", ".nrrd"}) {
            CAPTURE(name, ending);
            const Scan scan = read(shared / "reference" / "volumes" / (std::string(name) + ".nii.gz"));
            const auto file = folder.path() / (std::string(name) + ending);
            writeVolume(*scan.volume, file);
            const Scan back = read(file);
            REQUIRE(back.volume->voxels() == scan.volume->voxels());
            // float32 in, float32 out: NIfTI loses not a bit. ITK reads NRRD as spacing and direction.
            REQUIRE(back.volume->geometry().sameGrid(scan.volume->geometry(), 1e-9));
            if (std::string(ending) != ".nrrd")
                REQUIRE(back.volume->geometry().rasAffine() == scan.volume->geometry().rasAffine());
        }
}

TEST_CASE("every kind of grid is written as NIfTI and read back within a thousandth of a millimetre")
{
    TemporaryFolder folder;
    for (const auto& [name, geometry] : grids()) {
        CAPTURE(name);
        const Volume volume = formulaVolume(geometry);
        writeVolume(volume, folder.path() / "v.nii.gz");
        const Scan back = read(folder.path() / "v.nii.gz");
        REQUIRE(back.volume->voxels() == volume.voxels());
        REQUIRE(back.volume->geometry().sameGrid(geometry, 1e-3));
        REQUIRE_FALSE(anyContains(back.notes, "disagree"));
    }
}

TEST_CASE("ITK's own reader sees our NIfTI where we say it is, and the qform says the same as the sform")
{
    TemporaryFolder folder;
    for (const auto& [name, geometry] : grids()) {
        if (!geometry.isOrthogonal())
            continue;
        for (bool withSform : {true, false}) {
            CAPTURE(name, withSform);
            const auto file = folder.path() / "v.nii";
            writeVolume(formulaVolume(geometry), file);
            if (!withSform) {
                std::string bytes = readFile(file);
                bytes[254] = 0;
                writeFile(file, bytes);
                REQUIRE(read(file).volume->geometry().sameGrid(geometry, 1e-3));
            }
            const auto io = itk::NiftiImageIO::New();
            io->SetFileName(file.string());
            io->ReadImageInformation();
            for (unsigned axis = 0; axis < 3; ++axis) {
                REQUIRE(io->GetSpacing(axis) == Approx(geometry.spacingMm()[axis]).epsilon(1e-5));
                REQUIRE(io->GetOrigin(axis) == Approx(geometry.originMm()[axis]).margin(1e-4));
                for (unsigned row = 0; row < 3; ++row)
                    REQUIRE(io->GetDirection(axis)[row] ==
                            Approx(geometry.direction()[row][axis]).margin(1e-4));
            }
        }
    }
}

TEST_CASE("a sheared grid is written with sform only, an orthogonal one with both forms")
{
    TemporaryFolder folder;
    for (const auto& [name, geometry] : grids()) {
        CAPTURE(name);
        writeVolume(formulaVolume(geometry), folder.path() / "v.nii");
        const std::string bytes = readFile(folder.path() / "v.nii");
        REQUIRE(int(bytes[252]) == (geometry.isOrthogonal() ? 1 : 0));
        REQUIRE(int(bytes[254]) == 1);
    }
}

TEST_CASE("where sform and qform disagree, sform is used and the person is told by how many millimetres")
{
    TemporaryFolder folder;
    const auto file = folder.path() / "two.nii";
    NiftiBytes header({10, 10, 10}, 4, 16);
    header.plainSform().put<std::int16_t>(252, 1).put<float>(268, 7.5f);
    writeFile(file, header.bytes + voxels16(1000));
    const Scan scan = read(file);
    REQUIRE(scan.volume->geometry().originMm() == Vector3{0, 0, 0});
    REQUIRE(anyContains(scan.notes, "disagree by up to 7.5 mm"));
}

TEST_CASE("a NIfTI file that says nothing of its place is read with a warning about left and right")
{
    TemporaryFolder folder;
    const auto file = folder.path() / "none.nii";
    NiftiBytes header({10, 10, 10}, 4, 16);
    writeFile(file, header.put<float>(80, 2).bytes + voxels16(1000));
    const Scan scan = read(file);
    REQUIRE(scan.volume->geometry().orientation() == "RAS");
    REQUIRE(scan.volume->geometry().spacingMm()[0] == 2);
    REQUIRE(anyContains(scan.notes, "Left and right may be exchanged"));
}

TEST_CASE("positions in metres or micrometres become millimetres")
{
    TemporaryFolder folder;
    for (int unit : {1, 3}) {
        NiftiBytes header({10, 10, 10}, 4, 16);
        const float step = unit == 1 ? 0.002f : 2000.0f;
        header.sform({{{step, 0, 0, 0}, {0, step, 0, 0}, {0, 0, step, 0}}});
        header.bytes[123] = static_cast<char>(unit);
        writeFile(folder.path() / "u.nii", header.bytes + voxels16(1000));
        const Scan scan = read(folder.path() / "u.nii");
        REQUIRE(scan.volume->geometry().spacingMm()[0] == Approx(2.0));
        REQUIRE(anyContains(scan.notes, "converted to millimetres"));
    }
}

TEST_CASE("slope and intercept are honoured, fractions rounded, what does not fit is clamped and said")
{
    TemporaryFolder folder;
    const auto file = folder.path() / "slope.nii.gz";
    NiftiBytes header({10, 10, 10}, 512, 16);
    header.plainSform().put<float>(112, 0.25f).put<float>(116, -1000.5f);
    std::string voxels = voxels16(1000, 2);
    voxels.replace(0, 2, "\xff\xff"); // 65535 * 0.25 - 1000.5 = 15383.25
    writeFile(file, gzipped(header.bytes + voxels));
    const Scan scan = read(file);
    REQUIRE(scan.volume->at({0, 0, 0}) == 15383);
    REQUIRE(scan.volume->at({1, 0, 0}) == -1000);

    header.put<float>(112, -1.0f).put<float>(116, 0.0f);
    writeFile(file, gzipped(header.bytes + voxels));
    const Scan negative = read(file);
    REQUIRE(negative.volume->at({0, 0, 0}) == -32768);
    REQUIRE(negative.volume->at({1, 0, 0}) == -2);
    REQUIRE(anyContains(negative.notes, "1 voxels have values beyond"));
}

TEST_CASE("floating-point voxels are rounded and values that are no numbers are set to air and said")
{
    TemporaryFolder folder;
    NiftiBytes header({10, 10, 10}, 16, 32);
    header.plainSform();
    std::vector<float> values(1000, -0.6f);
    values[1] = std::numeric_limits<float>::quiet_NaN();
    values[2] = 40.4f;
    writeFile(folder.path() / "f.nii",
              header.bytes + std::string(reinterpret_cast<char*>(values.data()), 4000));
    const Scan scan = read(folder.path() / "f.nii");
    REQUIRE(scan.volume->at({0, 0, 0}) == -1);
    REQUIRE(scan.volume->at({1, 0, 0}) == -1024);
    REQUIRE(scan.volume->at({2, 0, 0}) == 40);
    REQUIRE(anyContains(scan.notes, "1 voxels hold no number"));
}

TEST_CASE("a NIfTI file of the other byte order is read the same")
{
    TemporaryFolder folder;
    const Volume volume = formulaVolume(grids()[2].geometry);
    writeVolume(volume, folder.path() / "v.nii");
    std::string bytes = readFile(folder.path() / "v.nii");
    const auto swap = [&](std::size_t from, std::size_t to, std::size_t width) {
        for (std::size_t n = from; n < to; n += width)
            std::reverse(bytes.begin() + static_cast<long>(n), bytes.begin() + static_cast<long>(n + width));
    };
    swap(0, 4, 4);
    swap(40, 56, 2);
    swap(70, 74, 2);
    swap(76, 120, 4);
    swap(252, 256, 2);
    swap(256, 328, 4);
    swap(352, bytes.size(), 2);
    writeFile(folder.path() / "big.nii", bytes);
    const Scan back = read(folder.path() / "big.nii");
    REQUIRE(back.volume->voxels() == volume.voxels());
    REQUIRE(back.volume->geometry().sameGrid(volume.geometry()));
}

TEST_CASE("a fourth dimension of one is read, a series of volumes is refused with a sentence")
{
    TemporaryFolder folder;
    const auto file = folder.path() / "four.nii";
    NiftiBytes header({10, 10, 10}, 4, 16);
    header.plainSform().put<std::int16_t>(40, 4).put<std::int16_t>(48, 1);
    writeFile(file, header.bytes + voxels16(1000));
    REQUIRE(read(file).volume->geometry().size() == Index3{10, 10, 10});
    writeFile(file, header.put<std::int16_t>(48, 3).bytes + voxels16(3000));
    REQUIRE(contains(errorOf([&] { read(file); }), "a series of 3 volumes"));
}

TEST_CASE("colour, complex, paired and unplaceable NIfTI files are refused with a sentence")
{
    TemporaryFolder folder;
    const auto file = folder.path() / "x.nii";
    writeFile(file, NiftiBytes({4, 4, 4}, 128, 24).plainSform().bytes + std::string(192, 'x'));
    REQUIRE(contains(errorOf([&] { read(file); }), "colour image"));
    writeFile(file, NiftiBytes({4, 4, 4}, 32, 64).plainSform().bytes + std::string(512, 'x'));
    REQUIRE(contains(errorOf([&] { read(file); }), "complex numbers"));
    NiftiBytes pair({4, 4, 4}, 4, 16);
    pair.bytes.replace(344, 3, "ni1");
    writeFile(file, pair.bytes);
    REQUIRE(contains(errorOf([&] { read(file); }), ".hdr and .img"));
    NiftiBytes flat({4, 4, 4}, 4, 16);
    flat.sform({{{1, 1, 0, 0}, {1, 1, 0, 0}, {0, 0, 1, 0}}});
    writeFile(file, flat.bytes + voxels16(64));
    REQUIRE(contains(errorOf([&] { read(file); }), "cannot be placed in the patient"));
    flat.plainSform().put<float>(280, std::numeric_limits<float>::infinity());
    writeFile(file, flat.bytes + voxels16(64));
    REQUIRE(contains(errorOf([&] { read(file); }), "finite"));
}

TEST_CASE("cut off, damaged, empty and renamed NIfTI files are refused and named")
{
    TemporaryFolder folder;
    const auto file = folder.path() / "scan.nii.gz";
    writeVolume(formulaVolume(grids()[0].geometry), file);
    const std::string whole = readFile(file);
    for (std::size_t keep : {whole.size() - 3, whole.size() / 2, std::size_t{200}, std::size_t{15}}) {
        writeFile(file, whole.substr(0, keep));
        const std::string message = errorOf([&] { read(file); });
        CAPTURE(keep, message);
        REQUIRE(contains(message, "scan.nii.gz"));
        REQUIRE((contains(message, "cut off") || contains(message, "damaged")));
    }
    std::string flipped = whole;
    flipped[flipped.size() - 6] = static_cast<char>(flipped[flipped.size() - 6] ^ 0x55); // the checksum
    writeFile(file, flipped);
    REQUIRE(contains(errorOf([&] { read(file); }), "damaged"));
    writeFile(file, "");
    REQUIRE(contains(errorOf([&] { read(file); }), "empty"));
    writeFile(file, "This is a letter, not a scan. It only has the name of one.\n");
    REQUIRE(contains(errorOf([&] { read(file); }), "renamed"));
    writeFile(file, gzipped("A compressed letter is no scan either.\n"));
    REQUIRE(contains(errorOf([&] { read(file); }), "does not begin with a NIfTI header"));
    REQUIRE(contains(errorOf([&] { read(folder.path() / "nowhere.nii.gz"); }), "does not exist"));
}

TEST_CASE("a NIfTI header that promises a million million voxels is refused before memory is taken")
{
    TemporaryFolder folder;
    NiftiBytes header({10000, 10000, 10000}, 4, 16);
    header.plainSform();
    writeFile(folder.path() / "huge.nii", header.bytes + voxels16(100));
    REQUIRE(contains(errorOf([&] { read(folder.path() / "huge.nii"); }), "promises 2000000000000 bytes"));
    writeFile(folder.path() / "huge.nii.gz", gzipped(header.bytes + voxels16(100)));
    REQUIRE(contains(errorOf([&] { read(folder.path() / "huge.nii.gz"); }), "promises 2000000000000 bytes"));
    header.put<std::int16_t>(44, -5);
    writeFile(folder.path() / "huge.nii", header.bytes);
    REQUIRE(contains(errorOf([&] { read(folder.path() / "huge.nii"); }), "-5 voxels"));
}

TEST_CASE("values that are hardly Hounsfield units are doubted in a sentence")
{
    TemporaryFolder folder;
    const auto file = folder.path() / "v.nii";
    const auto notesFor = [&](std::int16_t value, std::int16_t other, int spread = 1) {
        std::string voxels;
        for (int v = 0; v < 1000; ++v)
            voxels += voxels16(1, static_cast<std::int16_t>(value + v % spread));
        voxels.replace(0, 2, voxels16(1, other));
        writeFile(file, NiftiBytes({10, 10, 10}, 4, 16).plainSform().bytes + voxels);
        return read(file).notes;
    };
    REQUIRE(anyContains(notesFor(1000, 0, 400), "No value is below 0"));
    REQUIRE(anyContains(notesFor(40, -100), "no air"));
    REQUIRE(anyContains(notesFor(40, 40), "Every voxel has the same value (40)"));
    REQUIRE(notesFor(40, -1000).empty());
}
