// SPDX-License-Identifier: Apache-2.0
#include "app/SessionFile.h"
#include "tests/app/Helpers.h"
#include "tests/support/catch.h"

#include <QFile>

using namespace hounsfield;
using namespace hounsfield::test;

namespace {

StoredSession example()
{
    const Geometry grid({20, 22, 24}, {1.25, -7.125, 1000.0625},
                        fromColumns({0, 0, 3.1}, {0.7, 0, 0.02}, {0, -0.9, 0.1}));
    std::vector<std::uint8_t> inside(static_cast<std::size_t>(grid.voxelCount()));
    for (std::size_t v = 0; v < inside.size(); ++v)
        inside[v] = v % 7 == 3;
    StoredSession session;
    session.scanPath = "/scans/Sättigung-肝臓/ct.nii.gz";
    session.seriesUid = "1.2.3";
    session.scanHash = "hash";
    Structure s;
    s.id = 4;
    s.name = "Leber \"links\"";
    s.rgb = {1, 2, 3};
    s.visible = false;
    s.known = openEmbeddedPack().classById(27);
    s.asked = "liver tumor";
    s.warnings = {{"One.", Vector3{1, 2, 3}}, {"Two.", {}}};
    s.finding = std::make_shared<const Finding>(
        Finding{{27, "Liver Tumor"}, Mask::fromGrid(grid, inside), 0.35, 0.98, 0.7, 1.5, 2.5, {}, nullptr});
    session.contents.structures.push_back(s);
    session.contents.measurements.push_back({9,
                                             MeasurementKind::Angle,
                                             axesOf(Plane::Sagittal, patientFrame()),
                                             {{1, 2, 3}, {4, 5, 6}, {7.5, 8, 9}},
                                             "note"});
    session.prompts = {"liver tumor", "spleen"};
    return session;
}

} // namespace

TEST_CASE("a session comes back from its file as it was, voxel by voxel")
{
    application();
    const TemporaryFolder folder;
    const QString file = QString::fromStdString((folder.path() / "a.hounsfield").string());
    const StoredSession before = example();
    writeSession(before, file);
    const StoredSession after = readSession(file);
    CHECK(after.scanPath == before.scanPath);
    CHECK(after.scanHash == before.scanHash);
    CHECK(after.prompts == before.prompts);
    REQUIRE(after.contents.structures.size() == 1);
    const Structure &a = after.contents.structures[0], &b = before.contents.structures[0];
    CHECK(a.name == b.name);
    CHECK(a.id == b.id);
    CHECK_FALSE(a.visible);
    CHECK(a.known.hosts.size() == b.known.hosts.size());
    REQUIRE(a.warnings.size() == 2);
    CHECK(a.warnings[0].text == "One.");
    CHECK(a.warnings[0].placeMm == Vector3{1, 2, 3});
    CHECK_FALSE(a.warnings[1].placeMm);
    CHECK(a.finding->threshold == b.finding->threshold);
    CHECK(a.finding->mask.geometry().sameGrid(b.finding->mask.geometry(), 1e-12));
    CHECK((a.finding->mask.toGrid() == b.finding->mask.toGrid()));
    REQUIRE(after.contents.measurements.size() == 1);
    CHECK(after.contents.measurements[0].pointsMm[2][0] == 7.5);
    CHECK(after.contents.measurements[0].text == "note");
}

TEST_CASE("a zero-shot structure is kept in a session with its words and what they were near to")
{
    application();
    const TemporaryFolder folder;
    const QString file = QString::fromStdString((folder.path() / "a.hounsfield").string());
    StoredSession before = example();
    Structure s = before.contents.structures[0];
    s.id = 5;
    Finding finding = *s.finding;
    finding.target = {0, "Renal Artery", "renal artery"};
    finding.nearest = {{8, "Aorta", 0.93, 0.41}, {9, "Postcava", 0.9, 0.2}};
    s.known = classOf(openEmbeddedPack(), finding.target);
    s.finding = std::make_shared<const Finding>(finding);
    before.contents.structures.push_back(s);
    writeSession(before, file);
    const StoredSession after = readSession(file);
    REQUIRE(after.contents.structures.size() == 2);
    const Structure& a = after.contents.structures[1];
    CHECK(a.finding->target.sameAs(finding.target));
    CHECK_FALSE(a.finding->target.sameAs(after.contents.structures[0].finding->target));
    CHECK(a.finding->target.name == "Renal Artery");
    CHECK(a.known.kind == "zero_shot");
    CHECK(a.known.fileName == "zero_shot_renal_artery");
    REQUIRE(a.finding->nearest.size() == 2);
    CHECK(a.finding->nearest[0].name == "Aorta");
    CHECK(a.finding->nearest[0].centredCosine == 0.41);
    CHECK(after.contents.structures[0].finding->nearest.empty());
}

