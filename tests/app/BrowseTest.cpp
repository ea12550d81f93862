// SPDX-License-Identifier: Apache-2.0
// Choosing among series, and finding one's way to what was found and measured.
#include "app/MeasurementPanel.h"
#include "app/Pages.h"
#include "app/SeriesPage.h"
#include "app/Thumbnails.h"
#include "tests/app/OpenedProgram.h"
#include "viewer/Cine.h"
#include "volume/io/MaskWriter.h"

#include <QLabel>
#include <QListWidget>
#include <QSettings>
#include <QTreeView>
#include <QTreeWidget>

using namespace hounsfield;
using namespace hounsfield::test;

namespace {

/// Air with a bright ball about a place.
Volume brightBall(const Geometry& grid, const Vector3& centre, double radiusMm = 12)
{
    std::vector<std::int16_t> voxels;
    const Index3& n = grid.size();
    for (std::int64_t k = 0; k < n[2]; ++k)
        for (std::int64_t j = 0; j < n[1]; ++j)
            for (std::int64_t i = 0; i < n[0]; ++i)
                voxels.push_back(length(grid.toMm(Index3{i, j, k}) - centre) < radiusMm ? 1000 : -1000);
    return Volume(grid, std::move(voxels));
}

/// A folder with two series of different sizes and something that is no image.
void writeFolder(const std::filesystem::path& folder)
{
    const auto grid = [](std::int64_t slices) {
        return Geometry::fromSpacing({24, 20, slices}, {-24, -20, 0}, {2, 2, 3});
    };
    writeDicomSeries(brightBall(grid(6), {0, 0, 9}), {"Test^One", "1", "small one"}, folder / "a");
    writeDicomSeries(brightBall(grid(12), {0, 0, 9}), {"Test^One", "1", "large one"}, folder / "b");
    writeFile(folder / "notes.txt", "hello");
}

QString pathOf(const std::filesystem::path& path)
{
    return QString::fromStdString(path.string());
}

} // namespace

TEST_CASE("a folder with several series is looked through, shown with pictures and sizes, and the one chosen "
          "is opened")
{
    const TemporaryFolder folder;
    writeFolder(folder.path());
    Opened program;
    SeriesPage& page = program.window.pages().seriesPage();
    int previews = 0;
    QObject::connect(&program.bench.opening(), &Opening::previewed, &page,
                     [&](const QString&, int, const QImage& image) {
                         ++previews;
                         CHECK(image.width() == 24);
                     });
    program.bench.open(pathOf(folder.path()));
    REQUIRE(waitFor([&] { return program.window.pages().currentWidget() == &page && previews == 2; }));
    CHECK_FALSE(program.ready);
    QTreeWidget& tree = page.tree();
    REQUIRE(tree.topLevelItemCount() >= 1);
    QTreeWidgetItem* small = nullptr;
    for (QTreeWidgetItemIterator item(&tree); *item; ++item)
        if ((*item)->text(0) == "small one")
            small = *item;
    REQUIRE(small);
    CHECK(small->text(3) == "24 × 20 × 6");
    CHECK(small->text(2) == "6");
    // The best is marked; Enter would take it.
    CHECK(tree.currentItem()->text(0) == "large one");
    tree.setCurrentItem(small);
    QTest::keyClick(&tree, Qt::Key_Return);
    REQUIRE(waitFor([&] { return program.ready; }));
    CHECK(program.bench.session().scan()->volume->geometry().size()[2] == 6);
    CHECK(program.window.pages().currentWidget() != &page);
    // The other is one double click away, and the folder is not looked through again: a file gone meanwhile
    // is told of.
    program.ready = false;
    program.bench.open(pathOf(folder.path()), "2");
    REQUIRE(waitFor([&] { return program.ready; }));
}

TEST_CASE("a series that was chosen and cannot be read leads back to the choice, with words")
{
    const TemporaryFolder folder;
    writeFolder(folder.path());
    Opened program;
    program.bench.open(pathOf(folder.path()));
    QWidget* page = &program.window.pages().seriesPage();
    REQUIRE(waitFor([&] { return program.window.pages().currentWidget() == page; }));
    for (const auto& file : std::filesystem::directory_iterator(folder.path() / "a"))
        writeFile(file.path(), "gone");
    QString told;
    QObject::connect(&program.bench, &Workbench::failed, page, [&](const QString& why) { told = why; });
    program.bench.open(pathOf(folder.path()), program.bench.opening().series()[0].size[2] == 6 ? "1" : "2");
    REQUIRE(waitFor([&] { return !told.isEmpty() && !program.bench.opening().busy(); }));
    CHECK(told.size() > 20);
    CHECK(program.window.pages().currentWidget() == page);
}

