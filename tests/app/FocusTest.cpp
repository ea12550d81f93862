// SPDX-License-Identifier: Apache-2.0
// The focus stays where a person put it, and what stands under the mouse is told anew when the picture
// changes below it.
#include "tests/app/OpenedProgram.h"
#include "viewer/Cine.h"

#include <QLabel>
#include <QMenuBar>
#include <QPushButton>
#include <QSlider>
#include <QStatusBar>
#include <QToolButton>
#include <QTreeView>
#include <QWheelEvent>

using namespace hounsfield;
using namespace hounsfield::test;

namespace {

/// HU that say where they are: the number of the axial slice, counted from the feet.
std::filesystem::path writeSlicesScan(const std::filesystem::path& folder)
{
    const auto grid = Geometry::fromSpacing({40, 40, 40}, {-58.5, -58.5, -58.5}, {3, 3, 3});
    std::vector<std::int16_t> voxels;
    for (std::int16_t k = 0; k < 40; ++k)
        voxels.insert(voxels.end(), 1600, k);
    writeVolume(Volume(grid, std::move(voxels)), folder / "slices.nii.gz");
    return folder / "slices.nii.gz";
}

/// What the status line says of the place under the mouse.
QString readout(Opened& program)
{
    for (const QLabel* label : program.window.statusBar()->findChildren<QLabel*>())
        if (label->text().contains(" mm"))
            return label->text();
    return {};
}

/// The axial slice that the crosshair lies in, counted from the feet.
int sliceOf(const Opened& program, const ViewState& view)
{
    return int(std::llround(
        program.window.isVisible() ? view.scan()->geometry().toIndex(view.crosshairMm())[2] : -1));
}

bool typing(Opened& program)
{
    return qobject_cast<QLineEdit*>(program.window.focusWidget()) != nullptr;
}

} // namespace

TEST_CASE("the HU under a mouse that rests are those of the slice shown, after wheel, cine, keys, zoom and "
          "another view's crosshair")
{
    const TemporaryFolder folder;
    Opened program;
    program.open(writeSlicesScan(folder.path()));
    ViewState& view = program.bench.view();
    SliceView& axial = program.window.views().slice(Plane::Axial);
    const QPoint middle = axial.rect().center();
    QTest::mouseMove(&axial, middle + QPoint(3, 0));
    QTest::mouseMove(&axial, middle);
    const auto holds = [&] {
        return readout(program).startsWith(QString("%1 HU ").arg(sliceOf(program, view)));
    };
    REQUIRE(holds());
    const int before = sliceOf(program, view);
    turnWheel(axial);
    REQUIRE(sliceOf(program, view) != before);
    CHECK(holds());
    axial.setFocus();
    QTest::keyClick(&axial, Qt::Key_PageUp, Qt::ShiftModifier);
    CHECK(holds());
    Cine cine(view);
    cine.setPlane(Plane::Axial);
    cine.setSlicesPerSecond(Cine::fastest);
    cine.setRunning(true);
    const int atStart = sliceOf(program, view);
    REQUIRE(waitFor([&] { return sliceOf(program, view) != atStart; }));
    CHECK(holds());
    cine.setRunning(false);
    view.setCrosshair({0, 0, 31});
    CHECK(holds());
    // In a plane that shows several slices at once, zoom and pan bring another one under the mouse.
    SliceView& coronal = program.window.views().slice(Plane::Coronal);
    const QPoint low = coronal.rect().center() + QPoint(0, coronal.height() / 4);
    QTest::mouseMove(&coronal, low + QPoint(3, 0));
    QTest::mouseMove(&coronal, low);
    const auto huAt = [&] {
        return std::llround(view.scan()->geometry().toIndex(coronal.grid().toMm(low.x(), low.y()))[2]);
    };
    const auto at = huAt();
    CHECK(readout(program).startsWith(QString("%1 HU ").arg(at)));
    view.setZoom(Plane::Coronal, 3);
    REQUIRE(huAt() != at);
    CHECK(readout(program).startsWith(QString("%1 HU ").arg(huAt())));
    view.setPan(Plane::Coronal, {0, 0, 20});
    CHECK(readout(program).startsWith(QString("%1 HU ").arg(huAt())));
    SliceLook look = view.look();
    look.slab.thicknessMm = 10;
    view.setLook(look);
    CHECK(readout(program).contains("middle of the slab"));
}

