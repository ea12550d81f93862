// SPDX-License-Identifier: Apache-2.0
#include "tests/io/DicomPhantom.h"
#include "tests/support/Paths.h"
#include "tests/support/catch.h"

#include <tuple>

using namespace hounsfield;
using namespace hounsfield::test;
namespace fs = std::filesystem;

namespace {

const Ellipsoid ellipsoid;

/// Read, and its volume and place hold: 0.5 % of the formula's millilitres, a tenth of a millimetre.
Scan requireTrue(const fs::path& folder)
{
    Scan scan = read(folder);
    const Measured found = measured(scan);
    INFO("measured " << found.volumeMl << " mL, true " << ellipsoid.volumeMl() << " mL, "
                     << scan.volume->geometry().size()[2] << " slices, centre " << found.centreMm[0] << " "
                     << found.centreMm[1] << " " << found.centreMm[2]);
    for (const auto& note : scan.notes)
        UNSCOPED_INFO(note);
    CHECK(found.volumeMl == Approx(ellipsoid.volumeMl()).epsilon(0.005));
    CHECK(length(found.centreMm) < 0.1);
    return scan;
}

} // namespace

TEST_CASE("an even series gives the ellipsoid's volume, and says nothing of spacing")
{
    TemporaryFolder folder;
    writePhantom(folder.path(), evenly(-30, 30, 2));
    const Scan scan = requireTrue(folder.path());
    REQUIRE_FALSE(anyContains(scan.notes, "interpolat"));
    REQUIRE(scan.volume->geometry().size()[2] == 31);
}

TEST_CASE("a gantry tilted by 0, 12, 20 and 30 degrees gives the same volume at the same place")
{
    for (double tilt : {0.0, 12.0, -20.0, 30.0}) {
        CAPTURE(tilt);
        TemporaryFolder folder;
        writePhantom(folder.path(), evenly(-42, 42, 2, tilt));
        const Scan scan = requireTrue(folder.path());
        CHECK(scan.volume->geometry().shearDegrees() == Approx(std::abs(tilt)).margin(1e-6));
        CHECK(anyContains(scan.notes, "tilted gantry") == (tilt != 0));
    }
}

TEST_CASE("a tilt that the files speak of and the positions do not show is said, and one that fits is not")
{
    for (const auto& [tilt, said, doubted] : std::vector<std::tuple<double, const char*, bool>>{
             {0, "15", true}, {15, "15", false}, {15, "-15", false}, {0, "0", false}, {15, "0", true}}) {
        TemporaryFolder folder;
        writePhantom(folder.path(), evenly(-10, 10, 2, tilt),
                     [text = said](DicomSample& s, int) { s.elements.text(0x00181120, "DS", text); });
        CAPTURE(tilt, said);
        REQUIRE(anyContains(read(folder.path()).notes, "speak of a gantry tilted by " + std::string(said)) ==
                doubted);
    }
}

TEST_CASE("one missing slice is made up between its neighbours, and the note says at which z, scanned slices "
          "stay as they are")
{
    TemporaryFolder folder;
    writePhantom(folder.path(), evenly(-30, 30, 2));
    const Scan whole = read(folder.path());
    fs::remove(folder.path() / "phantom-012"); // z = -8
    const Scan scan = requireTrue(folder.path());
    const Geometry& g = scan.volume->geometry();
    REQUIRE(g.sameGrid(whole.volume->geometry()));
    REQUIRE(scan.series.images == 30);
    REQUIRE(scan.series.size[2] == 31);
    REQUIRE(anyContains(
        scan.notes,
        "One slice is missing between image 11 and image 13, which lie 4 mm apart where the "
        "others lie 2 mm apart. It was made up by interpolation between the neighbours, at z = -8 mm"));
    REQUIRE(whole.madeUpSlices.empty());
    REQUIRE(scan.madeUpSlices == std::vector<std::int64_t>{11});
    const auto same = [&](std::int64_t k) {
        const auto begin = g.offset({0, 0, k}), end = g.offset({0, 0, k + 1});
        return std::equal(scan.volume->voxels().begin() + begin, scan.volume->voxels().begin() + end,
                          whole.volume->voxels().begin() + begin);
    };
    for (std::int64_t k = 0; k < 31; ++k)
        REQUIRE((same(k) || k == 11));
    for (std::int64_t i = 0; i < 128; ++i)
        REQUIRE(std::abs(2 * scan.volume->at({i, 40, 11}) - scan.volume->at({i, 40, 10}) -
                         scan.volume->at({i, 40, 12})) <= 1);
}