TEST_CASE("the list of window presets says what is shown")
{
    const TemporaryFolder folder;
    Opened program;
    program.open(writeScan(folder.path()));
    ViewState& view = program.bench.view();
    CHECK(view.preset() == 1);
    view.applyPreset(3);
    CHECK(view.preset() == 3);
    view.setWindow(1234, 5);
    CHECK(view.preset() == -1);
    view.setScan(view.scan(), std::array<double, 2>{300, 40}, {});
    CHECK(view.preset() == 9);
}

TEST_CASE("going back from a choice of series keeps what is open")
{
    const TemporaryFolder folder;
    writeFolder(folder.path() / "dicom");
    Opened program;
    program.open(writeScan(folder.path()));
    QWidget* work = program.window.pages().currentWidget();
    program.bench.open(pathOf(folder.path() / "dicom"));
    REQUIRE(waitFor(
        [&] { return program.window.pages().currentWidget() == &program.window.pages().seriesPage(); }));
    Q_EMIT program.window.pages().seriesPage().backAsked();
    CHECK(program.window.pages().currentWidget() == work);
    CHECK(program.bench.session().scan()->caseName == "scan");
}

TEST_CASE("a folder is not asked about where there is one series, or where it is said which")
{
    const TemporaryFolder folder;
    writeFolder(folder.path());
    Opened program;
    program.open(folder.path() / "a");
    CHECK(program.bench.session().scan()->series.size[2] == 6);
    program.ready = false;
    program.bench.open(pathOf(folder.path()), {}, Opening::Several::TakeBest);
    REQUIRE(waitFor([&] { return program.ready; }));
    CHECK(program.bench.session().scan()->series.size[2] == 12);
}

TEST_CASE("slices are shown while they are read")
{
    const TemporaryFolder folder;
    writeFolder(folder.path());
    Progress silent;
    const ScanSource source(folder.path() / "b", silent);
    CHECK(source.series()[0].bytes > 12 * 24 * 20 * 2);
    int slices = 0;
    const Scan scan = source.read({}, silent, [&](const SliceImage& slice) {
        ++slices;
        CHECK(slice.hu.size() == 24 * 20);
        CHECK(slice.columnMm == Approx(2));
    });
    CHECK(slices >= 1);
    const auto middle = source.middleSlice(1);
    REQUIRE(middle);
    for (std::int64_t j = 0; j < 20; ++j)
        for (std::int64_t i = 0; i < 24; ++i)
            REQUIRE(middle->hu[std::size_t(j * 24 + i)] == scan.volume->at({i, j, 6}));
    CHECK_FALSE(source.middleSlice(2));
    const QImage picture = thumbnails::pictureOf({4, 2, 1, 3, std::vector<std::int16_t>(8, 40)}, {});
    CHECK(picture.height() == 6); // thrice as high as wide
}

TEST_CASE("a click on a row frames the structure, the eye hides it, a warning leads to its slice")
{
    const TemporaryFolder folder;
    Opened program;
    program.open(writeScan(folder.path()));
    program.ask("liver");
    ViewState& view = program.bench.view();
    QTreeView& tree = program.window.foundPanel().tree();
    const QModelIndex row = tree.model()->index(0, 0);
    QTest::mouseClick(tree.viewport(), Qt::LeftButton, Qt::NoModifier, tree.visualRect(row).center());
    const Structure& s = program.found()[0];
    CHECK(view.zoom(Plane::Axial) > 1.2);
    const SliceGrid grid = program.window.views().slice(Plane::Axial).grid();
    const auto pixel = grid.toPixel(s.statistics.centroidMm);
    CHECK(std::abs(pixel[0] - 0.5 * grid.width) < 0.05 * grid.width);
    CHECK(std::abs(pixel[1] - 0.5 * grid.height) < 0.05 * grid.height);
    const QModelIndex eye = row.siblingAtColumn(FoundModel::Eye);
    QTest::mouseClick(tree.viewport(), Qt::LeftButton, Qt::NoModifier, tree.visualRect(eye).center());
    CHECK_FALSE(program.found()[0].visible);
    CHECK(view.layers().empty());
    QTest::mouseClick(tree.viewport(), Qt::LeftButton, Qt::NoModifier,
                      tree.visualRect(row.siblingAtColumn(FoundModel::Eye)).center());
    CHECK(program.found()[0].visible);
    // A structure with a warning that has a place.
    Structure warned = program.found()[0];
    warned.warnings = {{"It reaches the edge.", Vector3{10, 20, 30}}};
    program.bench.session().addStructures({warned}, false);
    const auto doubts = program.bench.doubts();
    REQUIRE(doubts.size() >= 1);
    CHECK(doubts.back().structure == warned.id);
    CHECK(doubts.back().placeMm == Vector3{10, 20, 30});
    auto labels = program.window.foundPanel().findChildren<QLabel*>();
    bool linked = false;
    for (QLabel* label : labels)
        if (label->text().contains("href='0'")) {
            Q_EMIT label->linkActivated("0");
            linked = true;
        }
    CHECK(linked);
    CHECK(length(view.crosshairMm() - Vector3{10, 20, 30}) < 1e-6);
}

