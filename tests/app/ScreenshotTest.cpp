// SPDX-License-Identifier: Apache-2.0
#include "app/Beside.h"
#include "app/FoundPanel.h"
#include "app/MainWindow.h"
#include "app/Pages.h"
#include "app/PromptBar.h"
#include "tests/app/Helpers.h"
#include "tests/support/catch.h"
#include "viewer/Theme.h"
#include "viewer/ViewGrid.h"
#include "volume/io/MaskWriter.h"
#include "volume/synthetic/SyntheticPatient.h"

#include <QDialog>
#include <QTest>
#include <QTimer>
#include <QTreeView>

#include <utility>

using namespace hounsfield;
using namespace hounsfield::test;

// Hidden: run by name to renew docs/screenshots (HOUNSFIELD_SCREENSHOTS names the folder).
TEST_CASE("the main states, as pictures", "[.screenshots]")
{
    application();
    const QString folder = qEnvironmentVariable("HOUNSFIELD_SCREENSHOTS", ".");
    Workbench bench;
    MainWindow window(bench);
    window.resize(1360, 850);
    window.show();
    REQUIRE(QTest::qWaitForWindowExposed(&window));
    const auto take = [&](const QString& name) {
        QTest::qWait(700);
        REQUIRE(window.grab().save(folder + "/" + name + ".png"));
    };
    take("empty");
    bool ready = false;
    QObject::connect(&bench, &Workbench::opened, &window, [&] { ready = true; });
    bench.open(Opening::samplePath);
    REQUIRE(waitFor([&] { return ready; }));
    REQUIRE(waitFor([&] { return !window.promptBar().text().isNull(); }));
    take("loaded");
    window.promptBar().setText("liver, bth kidneys, spleen, pancras and shoulder");
    take("understood");
    window.promptBar().setText("liver, both kidneys, spleen, pancreas, stomach, aorta, lungs, liver tumor");
    int grown = 0;
    QObject::connect(&bench.asking(), &Asking::growing, &window, [&] {
        if (++grown == 2)
            window.grab().save(folder + "/running.png");
    });
    bench.ask(window.promptBar().prompt());
    REQUIRE(waitFor([&] { return !bench.asking().busy(); }, 120000));
    window.foundPanel().tree().expandAll();
    const Structure& liver = bench.session().contents().structures.front();
    bench.view().setCrosshair(bestPlace(liver.finding->mask));
    take("results");
    bench.session().select(liver.id);
    take("selected");
    bench.session().select(0);
    bench.session().keepMeasurement(
        {0,
         MeasurementKind::Distance,
         axesOf(Plane::Axial, bench.view().frame()),
         {bench.view().crosshairMm() + Vector3{-40, 18, 0}, bench.view().crosshairMm() + Vector3{25, 32, 0}},
         {}},
        false);
    bench.session().keepMeasurement(
        {0,
         MeasurementKind::Ellipse,
         axesOf(Plane::Axial, bench.view().frame()),
         {bench.view().crosshairMm() - Vector3{32, 20, 0}, bench.view().crosshairMm() - Vector3{6, 2, 0}},
         {}},
        false);
    bench.view().setFrame(turned(bench.view().frame(), Plane::Sagittal, 20));
    bench.view().setTool(Tool::Crosshair);
    take("oblique");
    bench.view().setFrame(patientFrame());
    bench.view().setLayout(Layout::Axial);
    take("measuring");
    bench.view().setLayout(Layout::Volume);
    take("volume");
    bench.view().setLayout(Layout::Grid);
    window.findChild<Beside*>()->open(Opening::samplePath);
    REQUIRE(waitFor([&] { return window.findChild<Beside*>()->isVisible(); }));
    bench.view().setLayout(Layout::Axial);
    take("beside");
    window.findChild<Beside*>()->closeScan();
    bench.view().setLayout(Layout::Grid);
    {
        // A folder with three series of synthetic patients.
        const TemporaryFolder study;
        Progress silent;
        const synthetic::SyntheticPatient patient(900001);
        for (const double mm : {3.0, 5.0, 8.0}) {
            const auto scan = patient.sample(patient.wholeBodyGrid(mm), patient.randomAppearance(), silent);
            writeDicomSeries(*scan.volume,
                             {"Sample^Synthetic", "1", "Body " + std::to_string(int(mm)) + " mm"},
                             study.path() / std::to_string(int(mm)));
        }
        int previews = 0;
        QObject::connect(&bench.opening(), &Opening::previewed, &window, [&] { ++previews; });
        bench.open(QString::fromStdString(study.path().string()));
        REQUIRE(waitFor([&] { return previews == 3; }));
        take("series");
        bool slice = false;
        QObject::connect(&bench.opening(), &Opening::sliceRead, &window, [&] {
            if (!std::exchange(slice, true)) {
                window.pages().setCurrentIndex(2);
                window.grab().save(folder + "/loading.png");
            }
        });
        bench.open(QString::fromStdString(study.path().string()), "1");
        REQUIRE(waitFor([&] { return slice && !bench.opening().busy(); }));
    }
    bench.open("/nowhere/scan.nii.gz");
    QTest::qWait(300);
    take("error");
    QTimer::singleShot(800, [&] {
        if (QWidget* dialog = QApplication::activeModalWidget()) {
            dialog->grab().save(folder + "/export.png");
            dialog->close();
        }
    });
    window.exportAll();
}
