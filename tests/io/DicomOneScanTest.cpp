// SPDX-License-Identifier: Apache-2.0
#include "tests/io/DicomPhantom.h"
#include "tests/support/Paths.h"
#include "tests/support/catch.h"

#include <algorithm>

using namespace hounsfield;
using namespace hounsfield::test;
namespace fs = std::filesystem;

namespace {

using Spoil = std::function<void(DicomSample&, int)>;
const Ellipsoid large, small{{12, 19, 22}};

Spoil text(std::uint32_t tag, const char* vr, const std::string& value)
{
    return [=](DicomSample& s, int) { s.elements.text(tag, vr, value); };
}

/// Two scans under one SeriesInstanceUID, the second moved by so many mm along the row, each with its own
/// value of a tag.
void writeTwo(const fs::path& folder, double offMm, const Spoil& first, const Spoil& second)
{
    writePhantom(folder / "a", evenly(-30, 30, 2), first, large);
    writePhantom(folder / "b", evenly(-30 + offMm, 30 + offMm, 2), second, small);
}

void requireBoth(const fs::path& folder)
{
    const auto all = list(folder);
    REQUIRE(all.size() == 2);
    CHECK(all[0].uid == all[1].uid);
    CHECK(all[0].part == 1);
    CHECK(all[1].part == 2);
    for (const SeriesInfo& info : all) {
        const Scan scan = read(folder, keyOf(info));
        CHECK(keyOf(scan.series) == keyOf(info));
        CHECK(scan.volume->geometry().size()[2] == 31);
    }
    const double one = measured(read(folder, "1")).volumeMl, other = measured(read(folder, "2")).volumeMl;
    CHECK(std::max(one, other) == Approx(large.volumeMl()).epsilon(0.01));
    CHECK(std::min(one, other) == Approx(small.volumeMl()).epsilon(0.01));
    // A file of a part opens that part.
    CHECK(measured(read(folder / "b" / "phantom-004")).volumeMl == Approx(small.volumeMl()).epsilon(0.01));
}

} // namespace

TEST_CASE(
    "two scans whose slices lie between each other's are told apart by whatever alternates along the row")
{
    struct Way {
        std::uint32_t tag;
        const char *vr, *first, *second;
    };
    for (const Way& way : {Way{0x00181210, "SH", "B30f", "B70f"}, Way{0x00180060, "DS", "80", "140"},
                           Way{0x00200012, "IS", "3", "4"}, Way{0x00180010, "LO", "", "ULTRAVIST"},
                           Way{0x00180050, "DS", "2", "5"}, Way{0x0008103E, "LO", "art", "pv"}})
        for (const double off : {1.0, 2.0 / 3, 0.4}) {
            CAPTURE(way.second);
            CAPTURE(off);
            TemporaryFolder folder;
            writeTwo(folder.path(), off, text(way.tag, way.vr, way.first), text(way.tag, way.vr, way.second));
            requireBoth(folder.path());
        }
}

TEST_CASE("patient, study and frame of reference belong to a series, whatever its identifier says")
{
    struct Way {
        std::uint32_t tag;
        const char *vr, *first, *second;
    };
    for (const Way& way : {Way{0x00100020, "LO", "1", "2"}, Way{0x00100010, "PN", "Adams^Anna", "Brown^Bob"},
                           Way{0x0020000D, "UI", "1.2.1", "1.2.2"}, Way{0x00200052, "UI", "1.9.1", "1.9.2"}})
        // Half a step apart, and end to end.
        for (const double off : {1.0, 62.0}) {
            CAPTURE(way.first);
            CAPTURE(off);
            TemporaryFolder folder;
            writeTwo(folder.path(), off, text(way.tag, way.vr, way.first), text(way.tag, way.vr, way.second));
            const auto all = list(folder.path());
            REQUIRE(all.size() == 2);
            CHECK(keyOf(all[0]) == "1.2.3#1");
            CHECK(keyOf(all[1]) == "1.2.3#2");
            for (const SeriesInfo& info : all)
                CHECK(read(folder.path(), keyOf(info)).volume->geometry().size()[2] == 31);
        }
}

TEST_CASE("capitals and divisions of a name make no other patient, and a frame of reference for each image "
          "none either")
{
    TemporaryFolder names;
    writeSamples(names.path(), "1.2.3", 11, [](DicomSample& s, int n) {
        s.elements.text(0x00100010, "PN", n % 2 ? "Test^Bug" : "TEST BUG^");
    });
    CHECK(list(names.path()).size() == 1);
    TemporaryFolder frames;
    writeSamples(frames.path(), "1.2.3", 11, [](DicomSample& s, int n) {
        s.elements.text(0x00200052, "UI", "1.9." + std::to_string(n));
    });
    CHECK(list(frames.path()).size() == 1);
    CHECK(anyContains(read(frames.path()).notes, "Every image names another frame of reference"));
}