TEST_CASE("the place of an edge warning is on that edge of the scan")
{
    const Geometry grid = Geometry::fromSpacing({20, 20, 20}, {0, 0, 0}, {1, 1, 1});
    std::vector<std::uint8_t> inside(8000, 0);
    for (std::int64_t k = 15; k < 20; ++k)
        for (std::int64_t j = 8; j < 11; ++j)
            for (std::int64_t i = 4; i < 7; ++i)
                inside[std::size_t(grid.offset({i, j, k}))] = 1;
    Finding finding{{6, "liver"}, Mask::fromGrid(grid, inside), 0.5, 1, 1, 0, 0, {}, nullptr};
    const auto warnings = measureFinding(finding, {}, Volume(grid, std::vector<std::int16_t>(8000))).warnings;
    REQUIRE(warnings.size() == 1);
    REQUIRE(warnings[0].placeMm);
    CHECK(length(*warnings[0].placeMm - Vector3{5, 9, 19}) < 1e-9);
}

TEST_CASE("measurements are listed, found again in their own plane, and any of them can be deleted")
{
    const TemporaryFolder folder;
    Opened program;
    program.open(writeScan(folder.path()));
    Session& session = program.bench.session();
    ViewState& view = program.bench.view();
    const Frame oblique = turned(turned(patientFrame(), Plane::Axial, 20), Plane::Sagittal, 15);
    const PlaneAxes axes = axesOf(Plane::Axial, oblique);
    session.keepMeasurement(
        {0, MeasurementKind::Distance, axesOf(Plane::Axial, patientFrame()), {{0, 0, 0}, {30, 40, 0}}, {}},
        false);
    session.keepMeasurement(
        {0, MeasurementKind::Distance, axes, {{5, 5, 5}, Vector3{5, 5, 5} + 20.0 * axes.right}, {}}, false);
    QListWidget& list = program.window.measurementPanel().list();
    REQUIRE(list.count() == 2);
    CHECK(list.item(0)->text() == "50.0 mm");
    CHECK(program.window.measurementPanel().isVisible());
    QTest::mouseClick(list.viewport(), Qt::LeftButton, Qt::NoModifier,
                      list.visualItemRect(list.item(1)).center());
    CHECK(dot(axesOf(Plane::Axial, view.frame()).normal, axes.normal) == Approx(1));
    const SliceGrid grid = program.window.views().slice(Plane::Axial).grid();
    CHECK(std::abs(grid.distanceMm({5, 5, 5})) < 1e-6);
    // The first is chosen and deleted; the second stays.
    list.setCurrentRow(0);
    program.trigger("Delete");
    REQUIRE(session.contents().measurements.size() == 1);
    CHECK(session.contents().measurements[0].pointsMm[0] == Vector3{5, 5, 5});
    program.trigger("Ctrl+Z");
    CHECK(list.count() == 2);
}

TEST_CASE("cine runs through the slices and begins again at the other end")
{
    const TemporaryFolder folder;
    Opened program;
    program.open(writeScan(folder.path()));
    Cine cine(program.bench.view());
    cine.setSlicesPerSecond(1000);
    CHECK(cine.slicesPerSecond() == Cine::fastest);
    program.bench.view().setCrosshair({0, 0, -88});
    const double from = program.bench.view().crosshairMm()[2];
    double highest = from;
    cine.setRunning(true);
    CHECK(waitFor([&] {
        highest = std::max(highest, program.bench.view().crosshairMm()[2]);
        return highest > 80;
    }));
    cine.setRunning(false);
    const double stopped = program.bench.view().crosshairMm()[2];
    QTest::qWait(100);
    CHECK(program.bench.view().crosshairMm()[2] == stopped);
}