TEST_CASE("undo of an answer keeps the focus out of the prompt, and the next tool key chooses a tool")
{
    const TemporaryFolder folder;
    Opened program;
    program.open(writeScan(folder.path()));
    program.ask("liver");
    auto* field = program.window.findChild<QLineEdit*>("prompt");
    QTreeView& tree = program.window.foundPanel().tree();
    for (QWidget* held : std::initializer_list<QWidget*>{&tree, &program.window.foundPanel().threshold()}) {
        if (program.found().empty())
            program.trigger("Ctrl+Y");
        program.bench.session().select(program.found()[0].id);
        held->setFocus();
        REQUIRE(program.window.focusWidget() == held);
        program.trigger("Ctrl+Z");
        REQUIRE(program.found().empty());
        CHECK_FALSE(typing(program));
        QTest::keyClick(program.window.focusWidget() ? program.window.focusWidget() : &program.window,
                        Qt::Key_D);
        CHECK(field->text() == "liver");
    }
}

TEST_CASE("what hides itself under the focus never leaves it in the prompt: the Ask and Stop buttons, an "
          "error's cross, the side panels")
{
    const TemporaryFolder folder;
    Opened program;
    program.open(writeScan(folder.path()));
    auto* field = program.window.findChild<QLineEdit*>("prompt");
    QTest::keyClicks(field, "liver");
    auto* ask = program.window.promptBar().findChild<QPushButton*>("primary");
    // A click outside the list of completions closes it first; a real display gives the button the click
    // then.
    if (QWidget* popup = QApplication::activePopupWidget())
        popup->close();
    REQUIRE(waitFor([&] { return ask->isEnabled(); })); // once the words are read
    QTest::mouseClick(ask, Qt::LeftButton);
    CHECK_FALSE(typing(program));
    REQUIRE(waitFor([&] { return program.found().size() == 1 && !program.bench.asking().busy(); }));
    CHECK_FALSE(typing(program));
    program.window.showError("Something happened. All is kept.");
    QToolButton* cross = nullptr;
    for (QToolButton* button : program.window.findChildren<QToolButton*>())
        if (button->isVisible() && button->toolTip() == "Close this message")
            cross = button;
    REQUIRE(cross);
    cross->setFocus();
    cross->click();
    CHECK_FALSE(typing(program));
    program.bench.session().select(program.found()[0].id);
    program.window.foundPanel().tree().setFocus();
    program.trigger("F11");
    CHECK_FALSE(typing(program));
    program.trigger("F11");
    CHECK_FALSE(typing(program));
}

TEST_CASE("a second scan that opens leaves the focus in the view where the keys of the tools are, and an "
          "answer that waited takes none")
{
    const TemporaryFolder folder;
    Opened program;
    program.open(writeScan(folder.path(), "first.nii.gz"));
    CHECK(typing(program)); // from the start page the prompt comes next
    SliceView& coronal = program.window.views().slice(Plane::Coronal);
    coronal.setFocus();
    program.open(writeScan(folder.path(), "second.nii.gz"));
    CHECK_FALSE(typing(program));
    program.window.promptBar().setText("spleen");
    CHECK_FALSE(typing(program));
    coronal.setFocus();
    program.window.promptBar().ask();
    REQUIRE(waitFor([&] { return !program.bench.asking().busy(); }));
    CHECK(program.window.focusWidget() == &coronal);
}

TEST_CASE("Alt with the wheel changes the slab, and letting go of Alt opens no menu for the arrow keys")
{
    const TemporaryFolder folder;
    Opened program;
    program.open(writeScan(folder.path()));
    SliceView& axial = program.window.views().slice(Plane::Axial);
    axial.setFocus();
    QTest::keyPress(&axial, Qt::Key_Alt, Qt::AltModifier);
    turnWheel(axial, Qt::AltModifier);
    QTest::keyRelease(&axial, Qt::Key_Alt, Qt::NoModifier);
    CHECK(program.window.focusWidget() == &axial);
    CHECK_FALSE(program.window.menuBar()->activeAction());
    QTest::keyClick(&axial, Qt::Key_Down);
    CHECK_FALSE(QApplication::activePopupWidget());
}