TEST_CASE("several missing slices are counted and their places listed, in a tilted gantry too")
{
    for (double tilt : {0.0, 20.0}) {
        TemporaryFolder folder;
        writePhantom(folder.path(), evenly(-42, 42, 2, tilt));
        for (const char* name : {"phantom-014", "phantom-020", "phantom-021"})
            fs::remove(folder.path() / name);
        const Scan scan = requireTrue(folder.path());
        REQUIRE(anyContains(scan.notes, "3 slices are missing, the first between image 13 and image 15"));
        REQUIRE(scan.volume->geometry().size()[2] == 43);
    }
}

TEST_CASE("too wide a hole is refused with both its ends, and a second block of the body becomes a series of "
          "its own")
{
    TemporaryFolder folder;
    writePhantom(folder.path(), evenly(-30, 30, 2));
    for (int n = 4; n < 10; ++n)
        fs::remove(folder.path() / ("phantom-00" + std::to_string(n)));
    const std::string said = errorOf([&] { read(folder.path()); });
    REQUIRE(contains(
        said, "Between image 3 and image 10 lie 14 mm without an image, where the others lie 2 mm apart"));
    REQUIRE(contains(said, "Fetch the series again"));

    TemporaryFolder blocks;
    auto slices = evenly(-30, 30, 2);
    for (const auto& slice : evenly(200, 240, 2))
        slices.push_back(slice);
    writePhantom(blocks.path(), slices);
    const auto all = list(blocks.path());
    REQUIRE(all.size() == 2);
    REQUIRE(contains(all[1].description, "part 2 of 2"));
    REQUIRE(all[1].size[2] == 21);
    requireTrue(blocks.path());
}

TEST_CASE("unevenly spaced slices keep their true positions: the volume follows the true gaps")
{
    const auto joined = [](std::vector<PhantomSlice> a, const std::vector<PhantomSlice>& b) {
        a.insert(a.end(), b.begin(), b.end());
        return a;
    };
    TemporaryFolder thickThin; // 1 mm through the upper half, 3 mm through the lower
    writePhantom(thickThin.path(), joined(evenly(-30, -3, 3), evenly(0, 30, 1)));
    const Scan scan = requireTrue(thickThin.path());
    REQUIRE(anyContains(scan.notes, "unevenly spaced (1 mm to 3 mm apart"));
    REQUIRE(
        anyContains(scan.notes, "brought to an even 1 mm by linear interpolation at their true positions"));
    REQUIRE(scan.volume->geometry().size()[2] == 61);
    REQUIRE(scan.volume->geometry().toMm(Index3{0, 0, 60})[2] == Approx(30));

    TemporaryFolder drifting; // every gap a little wider than the last
    std::vector<PhantomSlice> slices;
    for (double z = -30, gap = 1; z < 30; z += gap, gap += 0.03)
        slices.push_back({z, 0});
    writePhantom(drifting.path(), slices);
    REQUIRE(anyContains(requireTrue(drifting.path()).notes, "unevenly spaced"));

    TemporaryFolder tilted;
    writePhantom(tilted.path(), joined(evenly(-42, -3, 3, 15), evenly(0, 42, 1.5, 15)));
    REQUIRE(anyContains(requireTrue(tilted.path()).notes, "unevenly spaced"));

    TemporaryFolder shifted; // the table jumped by 0.7 mm
    writePhantom(shifted.path(), joined(evenly(-30, 0, 2), evenly(2.7, 32.7, 2)));
    REQUIRE(anyContains(requireTrue(shifted.path()).notes, "between image 16 and image 17"));
}

TEST_CASE("a slice that is there twice with the same picture is kept once and said")
{
    TemporaryFolder folder;
    auto slices = evenly(-30, 30, 2);
    slices.push_back({-8, 0});
    writePhantom(folder.path(), slices);
    const Scan scan = requireTrue(folder.path());
    REQUIRE(scan.volume->geometry().size()[2] == 31);
    REQUIRE(anyContains(
        scan.notes, "1 slice is there twice with the same picture at the same place; one of each was kept. "
                    "The first: image 32 (as image 12)"));
}

TEST_CASE("two different pictures at one place with nothing to tell them apart are refused")
{
    TemporaryFolder folder;
    auto slices = evenly(-30, 30, 2);
    slices.push_back({-8, 0});
    writePhantom(folder.path(), slices, [](DicomSample& s, int n) {
        if (n == 32)
            s.elements.bytes(0x7FE00010, "OW", std::string(128 * 128 * 2, '\0'));
    });
    REQUIRE(contains(errorOf([&] { read(folder.path()); }),
                     "Two different slices lie at the same place (image 12 and image 32): the series holds "
                     "more than one scan"));
}