TEST_CASE("borders that were dragged are where they were when the program starts again")
{
    ViewGrid::Borders dragged;
    {
        Opened program;
        const TemporaryFolder folder;
        program.open(writeScan(folder.path()));
        program.window.views().setBorders({QList<int>{500, 200}, QList<int>{300, 500}, QList<int>{300, 500}});
        dragged = program.window.views().borders();
        program.window.close();
    }
    Opened again;
    CHECK(again.window.views().borders() == dragged);
    for (int s = 0; s < 3; ++s)
        QSettings().remove(QString("borders%1").arg(s));
}

TEST_CASE("left is on the right of the screen from files of every kind: oblique and tilted NIfTI, oblique "
          "DICOM, in the real window")
{
    const auto rotation = [](double degrees, std::size_t a, std::size_t b) {
        Matrix3 m{{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}};
        const double r = degrees * 3.14159265358979 / 180;
        m[a][a] = m[b][b] = std::cos(r);
        m[a][b] = -std::sin(r);
        m[b][a] = std::sin(r);
        return m;
    };
    const Matrix3 plain = fromColumns({2, 0, 0}, {0, 2, 0}, {0, 0, 3});
    struct Case {
        const char* name;
        Matrix3 matrix;
        bool dicom;
    };
    const Case cases[] = {
        {"straight DICOM", plain, true},
        {"oblique DICOM", rotation(14, 0, 1) * (rotation(9, 1, 2) * plain), true},
        {"oblique NIfTI", rotation(14, 0, 1) * (rotation(9, 1, 2) * plain), false},
        {"tilted NIfTI", fromColumns({2, 0, 0}, {0, 2, 0}, {0, 3 * std::tan(0.35), 3}), false},
        {"flipped NIfTI", fromColumns({-2, 0, 0}, {0, -2, 0}, {0, 0, -3}), false}};
    // Left, behind and above the middle: by the definition of LPS.
    const Vector3 centre{25, 14, 12};
    for (const Case& one : cases) {
        INFO(one.name);
        const TemporaryFolder folder;
        const Index3 n{50, 50, 34};
        const Geometry grid(n, -1.0 * (one.matrix * Vector3{24.5, 24.5, 16.5}), one.matrix);
        const Volume volume = brightBall(grid, centre, 8);
        if (one.dicom)
            writeDicomSeries(volume, {"Test^Two", "2", "ball"}, folder.path() / "scan");
        else
            writeVolume(volume, folder.path() / "scan.nii.gz");
        Opened program;
        program.open(folder.path() / (one.dicom ? "scan" : "scan.nii.gz"));
        ViewState& view = program.bench.view();
        view.setCrosshairShown(false);
        view.setTextShown(false);
        view.setCrosshair(centre);
        for (const Plane plane : {Plane::Axial, Plane::Coronal, Plane::Sagittal}) {
            const QImage image = program.slice(plane);
            double x = 0, y = 0, count = 0;
            // Within the ruler and the letters, which are white as well.
            for (int py = 40; py < image.height() - 40; ++py)
                for (int px = 40; px < image.width() - 40; ++px)
                    if (const QColor c = image.pixelColor(px, py);
                        c.red() > 220 && c.green() > 220 && c.blue() > 220) {
                        x += px + 0.5;
                        y += py + 0.5;
                        ++count;
                    }
            REQUIRE(count > 20);
            const SliceGrid at = program.window.views().slice(plane).grid();
            const double right = (x / count - 0.5 * at.width) * at.mmPerPixel,
                         down = (y / count - 0.5 * at.height) * at.mmPerPixel;
            // Axial: left to the right, behind below. Coronal: left to the right, head above. Sagittal: front
            // to the left, head above.
            const double wantedRight = plane == Plane::Sagittal ? centre[1] : centre[0],
                         wantedDown = plane == Plane::Axial ? centre[1] : -centre[2];
            CHECK(right == Approx(wantedRight).margin(1));
            CHECK(down == Approx(wantedDown).margin(1));
        }
    }
}
