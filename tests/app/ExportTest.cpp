// SPDX-License-Identifier: Apache-2.0
// What the files of the window hold beyond masks and volumes.
#include "app/Beside.h"
#include "app/ByHandTable.h"
#include "app/Exporter.h"
#include "tests/app/OpenedProgram.h"
#include "tests/support/CsvCells.h"
#include "volume/io/MaskWriter.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QLabel>
#include <QPushButton>
#include <QSlider>

#include <cmath>
#include <map>

using namespace hounsfield;
using namespace hounsfield::test;

namespace {

/// The cells of a table by the name of their column, row by row.
std::vector<std::map<std::string, std::string>> rowsOf(const std::string& csv)
{
    const auto records = csvCells(csv);
    std::vector<std::map<std::string, std::string>> rows;
    for (std::size_t r = 1; r < records.size(); ++r) {
        REQUIRE(records[r].size() == records[0].size());
        auto& row = rows.emplace_back();
        for (std::size_t c = 0; c < records[0].size(); ++c)
            row[records[0][c]] = records[r][c];
    }
    return rows;
}

} // namespace

TEST_CASE("measurements by hand are a table of numbers with unit, plane and place")
{
    const auto grid = Geometry::fromSpacing({60, 60, 60}, {-88.5, -88.5, -88.5}, {3, 3, 3});
    const Volume volume(grid, std::vector<std::int16_t>(216000, 57));
    const PlaneAxes axial = axesOf(Plane::Axial, patientFrame()),
                    coronal = axesOf(Plane::Coronal, patientFrame());
    const PlaneAxes oblique = axesOf(Plane::Axial, turned(patientFrame(), Plane::Coronal, 20));
    const auto rows = rowsOf(
        byHandCsv({{1, MeasurementKind::Distance, axial, {{0, 0, 1.5}, {30, 40, 1.5}}, {}},
                   {2,
                    MeasurementKind::Bidirectional,
                    coronal,
                    {{0, 1.5, 0}, {20, 1.5, 0}, {10, 1.5, -4}, {10, 1.5, 4}},
                    {}},
                   {3, MeasurementKind::Angle, axial, {{10, 0, 1.5}, {0, 0, 1.5}, {0, 10, 1.5}}, {}},
                   {4, MeasurementKind::Rectangle, axial, {{0, 0, 1.5}, {20, 10, 1.5}}, {}},
                   {5, MeasurementKind::Probe, oblique, {{1.5, 1.5, 1.5}}, {}},
                   {6, MeasurementKind::Arrow, axial, {{0, 0, 1.5}, {5, 5, 1.5}}, "here, and \"there\""}},
                  volume));
    REQUIRE(rows.size() == 6);
    CHECK(rows[0].at("kind") == "distance");
    CHECK(rows[0].at("value") == "50.00");
    CHECK(rows[0].at("unit") == "mm");
    CHECK(rows[0].at("plane") == "axial");
    CHECK(rows[0].at("slice") == "31");
    CHECK(rows[0].at("centre_l_mm") == "15.00");
    CHECK(rows[0].at("centre_p_mm") == "20.00");
    CHECK(rows[0].at("centre_s_mm") == "1.50");
    CHECK(rows[0].at("points_lps_mm") == "0.00 0.00 1.50; 30.00 40.00 1.50");
    CHECK(rows[1].at("value") == "20.00");
    CHECK(rows[1].at("short_axis_mm") == "8.00");
    CHECK(rows[1].at("plane") == "coronal");
    CHECK(rows[2].at("value") == "90.00");
    CHECK(rows[2].at("unit") == "deg");
    CHECK(rows[3].at("value") == "200.00");
    CHECK(rows[3].at("unit") == "mm2");
    CHECK(rows[3].at("hu_mean") == "57.0");
    CHECK(rows[4].at("value") == "57");
    CHECK(rows[4].at("unit") == "HU");
    CHECK(rows[4].at("plane") == "oblique");
    CHECK(rows[5].at("value").empty());
    CHECK(rows[5].at("text") == "here, and \"there\"");
}