TEST_CASE("a session keeps which lesions were chosen, the organs they lie in, and what the clean-up left out")
{
    application();
    const TemporaryFolder folder;
    const QString file = QString::fromStdString((folder.path() / "a.hounsfield").string());
    StoredSession before = example();
    Finding finding = *before.contents.structures[0].finding;
    finding.target.filter.lowestMm = std::nextafter(10.0, 11.0);
    finding.target.filter.hosts = {6};
    finding.target.without = {15};
    const Mask& mask = finding.mask;
    finding.hosts = {std::make_shared<const HostOrgan>(HostOrgan{6, "Liver", mask})};
    finding.leftOut = std::make_shared<const Mask>(mask);
    finding.removals = {{Removal::Why::Apart, 3, 1.5}, {Removal::Why::Unsure, 1, 0.5}};
    finding.peak = 0.95;
    before.contents.structures[0].finding = std::make_shared<const Finding>(finding);
    writeSession(before, file);
    const StoredSession after = readSession(file);
    const Finding& read = *after.contents.structures.at(0).finding;
    CHECK(read.target.sameAs(finding.target));
    REQUIRE(read.hosts.size() == 1);
    CHECK(read.hosts[0]->name == "Liver");
    CHECK((read.hosts[0]->mask.toGrid() == mask.toGrid()));
    REQUIRE(read.leftOut);
    CHECK(read.leftOut->count() == mask.count());
    REQUIRE(read.removals.size() == 2);
    CHECK(read.peak == 0.95);
    CHECK(sentenceOf(read.removals) == sentenceOf(finding.removals));
}

TEST_CASE("how a scan was looked at comes back, oblique planes included")
{
    application();
    ViewState one, two;
    const auto volume = std::make_shared<const Volume>(
        Geometry::fromSpacing({50, 50, 50}, {0, 0, 0}, {2, 2, 2}), std::vector<std::int16_t>(125000, 0));
    one.setScan(volume, {}, {});
    two.setScan(volume, {}, {});
    one.setFrame(turned(patientFrame(), Plane::Axial, 31));
    one.setCrosshair({30, 40, 50});
    one.setWindow(1500, -600);
    one.setZoom(Plane::Coronal, 2.5);
    one.setPan(Plane::Sagittal, {1, 2, 3});
    one.setLayout(Layout::OneAndThree);
    viewFromJson(viewToJson(one), two);
    CHECK(length(two.crosshairMm() - one.crosshairMm()) < 1e-9);
    CHECK(length(column(two.frame(), 0) - column(one.frame(), 0)) < 1e-9);
    CHECK(two.look().window == 1500);
    CHECK(two.zoom(Plane::Coronal) == 2.5);
    CHECK(two.panMm(Plane::Sagittal)[2] == 3);
    CHECK(two.layout() == Layout::OneAndThree);
}

TEST_CASE("a session that is cut off, changed, foreign or from a newer program is refused with a sentence, "
          "never a crash")
{
    application();
    const TemporaryFolder folder;
    const auto path = folder.path() / "a.hounsfield";
    const QString file = QString::fromStdString(path.string());
    writeSession(example(), file);
    const std::string whole = readFile(path);
    for (std::size_t at = 0; at < whole.size(); at += whole.size() / 90 + 1) {
        for (const std::string& bytes :
             {whole.substr(0, at), whole.substr(0, at) + "9" + whole.substr(at + 1)}) {
            writeFile(path, bytes);
            try {
                readSession(file);
            } catch (const Error&) {
            }
        }
    }
    std::string newer = whole;
    newer.replace(newer.find("\"hounsfield_session\":1"), 22, "\"hounsfield_session\":9");
    writeFile(path, newer);
    try {
        readSession(file);
        FAIL("it was read");
    } catch (const Error& error) {
        CHECK(std::string(error.what()).find("newer") != std::string::npos);
    }
    CHECK_THROWS_AS(writeSession(example(), "/nowhere/at/all/a.hounsfield"), Error);
}
