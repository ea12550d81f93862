// SPDX-License-Identifier: Apache-2.0
#include "app/Beside.h"
#include "app/Exporter.h"
#include "tests/app/OpenedProgram.h"

#include <QDropEvent>
#include <QLabel>
#include <QMimeData>
#include <QSlider>
#include <QStatusBar>
#include <QToolButton>
#include <QTreeView>
#include <QWheelEvent>

using namespace hounsfield;
using namespace hounsfield::test;

TEST_CASE("a person opens a scan, types, presses Enter, jumps, sets a threshold, undoes, exports, saves, and "
          "finds all again")
{
    const TemporaryFolder folder;
    const auto scan = writeScan(folder.path());
    const QString session = QString::fromStdString((folder.path() / "mine.hounsfield").string());
    double volumeMl = 0;
    {
        Opened program;
        program.open(scan);
        program.bench.view().setCrosshairShown(false);
        CHECK(coloured(program.slice(Plane::Axial)) == 0);
        program.ask("liver and both kidneys");
        REQUIRE(program.found().size() == 3);
        // A click on a row jumps to the structure, and its outline is there.
        QTreeView& tree = program.window.foundPanel().tree();
        const QModelIndex row = tree.model()->index(0, 0);
        QTest::mouseClick(tree.viewport(), Qt::LeftButton, Qt::NoModifier, tree.visualRect(row).center());
        CHECK(program.bench.session().selected() == program.found()[0].id);
        CHECK(program.found()[0].finding->mask.at([&] {
            const Vector3 at =
                program.found()[0].finding->mask.geometry().toIndex(program.bench.view().crosshairMm());
            return Index3{std::llround(at[0]), std::llround(at[1]), std::llround(at[2])};
        }()));
        CHECK(coloured(program.slice(Plane::Axial)) > 500);
        // The threshold acts on the kept probabilities; its way back is one step of undo.
        const double before = program.found()[0].statistics.volumeMl;
        program.window.foundPanel().threshold().setValue(20);
        REQUIRE(waitFor([&] { return program.found()[0].finding->threshold == 0.2; }));
        CHECK(program.found()[0].statistics.volumeMl > before);
        program.trigger("Ctrl+Z");
        CHECK(program.found()[0].statistics.volumeMl == before);
        program.trigger("Ctrl+Y");
        volumeMl = program.found()[0].statistics.volumeMl;
        Progress silent;
        ExportSettings settings;
        settings.folder = folder.path() / "out";
        settings.labelMap = true;
        settings.surfaceFormat = "stl";
        const auto files = exportSession(*program.bench.session().scan(), program.bench.session().contents(),
                                         program.bench.pack(), settings, silent);
        CHECK(files.size() == 3 + 2 + 1 + 2);
        for (const std::string& file : files)
            CHECK(std::filesystem::file_size(settings.folder / file) > 0);
        program.bench.view().setCrosshair({5, 6, 7});
        program.bench.saveSession(session, {"liver and both kidneys"});
    }
    Opened again;
    again.open(session.toStdString());
    REQUIRE(again.found().size() == 3);
    CHECK(again.found()[0].statistics.volumeMl == volumeMl);
    CHECK(again.found()[0].statistics.hu->mean == Approx(40).margin(400));
    CHECK(length(again.bench.view().crosshairMm() - Vector3{5, 6, 7}) < 1e-6);
    again.bench.view().setCrosshairShown(false);
    again.bench.view().setCrosshair(again.found()[0].statistics.centroidMm);
    CHECK(coloured(again.slice(Plane::Axial)) > 500);
}

TEST_CASE(
    "before anything is found the window does not claim that nothing warns, and while it looks it says so")
{
    const TemporaryFolder folder;
    Opened program;
    program.open(writeScan(folder.path()));
    const auto claims = [&] {
        for (const QToolButton* button : program.window.statusBar()->findChildren<QToolButton*>())
            if (button->isVisible() && button->text().contains("no warnings"))
                return true;
        return false;
    };
    const auto panelSays = [&](const QString& words) {
        for (const QLabel* label : program.window.foundPanel().findChildren<QLabel*>())
            if (label->isVisible() && label->text().contains(words))
                return true;
        return false;
    };
    CHECK_FALSE(claims());
    CHECK(panelSays("Nothing asked yet"));
    bool looked = false;
    QObject::connect(&program.bench.asking(), &Asking::busyChanged, &program.window,
                     [&](bool busy) { looked = looked || (busy && panelSays("Looking")); });
    program.ask("spleen");
    CHECK(looked);
    CHECK_FALSE(panelSays("Looking"));
    CHECK_FALSE(panelSays("Nothing asked yet"));
}

TEST_CASE("what is right of the patient is on the left of the screen, in the real window")
{
    const TemporaryFolder folder;
    Opened program;
    program.open(writeScan(folder.path()));
    program.bench.view().setCrosshairShown(false);
    // Odd classes are made on the patient's right, even ones on the left.
    program.ask("spleen");
    program.bench.view().setCrosshair(program.found()[0].statistics.centroidMm);
    const QImage image = program.slice(Plane::Axial);
    CHECK(program.found()[0].statistics.centroidMm[0] < 0);
    CHECK(coloured(image.copy(0, 0, image.width() / 2, image.height())) > 300);
    CHECK(coloured(image.copy(image.width() / 2, 0, image.width() / 2, image.height())) == 0);
}

