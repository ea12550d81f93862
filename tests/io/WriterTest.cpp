// SPDX-License-Identifier: Apache-2.0
#include "tests/io/Samples.h"
#include "tests/support/Paths.h"
#include "tests/support/StopLooks.h"
#include "tests/support/catch.h"

#include <csignal>
#include <sys/resource.h>

using namespace hounsfield;
using namespace hounsfield::test;
namespace fs = std::filesystem;

namespace {

const Geometry grid = Geometry::fromSpacing({40, 30, 20}, {-20, -15, 100}, {1, 1, 2});

Mask boxMask(const Geometry& g, const Index3& begin, const Index3& end)
{
    const IndexBox box{begin, end};
    return Mask::fromBox(g, box, std::vector<std::uint8_t>(static_cast<std::size_t>(box.count()), 1));
}

/// While it lives, no file of this process grows beyond some bytes: as on a full disk.
class NoRoom {
public:
    explicit NoRoom(rlim_t bytes)
    {
        getrlimit(RLIMIT_FSIZE, &m_before);
        m_handler = std::signal(SIGXFSZ, SIG_IGN);
        const rlimit tight{bytes, m_before.rlim_max};
        setrlimit(RLIMIT_FSIZE, &tight);
    }
    ~NoRoom()
    {
        setrlimit(RLIMIT_FSIZE, &m_before);
        std::signal(SIGXFSZ, m_handler);
    }

private:
    rlimit m_before{};
    void (*m_handler)(int) = nullptr;
};

} // namespace

TEST_CASE("a mask is written as zeros and ones on its scan's grid in every format")
{
    TemporaryFolder folder;
    for (const auto& [name, geometry] : grids())
        for (const char* ending : {"m.nii.gz", "m.nii", "m.nrrd"}) {
            CAPTURE(name, ending);
            const Mask mask = boxMask(geometry, {2, 3, 4}, {5, 9, 11});
            writeMask(mask, folder.path() / ending);
            const LabelImage back = readLabels(folder.path() / ending);
            REQUIRE(back.geometry.sameGrid(geometry, 1e-3));
            const auto expected = mask.toGrid();
            REQUIRE(std::equal(back.labels.begin(), back.labels.end(), expected.begin(), expected.end()));
        }
    REQUIRE(filesIn(folder.path()).size() == 3); // no temporary file stays behind
}

TEST_CASE("an empty mask is written too")
{
    TemporaryFolder folder;
    writeMask(Mask(grid), folder.path() / "empty.nii.gz");
    const auto back = readLabels(folder.path() / "empty.nii.gz").labels;
    REQUIRE(std::count(back.begin(), back.end(), 0) == grid.voxelCount());
}

TEST_CASE("in a label map later rows win, and its table has a row for each label")
{
    TemporaryFolder folder;
    const Mask liver = boxMask(grid, {0, 0, 0}, {20, 20, 10}), tumor = boxMask(grid, {5, 5, 5}, {8, 8, 8});
    writeLabelMap(
        {{6, "liver", "10200004", {40, 140, 40}, &liver}, {27, "tumor, \"odd\"", "", {255, 0, 200}, &tumor}},
        folder.path() / "seg.nii.gz", folder.path() / "labels.csv");
    const LabelImage back = readLabels(folder.path() / "seg.nii.gz");
    REQUIRE(std::count(back.labels.begin(), back.labels.end(), 27) == 27);
    REQUIRE(std::count(back.labels.begin(), back.labels.end(), 6) == 4000 - 27);
    REQUIRE(back.labels[static_cast<std::size_t>(grid.offset({6, 6, 6}))] == 27);
    REQUIRE(readFile(folder.path() / "labels.csv") ==
            "id,name,snomed,red,green,blue,laterality,threshold\n6,liver,10200004,40,140,40,,\n27,\"tumor, "
            "\"\"odd\"\"\",,255,0,200,,\n");
}

TEST_CASE("labels that are taken twice, out of range or on another grid are refused")
{
    TemporaryFolder folder;
    const Mask a = boxMask(grid, {0, 0, 0}, {2, 2, 2}), other(grids()[0].geometry);
    const auto refused = [&](const std::vector<LabelledMask>& rows) {
        return errorOf([&] { writeLabelMap(rows, folder.path() / "s.nii.gz", folder.path() / "l.csv"); },
                       ErrorKind::Resources);
    };
    REQUIRE_FALSE(refused({{1, "a", "", {}, &a}, {1, "b", "", {}, &a}}).empty());
    REQUIRE_FALSE(refused({{0, "a", "", {}, &a}}).empty());
    REQUIRE_FALSE(refused({{256, "a", "", {}, &a}}).empty());
    REQUIRE(contains(refused({{1, "a", "", {}, &a}, {2, "b", "", {}, &other}}), "one grid"));
    REQUIRE_FALSE(refused({}).empty());
    REQUIRE(filesIn(folder.path()).empty());
}

TEST_CASE("a scan with fractions is no label map")
{
    TemporaryFolder folder;
    NiftiBytes header({2, 2, 2}, 16, 32);
    header.plainSform();
    const std::vector<float> values(8, 0.5f);
    writeFile(folder.path() / "p.nii",
              header.bytes + std::string(reinterpret_cast<const char*>(values.data()), 32));
    REQUIRE(contains(errorOf([&] { readLabels(folder.path() / "p.nii"); }), "labels are whole numbers"));
}