TEST_CASE("the view in which the planes are turned stands still, the other two turn about the crosshair")
{
    const TemporaryFolder folder;
    Opened program;
    program.open(writeScan(folder.path()));
    ViewState& view = program.bench.view();
    view.setTool(Tool::Crosshair);
    view.setCrosshair({9, -6, 12});
    for (const Plane plane : {Plane::Axial, Plane::Coronal, Plane::Sagittal}) {
        view.setFrame(patientFrame());
        SliceView& held = program.window.views().slice(plane);
        const auto centre = held.grid().toPixel(view.crosshairMm());
        const QPointF c(centre[0], centre[1]);
        std::array<PlaneAxes, 3> before;
        for (const Plane one : {Plane::Axial, Plane::Coronal, Plane::Sagittal})
            before[std::size_t(one)] = view.axes(one);
        const SliceGrid shown = held.grid();
        // From the handle on the right 30 degrees clockwise.
        const double a = 30 * 3.14159265358979323846 / 180;
        QTest::mousePress(&held, Qt::LeftButton, Qt::NoModifier, (c + QPointF(90, 0)).toPoint());
        QTest::mouseMove(&held, (c + QPointF(90 * std::cos(a), 90 * std::sin(a))).toPoint());
        QTest::mouseRelease(&held, Qt::LeftButton, Qt::NoModifier,
                            (c + QPointF(90 * std::cos(a), 90 * std::sin(a))).toPoint());
        const SliceGrid after = held.grid();
        CHECK(length(after.axes.right - shown.axes.right) < 1e-9);
        CHECK(length(after.axes.down - shown.axes.down) < 1e-9);
        CHECK(length(after.axes.normal - shown.axes.normal) < 1e-9);
        CHECK(length(after.centreMm - shown.centreMm) < 1e-9);
        CHECK(after.mmPerPixel == Approx(shown.mmPerPixel));
        for (const Plane other : {Plane::Axial, Plane::Coronal, Plane::Sagittal}) {
            if (other == plane)
                continue;
            const PlaneAxes now = view.axes(other);
            const double degrees =
                std::acos(dot(now.normal, before[std::size_t(other)].normal)) * 180 / 3.14159265358979323846;
            CHECK(degrees == Approx(30).margin(1.5));
            // The line of the other plane in the view follows the mouse: it points 30 degrees below the
            // right, or stands across that.
            const Vector3 line = cross(now.normal, after.axes.normal);
            const double x = std::abs(dot(line, after.axes.right)), y = std::abs(dot(line, after.axes.down));
            CHECK(std::min(std::abs(x - std::cos(a)), std::abs(y - std::cos(a))) < 0.03);
            CHECK(dot(line, after.axes.right) * dot(line, after.axes.down) * (x > y ? 1 : -1) > 0);
            CHECK(std::abs(program.window.views().slice(other).grid().distanceMm(view.crosshairMm())) < 1e-6);
        }
        // The handles lie on the turned lines and turn on from there.
        const QPointF handle = c + QPointF(90 * std::cos(a), 90 * std::sin(a));
        QTest::mousePress(&held, Qt::LeftButton, Qt::NoModifier, handle.toPoint());
        QTest::mouseMove(&held, (c + QPointF(90, 0)).toPoint());
        QTest::mouseRelease(&held, Qt::LeftButton, Qt::NoModifier, (c + QPointF(90, 0)).toPoint());
        for (const Plane one : {Plane::Axial, Plane::Coronal, Plane::Sagittal})
            CHECK(length(view.axes(one).normal - before[std::size_t(one)].normal) < 0.03);
        CHECK(length(view.crosshairMm() - Vector3{9, -6, 12}) < 1e-9);
    }
}

TEST_CASE(
    "turned views come back from a session as they stood, and the patient's own planes set them upright")
{
    const TemporaryFolder folder;
    Opened program;
    program.open(writeScan(folder.path()));
    ViewState& view = program.bench.view();
    view.turn(Plane::Coronal, 25);
    view.turn(Plane::Axial, -10);
    const QJsonObject kept = viewToJson(view);
    std::array<PlaneAxes, 3> before;
    for (const Plane one : {Plane::Axial, Plane::Coronal, Plane::Sagittal})
        before[std::size_t(one)] = view.axes(one);
    view.setFrame(patientFrame());
    CHECK(length(view.axes(Plane::Coronal).right - Vector3{1, 0, 0}) < 1e-12);
    viewFromJson(kept, view);
    for (const Plane one : {Plane::Axial, Plane::Coronal, Plane::Sagittal}) {
        CHECK(length(view.axes(one).right - before[std::size_t(one)].right) < 1e-9);
        CHECK(length(view.axes(one).down - before[std::size_t(one)].down) < 1e-9);
    }
}