TEST_CASE("what follows one another along the row stays one scan, with a word where densities differ")
{
    TemporaryFolder folder;
    writePhantom(folder.path(), evenly(-30, 30, 2), [](DicomSample& s, int n) {
        s.elements.text(0x00200012, "IS", n < 12 ? "1" : "2");
        s.elements.text(0x00181210, "SH", n < 20 ? "B30f" : "B70f");
        s.elements.text(0x00180060, "DS", n % 2 ? "120" : "120.0");
    });
    const Scan scan = read(folder.path());
    CHECK(list(folder.path()).size() == 1);
    CHECK(measured(scan).volumeMl == Approx(large.volumeMl()).epsilon(0.005));
    CHECK(anyContains(scan.notes,
                      "kernel (ConvolutionKernel) changes along the row of images, from B30f to B70f"));
    CHECK_FALSE(anyContains(scan.notes, "KVP"));
}

TEST_CASE("scans between each other's slices that nothing tells apart are refused, and so are kernels that "
          "come and go")
{
    TemporaryFolder third;
    writeTwo(third.path(), 2.0 / 3, {}, {});
    CHECK(contains(errorOf([&] { read(third.path()); }), "The slices lie in pairs"));
    TemporaryFolder kernels;
    writePhantom(kernels.path(), evenly(-30, 30, 2), [](DicomSample& s, int n) {
        s.elements.text(0x00181210, "SH", n == 5 || n == 6 || n == 21 ? "B70f" : "B30f");
    });
    CHECK(contains(errorOf([&] { read(kernels.path()); }), "from B30f to B70f and back"));
}

TEST_CASE("a copy is an image with the same pixels: another picture under the same identifier is refused")
{
    const Spoil sameIdentifier = text(0x00080018, "UI", "1.2.3.4");
    TemporaryFolder phases;
    writePhantom(phases.path() / "a", evenly(-30, 30, 2), sameIdentifier, large);
    writePhantom(phases.path() / "b", evenly(-30, 30, 2), sameIdentifier, small);
    CHECK(contains(errorOf([&] { read(phases.path()); }), "Two different slices lie at the same place"));

    TemporaryFolder copies;
    writePhantom(copies.path() / "a", evenly(-30, 30, 2));
    fs::copy(copies.path() / "a", copies.path() / "b");
    const Scan scan = read(copies.path());
    CHECK(measured(scan).volumeMl == Approx(large.volumeMl()).epsilon(0.005));
    CHECK(anyContains(scan.notes, "31 files are copies of an image of this series"));
    // A copy that is cut off is no loss, whichever is found first.
    for (const char* which : {"a", "b"}) {
        const fs::path file = copies.path() / which / "phantom-009";
        const std::string whole = readFile(file);
        writeFile(file, whole.substr(0, whole.size() / 2));
        CHECK(read(copies.path()).volume->voxels() == scan.volume->voxels());
        writeFile(file, whole);
    }
}

TEST_CASE("where a folder holds several patients or dates, the scan says which was taken and which others "
          "are there")
{
    TemporaryFolder folder;
    const auto study = [](const char* id, const char* name, const char* date, const char* uid) {
        return [=](DicomSample& s, int) {
            s.elements.text(0x00100020, "LO", id);
            s.elements.text(0x00100010, "PN", name);
            s.elements.text(0x00080020, "DA", date);
            s.elements.text(0x0020000D, "UI", uid);
        };
    };
    writeSamples(folder.path() / "A", "1.2.1", 11, study("A1", "Adams^Anna", "20240102", "1.2.91"));
    CHECK_FALSE(anyContains(read(folder.path()).notes, "The folder holds scans of"));
    writeSamples(folder.path() / "B", "1.2.2", 14, study("A1", "Adams^Anna", "20240709", "1.2.92"));
    CHECK(anyContains(read(folder.path()).notes,
                      "The folder holds scans of several dates. This is Adams Anna, 2024-07-09 "
                      "(series 2). Also there: Adams Anna, 2024-01-02."));
    writeSamples(folder.path() / "C", "1.2.3", 12, study("B2", "Brown^Bob", "20240102", "1.2.93"));
    CHECK(anyContains(read(folder.path()).notes,
                      "The folder holds scans of 2 patients. This is Adams Anna, 2024-07-09"));
    CHECK(anyContains(read(folder.path(), "3").notes, "This is Brown Bob, 2024-01-02 (series 3)"));
}

