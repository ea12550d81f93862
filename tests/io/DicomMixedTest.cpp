// SPDX-License-Identifier: Apache-2.0
#include "tests/io/DicomPhantom.h"
#include "tests/io/DicomTools.h"
#include "tests/support/Paths.h"
#include "tests/support/catch.h"

#include <zip.h>

using namespace hounsfield;
using namespace hounsfield::test;
namespace fs = std::filesystem;

namespace {

const std::string secondaryCapture = "1.2.840.10008.5.1.4.1.1.7",
                  doseReport = "1.2.840.10008.5.1.4.1.1.88.67";

void writeScout(const fs::path& file, const std::string& series)
{
    DicomSample scout(series, 900, 0);
    scout.elements.text(0x00080008, "CS", "ORIGINAL\\PRIMARY\\LOCALIZER");
    scout.elements.text(0x00200037, "DS", "1\\0\\0\\0\\0\\-1");
    scout.write(file);
}

void writeScreenshot(const fs::path& file, const std::string& series)
{
    DicomSample shot(series, 901, 0);
    shot.elements.text(0x00080016, "UI", secondaryCapture);
    for (const std::uint32_t tag : {0x00200032u, 0x00200037u, 0x00280030u})
        shot.elements.text(tag, "DS", "");
    shot.write(file);
}

void writeDoseReport(const fs::path& file, const std::string& series)
{
    DicomElements report;
    report.text(0x00080016, "UI", doseReport);
    report.text(0x00080018, "UI", newDicomUid());
    report.text(0x00080060, "CS", "SR");
    report.text(0x0020000D, "UI", "1.2");
    report.text(0x0020000E, "UI", series);
    report.text(0x00200011, "IS", "997");
    writeFile(file, dicomFile(doseReport, newDicomUid(), report));
}

} // namespace

TEST_CASE("a localizer, a dose report and a screenshot beside the CT are listed with their reasons, and the "
          "CT is taken")
{
    TemporaryFolder folder;
    writeSamples(folder.path(), "1.2.3", 20);
    writeScout(folder.path() / "scout", "1.2.1");
    writeDoseReport(folder.path() / "dose", "1.2.997");
    writeScreenshot(folder.path() / "shot", "1.2.998");
    const auto all = list(folder.path());
    REQUIRE(all.size() == 4);
    REQUIRE(contains(all[0].reason, "localizer (scout view)"));
    REQUIRE(all[1].readable);
    REQUIRE(contains(all[2].reason, "structured report (such as a dose report)"));
    REQUIRE(contains(all[3].reason, "screenshots (secondary capture)"));
    REQUIRE(read(folder.path()).volume->geometry().size() == Index3{16, 12, 20});
    REQUIRE(contains(errorOf([&] { read(folder.path(), "1"); }), "localizer"));
}

TEST_CASE("a localizer, a screenshot and a reformatted picture within the CT's own series are set apart, not "
          "mixed in")
{
    TemporaryFolder folder;
    writeSamples(folder.path(), "1.2.3", 20);
    const Scan alone = read(folder.path());
    writeScout(folder.path() / "scout", "1.2.3");
    writeScreenshot(folder.path() / "shot", "1.2.3");
    DicomSample coronal("1.2.3", 902, 0);
    coronal.elements.text(0x00200037, "DS", "1\\0\\0\\0\\0\\-1");
    coronal.write(folder.path() / "coronal");
    const auto all = list(folder.path());
    REQUIRE(all.size() == 4);
    const Scan scan = read(folder.path());
    REQUIRE(scan.volume->voxels() == alone.volume->voxels());
    REQUIRE(scan.volume->geometry().sameGrid(alone.volume->geometry()));
    REQUIRE(anyContains(
        scan.notes,
        "3 images of the series differ in kind, size, orientation or pixel size and are listed apart"));
    REQUIRE(read(folder.path(), "1.2.3").volume->voxels() == alone.volume->voxels());
}

TEST_CASE("several sizes in one series are choices of their own")
{
    TemporaryFolder folder;
    writeSamples(folder.path() / "a", "1.2.3", 20);
    writePhantom(folder.path() / "b", evenly(-30, 30, 2));
    const auto all = list(folder.path());
    REQUIRE(all.size() == 2);
    REQUIRE(read(folder.path(), "1").volume->geometry().size() == Index3{128, 128, 31});
    REQUIRE(read(folder.path(), "2").volume->geometry().size() == Index3{16, 12, 20});
    REQUIRE(contains(all[1].description, "16 x 12 pixels"));
}

TEST_CASE("images that an anonymiser gave one identifier all stay")
{
    TemporaryFolder folder;
    writeSamples(folder.path(), "1.2.3", 20,
                 [](DicomSample& s, int) { s.elements.text(0x00080018, "UI", "1.2.3.4.5"); });
    REQUIRE(read(folder.path()).volume->geometry().size()[2] == 20);
}

