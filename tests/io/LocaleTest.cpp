// SPDX-License-Identifier: Apache-2.0
#include "tests/io/Samples.h"
#include "tests/support/Locales.h"
#include "tests/support/Paths.h"
#include "tests/support/catch.h"
#include "volume/ClassicLocale.h"
#include "volume/NumberText.h"
#include "volume/io/Csv.h"

#include <cstdio>
#include <map>

using namespace hounsfield;
using namespace hounsfield::test;
namespace fs = std::filesystem;

namespace {

/// 6.5 mm and further numbers with decimals, as the sample scan of the program has them.
const Geometry& grid()
{
    static const Geometry made =
        Geometry::fromSpacing({12, 11, 10}, {-223.751, -186.416, -253.713}, {6.5, 6.25, 1234.75});
    return made;
}

std::string metaImage()
{
    const Volume volume = formulaVolume(grid());
    return "ObjectType = Image\nNDims = 3\nBinaryData = True\nBinaryDataByteOrderMSB = False\n"
           "TransformMatrix = 1 0 0 0 1 0 0 0 1\nOffset = -223.751 -186.416 -253.713\nElementSpacing = 6.5 "
           "6.25 "
           "1234.75\n"
           "DimSize = 12 11 10\nElementType = MET_SHORT\nElementDataFile = LOCAL\n" +
           std::string(reinterpret_cast<const char*>(volume.voxels().data()), volume.voxels().size() * 2);
}

std::string nrrdWith(const std::string& place)
{
    const Volume volume = formulaVolume(grid());
    return "NRRD0004\ntype: SHORT INT\ndimension: 3\nsizes: 12 11 10\n" + place +
           "endian: little\nencoding: raw\n\n" +
           std::string(reinterpret_cast<const char*>(volume.voxels().data()), volume.voxels().size() * 2);
}

void writeAll(const fs::path& folder)
{
    fs::create_directories(folder);
    const Volume volume = formulaVolume(grid());
    const Mask mask = Mask::fromGrid(grid(), std::vector<std::uint8_t>(12 * 11 * 10, 1));
    writeVolume(volume, folder / "v.nrrd");
    writeVolume(volume, folder / "v.nii.gz");
    writeVolume(volume, folder / "v.nii");
    writeMask(mask, folder / "m.nrrd");
    writeLabelMap({{1, "Liver, 1,5", "10200004", {1, 20, 255}, &mask}}, folder / "l.nii.gz",
                  folder / "labels.csv");
}

std::map<std::string, std::string> bytesIn(const fs::path& folder)
{
    std::map<std::string, std::string> all;
    for (const fs::path& file : filesIn(folder))
        all[file.filename().string()] = readFile(file);
    return all;
}

} // namespace

TEST_CASE("numbers are printed and read alike under every locale")
{
    for (const std::string& name : foreignLocales()) {
        CAPTURE(name);
        const ForeignLocale foreign(name);
        if (!foreign.there)
            continue;
        CHECK(fixedText(1234567.125, 2) == "1234567.12");
        CHECK(fixedText(-0.5, 1) == "-0.5");
        CHECK(significantText(0.1, 17) == "0.10000000000000001");
        CHECK(significantText(1e-7, 6) == "1e-07");
        CHECK(numberFrom("6.5") == 6.5);
        CHECK(numberFrom("+6.5") == 6.5);
        CHECK_FALSE(numberFrom("6,5"));
        CHECK_FALSE(numberFrom("6.5x"));
        CHECK_FALSE(numberFrom(""));
        CHECK(asciiLower("SITI") == "siti");
        {
            const ClassicLocale numbersAsInC;
            char text[16];
            std::snprintf(text, sizeof text, "%.1f", 6.5);
            CHECK(std::string(text) == "6.5");
        }
        char text[16];
        std::snprintf(text, sizeof text, "%.1f", 6.5);
        CHECK((std::string(text) == "6.5") == (name == "zh_CN.UTF-8"));
    }
}

TEST_CASE("every file is read alike under every locale, although the process has chosen it")
{
    TemporaryFolder folder;
    writeAll(folder.path() / "written");
    writeFile(folder.path() / "v.mha", metaImage());
    writeFile(
        folder.path() / "directions.nrrd",
        nrrdWith("space: Left-Posterior-Superior\nspace directions: (6.5,0,0) (0,6.25,0) (0,0,1234.75)\n"
                 "space origin: (-223.751,-186.416,-253.713)\n"));
    writeFile(folder.path() / "spacings.nrrd", nrrdWith("spacings: 6.5 6.25 1234.75\n"));
    const Volume fine =
        formulaVolume(Geometry::fromSpacing({12, 11, 10}, {-1.25, 2.5, 3.75}, {0.75, 0.75, 2.5}));
    writeDicomSeries(fine, {"A^B", "1", "test"}, folder.path() / "dicom");
    for (const std::string& name : foreignLocales()) {
        CAPTURE(name);
        const ForeignLocale foreign(name);
        if (!foreign.there)
            continue;
        for (const fs::path file :
             {"written/v.nrrd", "written/v.nii.gz", "written/v.nii", "v.mha", "directions.nrrd"}) {
            CAPTURE(file.string());
            const Scan scan = read(folder.path() / file);
            CHECK(scan.volume->geometry().sameGrid(grid(), 2e-3));
            CHECK((scan.volume->voxels() == formulaVolume(grid()).voxels()));
        }
        CHECK(length(read(folder.path() / "spacings.nrrd").volume->geometry().spacingMm() -
                     Vector3{6.5, 6.25, 1234.75}) < 1e-9);
        const Scan dicom = read(folder.path() / "dicom");
        CHECK(dicom.volume->geometry().sameGrid(fine.geometry()));
        CHECK((dicom.volume->voxels() == fine.voxels()));
    }
}

TEST_CASE("every file that is written has the same bytes under every locale")
{
    TemporaryFolder folder;
    writeAll(folder.path() / "c");
    const auto expected = bytesIn(folder.path() / "c");
    CHECK(expected.size() == 6);
    for (const std::string& name : foreignLocales()) {
        CAPTURE(name);
        const ForeignLocale foreign(name);
        if (!foreign.there)
            continue;
        writeAll(folder.path() / name);
        const auto written = bytesIn(folder.path() / name);
        CHECK(written.size() == expected.size());
        for (const auto& [file, bytes] : expected) {
            CAPTURE(file);
            CHECK((written.at(file) == bytes));
        }
    }
}

TEST_CASE("messages name numbers with a point under every locale")
{
    TemporaryFolder folder;
    writeFile(folder.path() / "v.nrrd", nrrdWith("spacings: 4.5 4.25 5.25\n"));
    for (const std::string& name : foreignLocales()) {
        CAPTURE(name);
        const ForeignLocale foreign(name);
        if (foreign.there)
            CHECK(anyContains(read(folder.path() / "v.nrrd").notes, "5.25 mm apart"));
    }
}

TEST_CASE("the cases of the shared folder lie where they should under a decimal comma")
{
    REQUIRE_SHARED(shared);
    for (const std::string& name : foreignLocales()) {
        CAPTURE(name);
        const ForeignLocale foreign(name);
        if (!foreign.there)
            continue;
        CHECK(length(read(shared / "cases/locale/sample.nrrd").volume->geometry().spacingMm() -
                     Vector3{6.5, 6.5, 6.5}) < 1e-9);
        const double tiny = read(shared / "cases/locale/tiny.nii.gz").volume->geometry().spacingMm()[0];
        CHECK(tiny == Approx(list(shared / "cases/locale/tiny.nii.gz")[0].spacingMm[0]));
    }
}
