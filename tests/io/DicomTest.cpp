// SPDX-License-Identifier: Apache-2.0
#include "tests/io/Samples.h"
#include "tests/support/Paths.h"
#include "tests/support/catch.h"

#include <itkGDCMImageIO.h>
#include <itkMetaDataObject.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>

using namespace hounsfield;
using namespace hounsfield::test;
namespace fs = std::filesystem;

namespace {

const DicomIdentity madeUp{"Sättigung^肝臓", "id 7", "synthetic axial"};

void shuffleNames(const fs::path& folder)
{
    auto files = filesIn(folder);
    std::mt19937 random(7);
    std::shuffle(files.begin(), files.end(), random);
    for (std::size_t n = 0; n < files.size(); ++n)
        fs::rename(files[n], folder / ("shuffled" + std::to_string(n)));
}

} // namespace

TEST_CASE("a DICOM series that we write comes back voxel by voxel, whatever its files are called")
{
    for (const auto& [name, geometry] : orthogonalGrids()) {
        CAPTURE(name);
        TemporaryFolder folder;
        const Volume volume = formulaVolume(geometry);
        writeDicomSeries(volume, madeUp, folder.path() / "ct");
        REQUIRE(filesIn(folder.path()).size() == 1);
        shuffleNames(folder.path() / "ct");
        const Scan back = read(folder.path() / "ct");
        REQUIRE(back.volume->voxels() == volume.voxels());
        REQUIRE(back.volume->geometry().sameGrid(geometry, 1e-6));
        REQUIRE(back.series.modality == "CT");
        REQUIRE(back.series.patientName == madeUp.patientName);
        REQUIRE(back.series.description == madeUp.seriesDescription);
        REQUIRE(back.series.images == 12);
        REQUIRE_FALSE(back.series.frameOfReferenceUid.empty());
        REQUIRE(back.caseName == "ct");
    }
}

TEST_CASE(
    "a left-handed grid comes back from DICOM with its slices in the other order and everything in its place")
{
    TemporaryFolder folder;
    const Geometry geometry =
        Geometry::fromSpacing({13, 11, 12}, {0, 0, 50}, {1, 1, 2}, {{{1, 0, 0}, {0, 1, 0}, {0, 0, -1}}});
    const Volume volume = formulaVolume(geometry);
    writeDicomSeries(volume, madeUp, folder.path() / "ct");
    const Scan back = read(folder.path() / "ct");
    REQUIRE(back.volume->geometry().toMm(Index3{3, 2, 0}) == geometry.toMm(Index3{3, 2, 11}));
    REQUIRE(back.volume->at({3, 2, 0}) == volume.at({3, 2, 11}));
    REQUIRE(back.volume->at({3, 2, 11}) == volume.at({3, 2, 0}));
}

TEST_CASE("ITK reads position, orientation and Hounsfield units of our DICOM files as we mean them")
{
    TemporaryFolder folder;
    const auto grid = orthogonalGrids()[2].geometry;
    const Volume volume = formulaVolume(grid);
    writeDicomSeries(volume, madeUp, folder.path() / "ct");
    const auto files = filesIn(folder.path() / "ct");
    std::set<std::string> uids;
    for (std::int64_t k = 0; k < 12; ++k) {
        const auto io = itk::GDCMImageIO::New();
        io->SetFileName(files[static_cast<std::size_t>(k)].string());
        io->ReadImageInformation();
        REQUIRE(io->GetComponentType() == itk::IOComponentEnum::SHORT);
        for (unsigned axis = 0; axis < 3; ++axis)
            REQUIRE(io->GetOrigin(axis) == Approx(grid.toMm(Index3{0, 0, k})[axis]).margin(1e-6));
        REQUIRE(io->GetSpacing(0) == Approx(0.9));
        REQUIRE(io->GetSpacing(1) == Approx(1.1));
        std::vector<std::int16_t> slice(13 * 11);
        io->Read(slice.data());
        REQUIRE(std::equal(slice.begin(), slice.end(), volume.voxels().begin() + k * 13 * 11));
        std::string uid;
        io->GetValueFromTag("0008|0018", uid);
        uids.insert(uid);
    }
    REQUIRE(uids.size() == 12);
}

TEST_CASE("the series in a folder are listed, and one is chosen by number, by UID, or as the best")
{
    TemporaryFolder folder;
    writeSamples(folder.path() / "deep" / "er", "1.2.30", 11);
    writeSamples(folder.path(), "1.2.4", 14);
    writeFile(folder.path() / "notes.txt", "a letter among the slices");
    const auto all = list(folder.path());
    REQUIRE(all.size() == 2);
    REQUIRE(all[0].uid == "1.2.4");
    REQUIRE(all[0].number == 1);
    REQUIRE(all[0].size == Index3{16, 12, 14});
    REQUIRE(all[1].spacingMm == Vector3{2, 1, 2.5});
    REQUIRE(all[1].readable);

    REQUIRE(read(folder.path()).series.uid == "1.2.4");
    REQUIRE(read(folder.path(), "2").series.uid == "1.2.30");
    REQUIRE(read(folder.path(), "1.2.30").volume->geometry().size()[2] == 11);
    REQUIRE(read(folder.path(), "2").caseName.ends_with("_series2"));
    const std::string wrong = errorOf([&] { read(folder.path(), "3"); });
    REQUIRE(contains(wrong, "There is no series '3'"));
    REQUIRE(contains(wrong, "2: CT, 11 images"));
}