TEST_CASE(
    "two scans in one series are told apart by acquisition, time point, kernel or kind, and each is right")
{
    struct Way {
        std::uint32_t tag;
        const char *vr, *first, *second, *label;
    };
    for (const Way& way :
         {Way{0x00200012, "IS", "3", "4", "acquisition 4"}, Way{0x00200100, "IS", "1", "2", "time point 2"},
          Way{0x00181210, "SH", "B30f", "B70f", "kernel B70f"},
          Way{0x00080008, "CS", "ORIGINAL\\PRIMARY\\AXIAL\\CT_SOM5 A", "ORIGINAL\\PRIMARY\\AXIAL\\CT_SOM5 B",
              "kind ORIGINAL\\PRIMARY\\AXIAL\\CT_SOM5 B"}}) {
        CAPTURE(way.label);
        TemporaryFolder folder;
        const auto spoil = [&](const char* value) {
            return [&way, value](DicomSample& s, int) { s.elements.text(way.tag, way.vr, value); };
        };
        writePhantom(folder.path() / "a", evenly(-30, 30, 2), spoil(way.first));
        writePhantom(folder.path() / "b", evenly(-30, 30, 2), spoil(way.second), {{12, 19, 22}});
        const auto all = list(folder.path());
        REQUIRE(all.size() == 2);
        REQUIRE(contains(all[1].description, way.label));
        REQUIRE(measured(read(folder.path(), "1")).volumeMl == Approx(ellipsoid.volumeMl()).epsilon(0.005));
        REQUIRE(measured(read(folder.path(), "2")).volumeMl ==
                Approx(ellipsoid.volumeMl() / 2).epsilon(0.005));
        REQUIRE(anyContains(read(folder.path(), "2").notes, "2 scans of the same place"));
        REQUIRE(measured(read(folder.path() / "b" / "phantom-004")).volumeMl ==
                Approx(ellipsoid.volumeMl() / 2).epsilon(0.005));
    }
}

TEST_CASE("two scans interleaved a little apart are told apart by their acquisitions, or refused")
{
    for (bool said : {true, false}) {
        TemporaryFolder folder;
        const auto acquisition = [said](const char* number) {
            return [said, number](DicomSample& s, int) {
                s.elements.text(0x00200012, "IS", said ? number : "1");
            };
        };
        writePhantom(folder.path() / "a", evenly(-30, 30, 2), acquisition("1"));
        writePhantom(folder.path() / "b", evenly(-29.7, 30.3, 2), acquisition("2"));
        if (said)
            REQUIRE(list(folder.path()).size() == 2);
        else
            REQUIRE(contains(errorOf([&] { read(folder.path()); }), "The slices lie in pairs"));
    }
}

TEST_CASE("a tilt that changes from slice to slice is refused, two blocks of different tilt are two series")
{
    TemporaryFolder varying;
    std::vector<PhantomSlice> slices;
    for (int n = 0; n < 20; ++n)
        slices.push_back({-20.0 + 2 * n, 0.5 * n});
    writePhantom(varying.path(), slices);
    REQUIRE(
        contains(errorOf([&] { read(varying.path()); }), "(the gantry's tilt changes within the series)"));

    TemporaryFolder two;
    slices = evenly(-42, 42, 2, 0);
    for (const auto& slice : evenly(50, 90, 2, 15))
        slices.push_back(slice);
    writePhantom(two.path(), slices);
    const auto all = list(two.path());
    REQUIRE(all.size() == 2);
    REQUIRE(contains(all[1].description, "tilted by 15 degrees against the others"));
    requireTrue(two.path());
}

TEST_CASE("a series of 3500 slices is read whole and in order")
{
    TemporaryFolder folder;
    writeSamples(folder.path(), "1.2.3", 3500, [](DicomSample& s, int n) {
        s.elements.text(0x00200032, "DS", "-10\\20\\" + decimalString(0.4 * n));
        s.elements.text(0x00280030, "DS", "1\\1");
        std::vector<int> values(16 * 12, n);
        s.elements.bytes(0x7FE00010, "OW", pixelsOf(values));
    });
    const Scan scan = read(folder.path());
    REQUIRE(scan.volume->geometry().size() == Index3{16, 12, 3500});
    REQUIRE(scan.volume->geometry().spacingMm()[2] == Approx(0.4));
    for (std::int64_t k = 0; k < 3500; ++k)
        REQUIRE(scan.volume->at({7, 5, k}) == k + 1 - 1024);
}
