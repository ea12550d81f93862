// SPDX-License-Identifier: Apache-2.0
#include "tests/io/Samples.h"
#include "tests/support/Paths.h"
#include "tests/support/catch.h"

#include <zlib.h>

using namespace hounsfield;
using namespace hounsfield::test;

namespace {

const Geometry sheared({13, 11, 12}, {-20, -20, 10}, {{{1, 0, 0}, {0, 1, 0.75}, {0, 0, 3}}});

std::string bytesOf(const Volume& volume)
{
    return {reinterpret_cast<const char*>(volume.voxels().data()), volume.voxels().size() * 2};
}

std::string metaHeader(const std::string& extra, const std::string& size = "13 11 12")
{
    return "ObjectType = Image\nNDims = 3\nBinaryData = True\nBinaryDataByteOrderMSB = False\n" + extra +
           "ElementSpacing = 1 2 3\nDimSize = " + size +
           "\nElementType = MET_SHORT\nElementDataFile = LOCAL\n";
}

const std::string placed = "TransformMatrix = 0 1 0 -1 0 0 0 0 1\nOffset = 4 5 6\n";

std::string nrrd(const std::string& space, const std::string& sizes, const std::string& data)
{
    return "NRRD0004\ntype: short\ndimension: 3\n" + space + "sizes: " + sizes +
           "\nkinds: domain domain domain\n" + "endian: little\nencoding: raw\n\n" + data;
}

} // namespace

TEST_CASE("every kind of grid is written as NRRD and read back by ITK exactly")
{
    TemporaryFolder folder;
    for (const auto& [name, geometry] : grids()) {
        CAPTURE(name);
        const Volume volume = formulaVolume(geometry);
        writeVolume(volume, folder.path() / "v.nrrd");
        const Scan back = read(folder.path() / "v.nrrd");
        REQUIRE(back.volume->voxels() == volume.voxels());
        REQUIRE(back.volume->geometry().sameGrid(geometry, 1e-9));
        REQUIRE(back.series.format == "NRRD");
        REQUIRE_FALSE(anyContains(back.notes, "Left and right"));
    }
}

TEST_CASE("an NRRD in right-anterior-superior space lies where it says, and one without a space is doubted")
{
    TemporaryFolder folder;
    const Volume volume = formulaVolume(sheared);
    const auto file = folder.path() / "v.nrrd";
    const std::string place = "space directions: (1,0,0) (0,2,0) (0,0,3)\nspace origin: (10,20,30)\n";
    writeFile(file, nrrd("space: right-anterior-superior\n" + place, "13 11 12", bytesOf(volume)));
    const Scan ras = read(file);
    REQUIRE(ras.volume->geometry().orientation() == "RAS");
    REQUIRE(ras.volume->geometry().originMm() == Vector3{-10, -20, 30});
    REQUIRE(ras.volume->voxels() == volume.voxels());
    writeFile(file, nrrd("spacings: 1 2 3\n", "13 11 12", bytesOf(volume)));
    REQUIRE(anyContains(read(file).notes, "Left and right may be exchanged"));
}

TEST_CASE("cut off and boasting NRRD files are refused")
{
    TemporaryFolder folder;
    const Volume volume = formulaVolume(sheared);
    const auto file = folder.path() / "v.nrrd";
    writeVolume(volume, file);
    const std::string whole = readFile(file);
    writeFile(file, whole.substr(0, whole.size() / 2));
    REQUIRE(contains(errorOf([&] { read(file); }), "cut off"));
    const std::string place =
        "space: left-posterior-superior\nspace directions: (1,0,0) (0,2,0) (0,0,3)\nspace origin: (0,0,0)\n";
    writeFile(file, nrrd(place, "13 11 12", bytesOf(volume).substr(0, 900)));
    REQUIRE(contains(errorOf([&] { read(file); }), "cut off"));
    writeFile(file, nrrd(place, "10000 10000 10000", "x"));
    REQUIRE(contains(errorOf([&] { read(file); }), "promises 2000000000000 bytes"));
    writeFile(file, "a letter");
    REQUIRE(contains(errorOf([&] { read(file); }), "renamed"));
}

TEST_CASE("MetaImage is read raw and compressed, in one file and in two, with its exact matrix")
{
    TemporaryFolder folder;
    const Volume volume = formulaVolume(sheared);
    const std::string data = bytesOf(volume);
    const Geometry expected({13, 11, 12}, {4, 5, 6}, {{{0, -2, 0}, {1, 0, 0}, {0, 0, 3}}});
    const auto requireSame = [&](const std::filesystem::path& file) {
        const Scan scan = read(file);
        REQUIRE(scan.volume->voxels() == volume.voxels());
        REQUIRE(scan.volume->geometry().sameGrid(expected, 1e-9));
        REQUIRE(scan.series.format == "MetaImage");
    };
    writeFile(folder.path() / "raw.mha", metaHeader(placed) + data);
    requireSame(folder.path() / "raw.mha");

    uLongf length = compressBound(data.size());
    std::string packed(length, '\0');
    compress(reinterpret_cast<Bytef*>(packed.data()), &length, reinterpret_cast<const Bytef*>(data.data()),
             data.size());
    packed.resize(length);
    writeFile(folder.path() / "zip.mha", metaHeader("CompressedData = True\n" + placed) + packed);
    requireSame(folder.path() / "zip.mha");
    writeFile(folder.path() / "zip.mha",
              metaHeader("CompressedData = True\n" + placed) + packed.substr(0, length / 2));
    REQUIRE(contains(errorOf([&] { read(folder.path() / "zip.mha"); }), "cut off"));

    std::string header = metaHeader(placed);
    header.replace(header.find("LOCAL"), 5, "vöxels.raw");
    writeFile(folder.path() / "two.mhd", header);
    REQUIRE(contains(errorOf([&] { read(folder.path() / "two.mhd"); }), "not beside it"));
    writeFile(folder.path() / std::filesystem::path(u8"vöxels.raw"), data);
    requireSame(folder.path() / "two.mhd");
}

TEST_CASE("a MetaImage that was cut off, boasts, or does not say how it lies is never silently wrong")
{
    TemporaryFolder folder;
    const auto file = folder.path() / "v.mha";
    const std::string data = bytesOf(formulaVolume(sheared));
    writeFile(file, metaHeader(placed) + data.substr(0, data.size() - 1));
    REQUIRE(contains(errorOf([&] { read(file); }), "cut off"));
    writeFile(file, metaHeader(placed, "10000 10000 10000") + data);
    REQUIRE(contains(errorOf([&] { read(file); }), "promises 2000000000000 bytes"));
    writeFile(file, metaHeader(placed, "13 -11 12") + data);
    REQUIRE(contains(errorOf([&] { read(file); }), "-11 voxels"));
    writeFile(file, metaHeader(placed, "13 eleven 12") + data);
    REQUIRE(contains(errorOf([&] { read(file); }), "does not hold numbers"));
    writeFile(file, metaHeader("") + data);
    REQUIRE(anyContains(read(file).notes, "Left and right may be exchanged"));
    writeFile(file, "not a header\n");
    REQUIRE(contains(errorOf([&] { read(file); }), "not a MetaImage"));
}