TEST_CASE("one DICOM file opens its whole series, with or without an ending, and no other")
{
    TemporaryFolder folder;
    writeSamples(folder.path(), "1.2.3", 11);
    writeSamples(folder.path(), "1.2.9", 20);
    const Scan scan = read(folder.path() / "1.2.3slice-005");
    REQUIRE(scan.series.uid == "1.2.3");
    REQUIRE(scan.volume->geometry().size() == Index3{16, 12, 11});
    REQUIRE(list(folder.path() / "1.2.3slice-005").size() == 1);
    fs::copy_file(folder.path() / "1.2.3slice-005", folder.path() / "copy.dcm");
    const Scan again = read(folder.path() / "copy.dcm");
    REQUIRE(again.volume->geometry().size()[2] == 11);
    REQUIRE(anyContains(again.notes, "1 file is a copy"));
}

TEST_CASE("series whose identifiers were removed to hide the patient are told apart by number")
{
    TemporaryFolder folder;
    for (const char* number : {"1.2.7", "1.2.8"})
        writeSamples(folder.path(), number, 11, [](DicomSample& s, int) {
            s.elements.text(0x0020000E, "UI", "");
            s.elements.text(0x00080018, "UI", "");
        });
    REQUIRE(list(folder.path()).size() == 2);
    const Scan scan = read(folder.path() / "1.2.8slice-003");
    REQUIRE(scan.volume->geometry().size()[2] == 11);
    REQUIRE(scan.series.uid.empty());
}

TEST_CASE("originals come before reformatted copies, and a larger series that cannot be read is named")
{
    TemporaryFolder folder;
    const auto derived = [](DicomSample& s, int) {
        s.elements.text(0x00080008, "CS", "DERIVED\\SECONDARY\\REFORMATTED");
    };
    writeSamples(folder.path(), "1.2.1", 15, derived);
    writeSamples(folder.path(), "1.2.2", 12);
    REQUIRE(read(folder.path()).series.uid == "1.2.2");
    writeSamples(folder.path(), "1.2.3", 39, [](DicomSample& s, int n) {
        if (n == 20)
            s.elements.text(0x00200032, "DS", "50\\20\\50");
    });
    const Scan scan = read(folder.path());
    REQUIRE(scan.series.uid == "1.2.2");
    REQUIRE(anyContains(scan.notes, "Series 3 has more images (39) but cannot be read"));
}

TEST_CASE("slope and intercept of each slice give Hounsfield units, fractions rounded, negative slopes too")
{
    TemporaryFolder folder;
    writeSamples(folder.path(), "1.2.3", 11, [](DicomSample& s, int n) {
        const std::map<int, std::string> slopes{{4, "-0.5"}, {5, "0.25"}};
        s.elements.text(0x00281053, "DS", slopes.contains(n) ? slopes.at(n) : "1");
        s.elements.text(0x00281052, "DS", n == 5 ? "-1000.5" : "-1024");
    });
    const Scan scan = read(folder.path());
    REQUIRE(scan.volume->at({0, 7, 0}) == 70 + 1 - 1024);
    REQUIRE(scan.volume->at({0, 7, 3}) == -1061); // -0.5 * 74 - 1024
    REQUIRE(scan.volume->at({0, 7, 4}) == -982);  // 0.25 * 75 - 1000.5 = -981.75
}

TEST_CASE("signed pixels of twelve bits keep their sign, and overlay bits above them are ignored")
{
    TemporaryFolder folder;
    writeSamples(folder.path(), "1.2.3", 11, [](DicomSample& s, int n) {
        s.elements.number(0x00280103, "US", 1);
        s.elements.text(0x00281052, "DS", "0");
        s.elements.number(0x60000100, "US", 16); // an overlay plane in bit 12 of the pixels
        s.elements.number(0x60000102, "US", 12);
        std::string pixels(2 * 16 * 12, '\0');
        pixels.replace(0, 2, "\xff\x0f"); // -1 in twelve bits, the upper four bits not filled
        pixels.replace(
            2, 2, n == 2 ? std::string("\x05\x10", 2) : std::string("\x05\x00", 2)); // 5 with an overlay bit
        s.elements.bytes(0x7FE00010, "OW", pixels);
    });
    const Scan scan = read(folder.path());
    for (std::int64_t k = 0; k < 11; ++k) {
        REQUIRE(scan.volume->at({0, 0, k}) == -1);
        REQUIRE(scan.volume->at({1, 0, k}) == 5);
    }
}

TEST_CASE("folders and patients may be named in any script")
{
    TemporaryFolder folder;
    const fs::path named = folder.path() / fs::path(u8"Sättigung-肝臓");
    writeSamples(named / "dicom", "1.2.3", 11, [](DicomSample& s, int) {
        s.elements.text(0x00100010, "PN", "M\xfcller^J\xf6rg=ideographic");
    });
    const Scan scan = read(named / "dicom");
    REQUIRE(scan.series.patientName == "Müller^Jörg");
    REQUIRE(read(named).caseName == "Sättigung-肝臓");
    for (const char* ending : {".nii.gz", ".nrrd", ".nii"}) {
        const fs::path file = named / fs::path(std::u8string(u8"肝臓") +
                                               std::u8string(ending, ending + std::string(ending).size()));
        writeVolume(*scan.volume, file);
        REQUIRE(read(file).volume->voxels() == scan.volume->voxels());
        REQUIRE(read(file).caseName == "肝臓");
    }
    writeDicomSeries(*scan.volume, madeUp, named / fs::path(u8"série"));
    REQUIRE(read(named / fs::path(u8"série")).volume->voxels() == scan.volume->voxels());
}

TEST_CASE("reading a folder can be stopped")
{
    struct Stop : Progress {
        bool stopRequested() const override { return true; }
    } stop;
    TemporaryFolder folder;
    writeSamples(folder.path(), "1.2.3", 3);
    REQUIRE_THROWS_AS(readScan(folder.path(), std::nullopt, stop), Cancelled);
}
