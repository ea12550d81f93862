// SPDX-License-Identifier: Apache-2.0
#include "tests/look/Walk.h"

#include "app/Dialogs.h"
#include "app/DoubtsPanel.h"
#include "app/DownloadDialog.h"
#include "app/ImportDialog.h"
#include "app/ModelManager.h"
#include "app/Pages.h"
#include "app/SeriesPage.h"
#include "viewer/SlicePainter.h"
#include "volume/io/MaskWriter.h"

#include <QSettings>
#include <QSlider>
#include <QTreeView>

namespace hounsfield::test {
namespace {

std::vector<SeriesInfo> someSeries()
{
    std::vector<SeriesInfo> all;
    for (int n = 1; n <= 4; ++n) {
        SeriesInfo one;
        one.number = n;
        one.studyUid = "1.2";
        one.uid = "1.2." + std::to_string(n);
        one.patientName = "Muster^Eva";
        one.studyDate = "20240131";
        one.description = n == 2 ? "" : "ABD 3.0 B30f";
        one.modality = "CT";
        one.images = 312;
        one.bytes = 163000000;
        one.size = {512, 512, 312};
        one.spacingMm = {0.78, 0.78, 1.5};
        one.readable = n != 3;
        one.reason =
            n == 3 ? "'IM0001' cannot be decoded: its picture is damaged. Fetch the series again." : "";
        all.push_back(one);
    }
    return all;
}

/// Looks at what a modal call shows, and closes it.
void lookAtModal(const std::function<void()>& open, const Look& look, const std::string& state)
{
    bool seen = false;
    QTimer::singleShot(150, [&] {
        if (QWidget* dialog = QApplication::activeModalWidget()) {
            seen = true;
            look(*dialog, state);
            dialog->close();
        }
    });
    open();
    CHECK(seen);
}

void lookAt(QDialog& dialog, const Look& look, const std::string& state)
{
    dialog.show();
    REQUIRE(QTest::qWaitForWindowExposed(&dialog));
    QTest::qWait(30);
    look(dialog, state);
    dialog.close();
}

void lookAtDialogs(Opened& program, const Look& look)
{
    MainWindow& window = program.window;
    lookAtModal([&] { showShortcuts(window); }, look, "keys");
    lookAtModal([&] { showAbout(window, program.bench.pack(), "llvmpipe"); }, look, "about");
    lookAtModal([&] { showSettings(window, program.bench); }, look, "settings");
    lookAtModal([&] { askExport(window, true); }, look, "export");
    lookAtModal([&] { showKnownClasses(window, window.promptBar(), program.bench.pack()); }, look, "classes");
    const TemporaryFolder store;
    ModelManager manager(program.bench, PackStore(store.path()), &window);
    lookAt(manager, look, "models");
    ImportDialog import(PackStore(store.path()), &window);
    lookAt(import, look, "import");
    DownloadDialog download(publicFiles(), QString::fromStdString(store.path().string()), &window);
    lookAt(download, look, "download");
}

} // namespace

void walkThrough(const QSize& size, const Look& look)
{
    application();
    QSettings().setValue(
        "recent",
        QStringList{
            "/daten/"
            "eine-sehr-lange-kennung-einer-studie-die-niemand-kuerzen-wollte-0001-0002-0003-abdomen.nii.gz",
            "/daten/kurz.nii.gz"});
    const TemporaryFolder folder;
    Opened program;
    MainWindow& window = program.window;
    window.resize(size);
    const auto seen = [&](const char* state) {
        // Layouts settle in several steps, and a busy machine takes its time for each.
        for (int n = 0; n < 4; ++n)
            QTest::qWait(25);
        look(window, state);
    };
    seen("start");
    auto& series = window.pages().seriesPage();
    series.showAll("/daten/eine-sehr-lange-kennung-einer-studie/mit-noch-einem-ordner/und-noch-einem/"
                   "und-dem-letzten-der-reihe/0001",
                   someSeries(), 1);
    window.pages().setCurrentWidget(&series);
    seen("series");
    program.open(writeScan(folder.path(), "fall.nii.gz"));
    seen("loaded");
    window.promptBar().setText("liver, both kidneys, spleen, pancras, liver tumor over 10 mm and without the "
                               "xyzzy, frobnicated shoulder, aorta, stomach");
    CHECK(waitFor([&] { return !window.promptBar().prompt().waits(); }));
    seen("chips");
    program.ask("liver, both kidneys, spleen, liver tumor, prostate");
    window.foundPanel().tree().expandAll();
    seen("found");
    for (const Structure& s : program.found())
        if (s.known.isLesion() && !s.lesions.empty())
            program.bench.session().select(s.id, 0);
    seen("lesion");
    program.bench.session().select(program.found().front().id);
    seen("organ");
    window.findChild<DoubtsPanel*>()->show();
    window.showError("'fall.nii.gz' is empty (zero bytes). Copy it again.");
    Q_EMIT program.bench.bannerAsked("session",
                                     "The scan at this place is not the one the session was made from: its "
                                     "masks are not shown. The session file is untouched.");
    seen("messages");
    lookAtDialogs(program, look);
    QSettings().remove("recent");
}

} // namespace hounsfield::test