TEST_CASE("a threshold that was moved stands in every table, both kidneys have their own code and side")
{
    const TemporaryFolder folder;
    Opened program;
    program.open(writeScan(folder.path(), "scan.nii.gz"));
    program.ask("both kidneys and liver tumor");
    const int tumor = program.found()[2].id;
    program.bench.session().select(tumor);
    program.window.foundPanel().threshold().setValue(37);
    REQUIRE(waitFor([&] { return program.bench.session().structure(tumor)->finding->threshold == 0.37; }));
    Progress silent;
    ExportSettings settings;
    settings.folder = folder.path() / "out";
    settings.labelMap = true;
    exportSession(*program.bench.session().scan(), program.bench.session().contents(), program.bench.pack(),
                  settings, silent);
    const auto structures = rowsOf(readFile(settings.folder / "scan_measurements.csv"));
    CHECK(structures[0].at("snomed") == "9846003");
    CHECK(structures[0].at("laterality") == "right");
    CHECK(structures[1].at("snomed") == "18639004");
    CHECK(structures[1].at("laterality") == "left");
    CHECK(structures[0].at("threshold") == "0.500");
    CHECK(structures[2].at("threshold") == "0.370");
    CHECK(structures[2].at("laterality").empty());
    const auto lesions = rowsOf(readFile(settings.folder / "scan_lesions.csv"));
    REQUIRE_FALSE(lesions.empty());
    CHECK(lesions[0].at("threshold") == "0.370");
    bool label = false;
    for (const auto& row : rowsOf(readFile(settings.folder / "scan_labels.csv"))) {
        if (row.at("name") == "Left Kidney")
            CHECK(row.at("laterality") == "left");
        label = label || row.at("threshold") == "0.370";
    }
    CHECK(label);
    const QJsonObject json =
        QJsonDocument::fromJson(
            QByteArray::fromStdString(readFile(settings.folder / "scan_measurements.json")))
            .object();
    CHECK(json["targets"].toArray()[2].toObject()["threshold"].toDouble() == Approx(0.37));
    CHECK(json["targets"].toArray()[1].toObject()["laterality"].toString() == "left");
}

TEST_CASE("a second export replaces the first, takes away tables that have no rows now, and names masks of "
          "the first")
{
    const TemporaryFolder folder;
    Opened program;
    program.open(writeScan(folder.path(), "scan.nii.gz"));
    program.ask("liver, kidney tumor");
    Session& session = program.bench.session();
    session.keepMeasurement(
        {0, MeasurementKind::Distance, axesOf(Plane::Axial, patientFrame()), {{0, 0, 0}, {30, 40, 0}}, {}},
        false);
    Progress silent;
    ExportSettings settings;
    settings.folder = folder.path() / "out";
    const auto exported = [&] {
        return exportSession(*session.scan(), session.contents(), program.bench.pack(), settings, silent);
    };
    CHECK(exported().size() == 6);
    REQUIRE(std::filesystem::exists(settings.folder / "scan_lesions.csv"));
    REQUIRE(std::filesystem::exists(settings.folder / "scan_by_hand.csv"));
    session.removeMeasurement(session.contents().measurements[0].id);
    session.remove(program.found()[1].id);
    const std::vector<std::string> written = exported();
    CHECK(written ==
          std::vector<std::string>{"scan_liver.nii.gz", "scan_measurements.csv", "scan_measurements.json"});
    CHECK_FALSE(std::filesystem::exists(settings.folder / "scan_lesions.csv"));
    CHECK_FALSE(std::filesystem::exists(settings.folder / "scan_by_hand.csv"));
    // A mask is the person's: it stays and is named.
    CHECK(masksOfEarlierExports(*session.scan(), program.bench.pack(), settings.folder, written) ==
          std::vector<std::string>{"scan_kidney_tumor.nii.gz"});
}

TEST_CASE("work that is offered again counts findings and measurements apart")
{
    const TemporaryFolder folder;
    const auto scan = writeScan(folder.path(), "counted.nii.gz");
    {
        Opened program;
        program.open(scan);
        program.ask("both kidneys");
        for (int n = 0; n < 3; ++n)
            program.bench.session().keepMeasurement({0,
                                                     MeasurementKind::Distance,
                                                     axesOf(Plane::Axial, patientFrame()),
                                                     {{0, 0, 0}, {3, 4.0 + n, 0}},
                                                     {}},
                                                    false);
    }
    Opened again;
    const auto left = again.bench.recovery().left();
    const auto mine = std::find_if(left.begin(), left.end(), [](const Recovery::Kept& one) {
        return one.scanPath.endsWith("counted.nii.gz");
    });
    REQUIRE(mine != left.end());
    CHECK(mine->structures == 2);
    CHECK(mine->measurements == 3);
    bool offered = false;
    for (const QPushButton* link : again.window.findChildren<QPushButton*>())
        offered = offered || link->text().contains("findings: 2, measurements: 3");
    CHECK(offered);
}