TEST_CASE("a marker on the patient's left stays on the left through every format and every grid")
{
    for (const auto& named : grids()) {
        // The same directions around the origin, so that the marker lies inside.
        const Geometry& small = named.geometry;
        const Vector3 middle = small.matrix() * Vector3{20, 20, 14};
        const Geometry g({40, 40, 28}, -1.0 * middle, small.matrix());
        const Vector3 marker{11, 4, -3}; // LPS: left, back, towards the feet
        const Volume volume = ballVolume(g, marker);
        const Vector3 before = brightCentreMm(volume);
        REQUIRE(length(before - marker) < 2);
        TemporaryFolder folder;
        for (const char* name : {"v.nii.gz", "v.nii", "v.nrrd", "dicom"}) {
            CAPTURE(named.name, name);
            if (std::string(name) != "dicom")
                writeVolume(volume, folder.path() / name);
            else if (g.isOrthogonal())
                writeDicomSeries(volume, {"A^B", "1", "left"}, folder.path() / name);
            else
                continue;
            REQUIRE(length(brightCentreMm(*read(folder.path() / name).volume) - before) < 1e-3);
        }
    }
}

TEST_CASE("a full disk is said, leaves no half file, and an older file stays as it was")
{
    TemporaryFolder folder;
    const Volume volume = formulaVolume(Geometry::fromSpacing({80, 80, 40}, {0, 0, 0}, {1, 1, 1}));
    const Mask mask = boxMask(grid, {0, 0, 0}, {9, 9, 9});
    writeFile(folder.path() / "older.nii", "older");
    {
        const NoRoom noRoom(4096);
        for (const char* name : {"a.nii", "a.nii.gz", "a.nrrd", "older.nii"})
            REQUIRE(
                contains(errorOf([&] { writeVolume(volume, folder.path() / name); }, ErrorKind::Resources),
                         "cannot be written"));
        REQUIRE_FALSE(
            errorOf([&] { writeDicomSeries(volume, {}, folder.path() / "d"); }, ErrorKind::Resources)
                .empty());
        REQUIRE_FALSE(errorOf([&] { writeTextFile(std::string(9999, 'x'), folder.path() / "t.csv"); },
                              ErrorKind::Resources)
                          .empty());
        REQUIRE_FALSE(
            errorOf([&] { writeMask(mask, folder.path() / "m.nii"); }, ErrorKind::Resources).empty());
    }
    REQUIRE(filesIn(folder.path()).size() == 1);
    REQUIRE(readFile(folder.path() / "older.nii") == "older");
}

TEST_CASE(
    "folders that do not exist, files in place of folders and unknown endings are refused with what to do")
{
    TemporaryFolder folder;
    const Mask mask(grid);
    writeFile(folder.path() / "file", "x");
    const auto refused = [&](const fs::path& file) {
        return errorOf([&] { writeMask(mask, file); }, ErrorKind::Resources);
    };
    REQUIRE(contains(refused(folder.path() / "file" / "m.nii.gz"), "is not a folder"));
    REQUIRE(contains(refused(folder.path() / "none" / "m.nii.gz"), "Create it first"));
    REQUIRE(contains(refused(folder.path() / "m.png"), "its ending must be .nii.gz, .nii or .nrrd"));
    fs::create_directory(folder.path() / "taken.nii.gz");
    REQUIRE_FALSE(refused(folder.path() / "taken.nii.gz").empty());
    REQUIRE_FALSE(
        errorOf([&] { writeTextFile("x", folder.path() / "file" / "t.csv"); }, ErrorKind::Resources).empty());
    const Volume volume = formulaVolume(grid);
    REQUIRE(contains(errorOf([&] { writeDicomSeries(volume, {}, folder.path()); }, ErrorKind::Resources),
                     "not an empty folder"));
    REQUIRE(filesIn(folder.path()).size() == 2);
}

TEST_CASE("a text file is replaced as a whole")
{
    TemporaryFolder folder;
    writeTextFile("first, and longer\n", folder.path() / "t.csv");
    writeTextFile("second\n", folder.path() / "t.csv");
    REQUIRE(readFile(folder.path() / "t.csv") == "second\n");
    REQUIRE(filesIn(folder.path()).size() == 1);
}

TEST_CASE("writing a mask or a label map is stopped every few megabytes, and no file is left")
{
    TemporaryFolder folder;
    const Geometry large = Geometry::fromSpacing({256, 256, 160}, {0, 0, 0}, {1, 1, 1}); // 10 MiB
    const Mask mask = boxMask(large, {100, 100, 20}, {150, 150, 120});
    for (const char* ending : {"m.nii.gz", "m.nii", "m.nrrd"}) {
        CAPTURE(ending);
        const int looks =
            checkEveryLookStops([&](const Progress& stop) { writeMask(mask, folder.path() / ending, stop); });
        CHECK(looks >= 4); // three while it is written, others while it is read back
        fs::remove(folder.path() / ending);
        CHECK_THROWS_AS(writeMask(mask, folder.path() / ending, StopLooks(2)), Cancelled);
        CHECK(filesIn(folder.path()).empty());
    }
    const std::vector<LabelledMask> rows{{1, "Box", "", {1, 2, 3}, &mask}};
    CHECK_THROWS_AS(writeLabelMap(rows, folder.path() / "l.nii.gz", folder.path() / "l.csv", StopLooks(2)),
                    Cancelled);
    CHECK(filesIn(folder.path()).empty());
}