TEST_CASE(
    "plain Hounsfield units go before maps, projections and derived copies, however many images these have")
{
    struct Other {
        const char *type, *rescale, *description, *said;
    };
    for (const Other& other :
         {Other{"ORIGINAL\\PRIMARY\\AXIAL\\MD", "MGML", "MD Iodine(Water)",
                "not Hounsfield units (ImageType"},
          Other{"DERIVED\\SECONDARY\\AXIAL\\IODINE_MAP", "US", "", "IODINE_MAP, RescaleType US"},
          Other{"DERIVED\\PRIMARY\\AXIAL\\CT_SOM5\\DE_MAP", "HU", "", "not Hounsfield units (ImageType"},
          Other{"ORIGINAL\\PRIMARY\\AXIAL", "Z_EFF", "", "not Hounsfield units (RescaleType Z_EFF)"},
          Other{"ORIGINAL\\PRIMARY\\AXIAL", "US", "",
                "does not say in which units its values are (RescaleType US)"},
          Other{"DERIVED\\SECONDARY\\AXIAL\\MIP", "HU", "", ""},
          Other{"DERIVED\\SECONDARY\\AXIAL", "HU", "MIP 10 mm", ""},
          Other{"DERIVED\\SECONDARY\\REFORMATTED", "HU", "", ""}}) {
        CAPTURE(other.type);
        CAPTURE(other.rescale);
        TemporaryFolder folder;
        writeSamples(folder.path(), "1.2.1", 60, [&](DicomSample& s, int) {
            s.elements.text(0x00080008, "CS", other.type);
            s.elements.text(0x00281054, "LO", other.rescale);
            s.elements.text(0x0008103E, "LO", other.description);
        });
        CHECK(anyContains(read(folder.path()).notes, other.said[0] ? other.said : "The series ") ==
              (other.said[0] != '\0'));
        writeSamples(folder.path(), "1.2.2", 11);
        CHECK(read(folder.path()).series.uid == "1.2.2");
        CHECK_FALSE(anyContains(read(folder.path()).notes, "not Hounsfield units"));
    }
    // Virtual images without contrast are Hounsfield units, a bone kernel makes no map, and a few originals
    // no volume.
    TemporaryFolder folder;
    writeSamples(folder.path(), "1.2.1", 60,
                 text(0x00080008, "CS", "DERIVED\\SECONDARY\\AXIAL\\MATERIAL_REMOVED\\BONE"));
    writeSamples(folder.path(), "1.2.2", 4);
    CHECK(read(folder.path()).series.uid == "1.2.1");
    CHECK_FALSE(anyContains(read(folder.path()).notes, "not Hounsfield units"));
}

TEST_CASE("every slice keeps the image number that its file has, and one between slices has none")
{
    TemporaryFolder folder;
    writePhantom(folder.path(), evenly(-30, 30, 2),
                 [](DicomSample& s, int n) { s.elements.text(0x00200013, "IS", std::to_string(100 - n)); });
    fs::remove(folder.path() / "phantom-009");
    const Scan scan = read(folder.path());
    REQUIRE(scan.instanceNumbers.size() == 31);
    CHECK(scan.instanceNumbers[0] == "99");
    CHECK(scan.instanceNumbers[8].empty());
    CHECK(scan.instanceNumbers[9] == "90");
}

TEST_CASE("the shared series of two scans, copies and choices that went wrong are right")
{
    REQUIRE_SHARED(shared);
    const fs::path cases = shared / "cases";
    if (!fs::exists(cases / "copies")) {
        WARN("skipped: shared/cases is not there");
        return;
    }
    for (const char* name : {"kernels", "patients", "off_third", "off_0.2", "patients_end_to_end"}) {
        CAPTURE(name);
        const auto all = list(cases / "one-series-two-scans" / name);
        REQUIRE(all.size() == 2);
        for (const SeriesInfo& info : all) {
            CHECK(info.size == Index3{32, 24, 20});
            CHECK(info.spacingMm[2] == Approx(3));
        }
    }
    for (const char* name : {"shuffled", "own_sop"})
        CHECK(contains(errorOf([&] { read(cases / "copies" / name); }),
                       "Two different slices lie at the same place"));
    CHECK(anyContains(read(cases / "choice" / "two").notes,
                      "The folder holds scans of 2 patients. This is Brown Bob, "));
    CHECK(anyContains(read(cases / "choice" / "pad_iodine_US").notes, "not Hounsfield units"));
    CHECK(read(cases / "choice" / "folder").series.description == "Abdomen 3.0");
}