TEST_CASE("the automatic window shows the body and not the air around it, and is called by its name")
{
    // Half air, a body of 0 to 100 HU with a little metal.
    const auto grid = Geometry::fromSpacing({40, 40, 40}, {0, 0, 0}, {2, 2, 2});
    std::vector<std::int16_t> voxels(64000, -1000);
    for (std::size_t v = 32000; v < voxels.size(); ++v)
        voxels[v] = std::int16_t(v % 101);
    for (std::size_t v = 32000; v < 32100; ++v)
        voxels[v] = 3000;
    const auto window = automaticWindow(Volume(grid, voxels));
    CHECK(window[1] == Approx(50).margin(2));
    CHECK(window[0] == Approx(96).margin(4));
    // Nothing but air and lung: all of it.
    for (auto& v : voxels)
        v = std::int16_t(v < 0 ? -1000 : -800);
    CHECK(automaticWindow(Volume(grid, voxels))[0] == Approx(200).margin(2));
    const TemporaryFolder folder;
    Opened program;
    program.open(writeScan(folder.path()));
    ViewState& view = program.bench.view();
    view.applyPreset(0);
    CHECK(view.preset() == 0);
    bool named = false;
    for (const QLabel* label : program.window.findChildren<QLabel*>())
        named = named || label->text().endsWith(ViewState::presetName(0));
    CHECK(named);
    view.setWindow(1234, 5);
    CHECK(view.preset() == -1);
}

TEST_CASE("a folder is opened as the second scan, and what was taken of several series is said")
{
    const TemporaryFolder folder;
    Opened program;
    program.open(writeScan(folder.path(), "first.nii.gz"));
    for (const std::int64_t slices : {6, 12}) {
        const auto grid = Geometry::fromSpacing({24, 20, slices}, {-24, -20, 0}, {2, 2, 3});
        writeDicomSeries(Volume(grid, std::vector<std::int16_t>(std::size_t(grid.voxelCount()), 40)),
                         {"Test^One", "1", "series of " + std::to_string(slices)},
                         folder.path() / "dicom" / std::to_string(slices));
    }
    auto* beside = program.window.findChild<Beside*>();
    REQUIRE(beside);
    beside->open(QString::fromStdString((folder.path() / "dicom").string()));
    REQUIRE(waitFor([&] { return beside->isVisible(); }));
    CHECK(beside->view().scan()->geometry().size()[2] == 12);
    bool said = false;
    for (const QLabel* label : beside->findChildren<QLabel*>())
        said = said || (label->text().contains("series of 12") && label->text().contains("one of 2 series"));
    CHECK(said);
    bool offered = false;
    for (const QAction* action : program.window.findChildren<QAction*>())
        offered = offered || action->text().contains("folder as second scan");
    CHECK(offered);
}

TEST_CASE("the messages of a run that is over go when the next one starts, by prompt or by slider")
{
    const TemporaryFolder folder;
    Opened program;
    program.open(writeScan(folder.path()));
    program.ask("liver");
    const auto told = [&](const QString& words) {
        for (const QLabel* label : program.window.findChildren<QLabel*>())
            if (label->isVisible() && label->text().contains(words))
                return true;
        return false;
    };
    Q_EMIT program.bench.asking().failed("The run went wrong.");
    Q_EMIT program.bench.said("Stopped. So it was.");
    REQUIRE(told("The run went wrong."));
    REQUIRE(told("So it was."));
    program.bench.session().select(program.found()[0].id);
    program.window.foundPanel().threshold().setValue(22);
    REQUIRE(waitFor([&] { return program.found()[0].finding->threshold == 0.22; }));
    CHECK_FALSE(told("The run went wrong."));
    CHECK_FALSE(told("So it was."));
}
