// SPDX-License-Identifier: Apache-2.0
// Golden pictures of what only a window can draw: measurements and three dimensions. Fonts and renderers
// differ a little from machine to machine, so a picture is compared small, and as a whole.
#include "app/MeasurementPanel.h"
#include "tests/app/OpenedProgram.h"
#include "tests/support/Paths.h"

using namespace hounsfield;
using namespace hounsfield::test;

namespace {

/// Mean difference of grey levels over a picture made small.
double differenceFromGolden(const QImage& picture, const QString& name, bool mayRenew = true)
{
    const QImage small = picture.scaled(96, 96, Qt::IgnoreAspectRatio, Qt::SmoothTransformation)
                             .convertToFormat(QImage::Format_RGB32);
    const QString file =
        QString::fromStdString(sourceFolder().string()) + "/tests/app/golden/" + name + ".png";
    if (mayRenew && qEnvironmentVariableIsSet("HOUNSFIELD_RENEW_GOLDEN"))
        small.save(file);
    const QImage golden = QImage(file).convertToFormat(QImage::Format_RGB32);
    REQUIRE(golden.size() == small.size());
    double sum = 0;
    for (int y = 0; y < small.height(); ++y)
        for (int x = 0; x < small.width(); ++x) {
            const QColor a = small.pixelColor(x, y), b = golden.pixelColor(x, y);
            sum +=
                std::abs(a.red() - b.red()) + std::abs(a.green() - b.green()) + std::abs(a.blue() - b.blue());
        }
    const double mean = sum / (3.0 * small.width() * small.height());
    if (mean > 1)
        small.save(QString::fromStdString(
            (std::filesystem::temp_directory_path() / (name.toStdString() + "-actual.png")).string()));
    return mean;
}

void measureEverything(Session& session)
{
    const auto add = [&](MeasurementKind kind, const PlaneAxes& plane, std::vector<Vector3> points,
                         const char* text = "") {
        session.keepMeasurement({0, kind, plane, std::move(points), text}, false);
    };
    const PlaneAxes axial = axesOf(Plane::Axial, patientFrame());
    add(MeasurementKind::Distance, axial, {{-60, -60, 0}, {-20, -60, 0}});
    add(MeasurementKind::Angle, axial, {{20, -60, 0}, {40, -30, 0}, {60, -60, 0}});
    add(MeasurementKind::Bidirectional, axial, {{-60, -10, 0}, {-20, -10, 0}, {-40, -25, 0}, {-40, 5, 0}});
    add(MeasurementKind::Ellipse, axial, {{10, -10, 0}, {50, 20, 0}});
    add(MeasurementKind::Rectangle, axial, {{-60, 20, 0}, {-25, 45, 0}});
    add(MeasurementKind::Freehand, axial, {{0, 30, 0}, {20, 30, 0}, {25, 50, 0}, {5, 60, 0}, {-5, 45, 0}});
    add(MeasurementKind::Arrow, axial, {{60, 40, 0}, {40, 60, 0}}, "here");
    add(MeasurementKind::Probe, axial, {{0, 0, 0}});
}

} // namespace

TEST_CASE("measurements of every kind look as they did: the golden picture")
{
    const TemporaryFolder folder;
    Opened program;
    program.window.resize(1200, 900);
    program.open(writeScan(folder.path()));
    program.bench.view().setCrosshairShown(false);
    program.bench.view().setTextShown(false);
    program.bench.view().setLayout(Layout::Axial);
    QTest::qWait(50);
    SliceView& axial = program.window.views().slice(Plane::Axial);
    axial.setFixedSize(600, 600);
    QTest::qWait(50);
    const QImage without = axial.picture(false);
    measureEverything(program.bench.session());
    const QImage with = axial.picture(false);
    CHECK(with != without);
    CHECK(differenceFromGolden(with, "measurements") < 0.7);
    // The picture without them is another one: the comparison can fail.
    CHECK(differenceFromGolden(without, "measurements", false) > 1.1);
}

TEST_CASE("three dimensions look as they did: the golden picture")
{
    const TemporaryFolder folder;
    Opened program;
    program.open(writeScan(folder.path()));
    program.ask("liver and spleen");
    VolumeView& volume = program.window.views().volume();
    program.bench.view().setLayout(Layout::Volume);
    volume.setFixedSize(480, 480);
    volume.setPreset({});
    volume.lookFrom('A');
    QTest::qWait(600);
    const QImage front = volume.picture();
    CHECK(differenceFromGolden(front, "surfaces") < 1);
    volume.lookFrom('L');
    QTest::qWait(400);
    CHECK(differenceFromGolden(volume.picture(), "surfaces", false) > 1.5);
    volume.lookFrom('A');
    volume.setPreset("CT-Soft-Tissue");
    QTest::qWait(600);
    CHECK(differenceFromGolden(volume.picture(), "volume") < 1);
    CHECK(differenceFromGolden(front, "volume", false) > 1.5);
}