TEST_CASE("a patient's sex is carried, and only as the standard writes it")
{
    for (const auto& [written, expected] : std::vector<std::pair<std::string, std::string>>{
             {"F", "F"}, {"M ", "M"}, {"O", "O"}, {"", ""}, {"female", ""}}) {
        TemporaryFolder folder;
        writeSamples(folder.path(), "1.2.3", 3,
                     [&, text = written](DicomSample& s, int) { s.elements.text(0x00100040, "CS", text); });
        REQUIRE(list(folder.path()).front().patientSex == expected);
        REQUIRE(read(folder.path()).series.patientSex == expected);
    }
}

TEST_CASE("names in German, Chinese, Japanese and Korean character sets become UTF-8")
{
    struct Name {
        const char *set, *bytes, *expected;
    };
    // The last three are the examples of PS3.5 annexes H, I and J.
    for (const Name& name :
         {Name{"ISO_IR 100", "M\xfcller^J\xf6rg", "Müller^Jörg"},
          Name{"ISO_IR 192",
               "Stra\xc3\x9f"
               "e^J\xc3\xbcrgen",
               "Straße^Jürgen"},
          Name{"GB18030", "\xcd\xf5^\xd0\xa1\xb6\xab", "王^小东"},
          Name{"GBK", "\xcd\xf5^\xd0\xa1\xb6\xab", "王^小东"},
          Name{"ISO_IR 192", "^=\xe7\x8e\x8b^\xe5\xb0\x8f\xe4\xb8\x9c", "王^小东"},
          Name{"ISO_IR 192", "Wang^XiaoDong=\xe7\x8e\x8b^\xe5\xb0\x8f\xe4\xb8\x9c=", "Wang^XiaoDong"},
          Name{"\\ISO 2022 IR 58", "^=\x1b$)A\xcd\xf5^\x1b$)A\xd0\xa1\xb6\xab", "王^小东"},
          Name{"\\ISO 2022 IR 87", "^=\x1b$B;3ED\x1b(B^\x1b$BB@O:\x1b(B", "山田^太郎"},
          Name{"\\ISO 2022 IR 149", "^=\x1b$)C\xfb\xf3^\x1b$)C\xd1\xce\xd4\xd7", "洪^吉洞"}}) {
        TemporaryFolder folder;
        writeSamples(folder.path(), "1.2.3", 3, [&](DicomSample& s, int) {
            s.elements.text(0x00080005, "CS", name.set);
            s.elements.text(0x00100010, "PN", name.bytes);
        });
        REQUIRE(list(folder.path()).front().patientName == name.expected);
    }
}

TEST_CASE("a DICOMDIR opens what lies beside it, and in a ZIP it does not stand in the way")
{
    if (!haveTools({"dcmmkdir"}))
        return;
    TemporaryFolder folder;
    const auto spoil = [](DicomSample& s, int) {
        s.elements.text(0x00080020, "DA", "20200102");
        s.elements.text(0x00080030, "TM", "101112");
        s.elements.text(0x00100010, "PN", "A^B");
        s.elements.text(0x00100020, "LO", "7");
        s.elements.text(0x00200010, "SH", "1");
    };
    writeSamples(folder.path() / "IMAGES", "1.2.3", 11, spoil);
    std::size_t n = 0;
    for (const fs::path& file : filesIn(folder.path() / "IMAGES"))
        fs::rename(file, folder.path() / "IMAGES" / ("I" + std::to_string(++n)));
    REQUIRE(run("cd '" + folder.path().string() + "' && dcmmkdir", {"+r", "+D", "DICOMDIR", "IMAGES"}));
    const Scan whole = read(folder.path() / "IMAGES");
    for (const fs::path& path : {folder.path(), folder.path() / "DICOMDIR"}) {
        CAPTURE(path);
        REQUIRE(list(path).size() == 1);
        const Scan scan = read(path);
        REQUIRE(scan.volume->voxels() == whole.volume->voxels());
        REQUIRE_FALSE(anyContains(scan.notes, "cut off"));
    }
    const fs::path archive = folder.path() / "cd.zip";
    zip_t* zip = zip_open(archive.c_str(), ZIP_CREATE, nullptr);
    zip_file_add(zip, "DICOMDIR", zip_source_file(zip, (folder.path() / "DICOMDIR").c_str(), 0, -1), 0);
    for (const fs::path& file : filesIn(folder.path() / "IMAGES"))
        zip_file_add(zip, ("IMAGES/" + file.filename().string()).c_str(),
                     zip_source_file(zip, file.c_str(), 0, -1), 0);
    REQUIRE(zip_close(zip) == 0);
    REQUIRE(list(archive).size() == 1);
    REQUIRE(read(archive).volume->voxels() == whole.volume->voxels());
    fs::remove_all(folder.path() / "IMAGES");
    fs::remove(archive);
    REQUIRE(contains(errorOf([&] { read(folder.path() / "DICOMDIR"); }), "The DICOMDIR"));
}