TEST_CASE("wheel, drags and keys do what radiologists are used to")
{
    const TemporaryFolder folder;
    Opened program;
    program.open(writeScan(folder.path()));
    ViewState& view = program.bench.view();
    SliceView& axial = program.window.views().slice(Plane::Axial);
    const QPoint middle = axial.rect().center();
    const double z = view.crosshairMm()[2];
    turnWheel(axial);
    CHECK(std::abs(view.crosshairMm()[2] - z) == Approx(3));
    const double window = view.look().window, level = view.look().level;
    QTest::mousePress(&axial, Qt::LeftButton, Qt::NoModifier, middle);
    QTest::mouseMove(&axial, middle + QPoint(60, -30));
    QTest::mouseRelease(&axial, Qt::LeftButton, Qt::NoModifier, middle + QPoint(60, -30));
    CHECK(view.look().window > window);
    CHECK(view.look().level < level);
    QTest::mousePress(&axial, Qt::MiddleButton, Qt::NoModifier, middle);
    QTest::mouseMove(&axial, middle + QPoint(40, 0));
    QTest::mouseRelease(&axial, Qt::MiddleButton, Qt::NoModifier, middle + QPoint(40, 0));
    CHECK(view.panMm(Plane::Axial)[0] < 0);
    QTest::mousePress(&axial, Qt::RightButton, Qt::NoModifier, middle);
    QTest::mouseMove(&axial, middle + QPoint(0, -60));
    QTest::mouseRelease(&axial, Qt::RightButton, Qt::NoModifier, middle + QPoint(0, -60));
    CHECK(view.zoom(Plane::Axial) > 1.2);
    view.fitAll();
    axial.setFocus();
    QTest::keyClick(&axial, Qt::Key_3);
    CHECK(view.look().window == 1500);
    CHECK(view.look().level == -600);
    // A distance by two clicks: as many millimetres as there are pixels between them.
    view.setTool(Tool::Distance);
    const double mm = axial.grid().mmPerPixel;
    QTest::mouseClick(&axial, Qt::LeftButton, Qt::NoModifier, middle);
    QTest::mouseMove(&axial, middle + QPoint(50, 0));
    QTest::mouseClick(&axial, Qt::LeftButton, Qt::NoModifier, middle + QPoint(50, 0));
    REQUIRE(program.bench.session().contents().measurements.size() == 1);
    CHECK(*measured(program.bench.session().contents().measurements[0], *view.scan()).lengthMm ==
          Approx(50 * mm).epsilon(0.001));
    QTest::mouseDClick(&axial, Qt::LeftButton, Qt::NoModifier, {20, 20});
}

TEST_CASE("broken files dropped on the window are told of in words, and what is open stays")
{
    const TemporaryFolder folder;
    Opened program;
    program.open(writeScan(folder.path()));
    program.ask("liver");
    writeFile(folder.path() / "text.txt", "hello");
    writeFile(folder.path() / "cut.nii.gz", readFile(folder.path() / "scan.nii.gz").substr(0, 3000));
    writeFile(folder.path() / "archive.zip", "PK");
    writeFile(folder.path() / "bad.hounsfield", "{]");
    std::filesystem::create_directory(folder.path() / "empty");
    for (const char* name :
         {"text.txt", "cut.nii.gz", "archive.zip", "bad.hounsfield", "empty", "not there"}) {
        INFO(name);
        QMimeData data;
        data.setUrls({QUrl::fromLocalFile(QString::fromStdString((folder.path() / name).string()))});
        QString told;
        const auto connection =
            QObject::connect(&program.bench, &Workbench::failed, [&](const QString& why) { told = why; });
        QDragEnterEvent enter({300, 300}, Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
        QCoreApplication::sendEvent(&program.window, &enter);
        CHECK(enter.isAccepted());
        QDropEvent drop({300, 300}, Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
        QCoreApplication::sendEvent(&program.window, &drop);
        CHECK(waitFor([&] { return !told.isEmpty() && !program.bench.opening().busy(); }));
        CHECK(told.size() > 20);
        QObject::disconnect(connection);
        QCoreApplication::sendPostedEvents(nullptr, QEvent::DeferredDelete); // the message before it
        auto* label = program.window.findChild<QLabel*>("error");
        CHECK(label->isVisible());
        CHECK(label->text() == told);
        CHECK(program.found().size() == 1);
    }
}

TEST_CASE("the views show what they are of: four pictures that differ, masks in three dimensions included")
{
    const TemporaryFolder folder;
    Opened program;
    program.open(writeScan(folder.path()));
    program.bench.view().setCrosshairShown(false);
    program.ask("liver");
    program.bench.session().select(0);
    const QImage all = program.window.views().picture(false);
    QTest::qWait(50);
    const QImage three = program.window.views().volume().picture();
    CHECK(coloured(three) > 200);
    CHECK(all.width() > 400);
    CHECK(program.slice(Plane::Axial) != program.slice(Plane::Coronal));
}

TEST_CASE("a second scan beside the first moves along by the same millimetres and takes its window")
{
    const TemporaryFolder folder;
    Opened program;
    program.open(writeScan(folder.path(), "first.nii.gz"));
    auto* beside = program.window.findChild<Beside*>();
    REQUIRE(beside);
    CHECK_FALSE(beside->isVisible());
    beside->open(QString::fromStdString(writeScan(folder.path(), "second.nii.gz", 2).string()));
    REQUIRE(waitFor([&] { return beside->isVisible(); }));
    const Vector3 first = program.bench.view().crosshairMm(), second = beside->view().crosshairMm();
    program.bench.view().setCrosshair(first + Vector3{6, -9, 12});
    CHECK(length(beside->view().crosshairMm() - second - Vector3{6, -9, 12}) < 1e-6);
    program.bench.view().applyPreset(5);
    CHECK(beside->view().look().window == 2000);
    beside->closeScan();
    CHECK_FALSE(beside->isVisible());
    program.bench.view().scroll(Plane::Axial, 1);
}
