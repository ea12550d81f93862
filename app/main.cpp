// SPDX-License-Identifier: Apache-2.0
#include "app/Exporter.h"
#include "app/MainWindow.h"
#include "app/PromptBar.h"
#include "app/Translation.h"
#include "viewer/Theme.h"
#include "viewer/ViewGrid.h"
#include "volume/ClassicLocale.h"
#include "volume/Shutdown.h"

#include <QApplication>
#include <QCommandLineParser>
#include <QLibraryInfo>
#include <QLocale>
#include <QSettings>
#include <QSurfaceFormat>
#include <QTimer>

#include <cstdio>
#include <memory>
#include <mutex>

using namespace hounsfield;

namespace {

/// @param wanted empty: the system's
void useLanguage(QApplication& app, const QString& wanted)
{
    const QLocale locale = wanted.isEmpty() ? QLocale::system() : QLocale(wanted);
    QLocale::setDefault(locale);
    // Qt's own texts where the system has them translated; ours are asked first (the newest installed) and
    // know the usual buttons, dialogs and keys.
    auto* qt = new QTranslator(&app);
    if (qt->load(locale, "qtbase", "_", QLibraryInfo::path(QLibraryInfo::TranslationsPath)))
        QCoreApplication::installTranslator(qt);
    QCoreApplication::installTranslator(new Translation(locale.name().left(2), &app));
}

/// For a machine without a person before it: asks, exports, takes a picture, ends.
void runAlone(MainWindow& window, Workbench& bench, const QString& picture, const QString& folder)
{
    QObject::connect(&window.promptBar(), &PromptBar::understood, &window, [](const Prompt& prompt) {
        if (prompt.parts.empty() || prompt.waits() || !prompt.targets().empty())
            return;
        for (const PromptPart& part : prompt.parts)
            std::fprintf(stderr, "\"%s\": %s\n", part.text.c_str(), part.explanation.c_str());
        QApplication::exit(1);
    });
    QObject::connect(&bench.asking(), &Asking::busyChanged, &window,
                     [&window, &bench, picture, folder](bool busy) {
                         if (busy)
                             return;
                         QTimer::singleShot(1500, &window, [&window, &bench, picture, folder] {
                             int code = bench.session().contents().structures.empty() ? 1 : 0;
                             try {
                                 if (!folder.isEmpty()) {
                                     ExportSettings settings;
                                     settings.folder = folder.toStdU16String();
                                     Progress silent;
                                     exportSession(*bench.session().scan(), bench.session().contents(),
                                                   bench.pack(), settings, silent);
                                 }
                             } catch (const std::exception& error) {
                                 std::fprintf(stderr, "%s\n", error.what());
                                 code = 5;
                             }
                             window.views().volume().picture(); // its surfaces are made now, not later
                             if (!picture.isEmpty() && !window.grab().save(picture))
                                 code = 5;
                             QApplication::exit(code);
                         });
                     });
}

/// What the thread that hears signals may touch: the window, as long as it is there.
struct WindowToEnd {
    std::mutex mutex;
    MainWindow* window = nullptr;
};

/// Asked to end from outside (SIGTERM), the program ends as closing its window does; at once where the window
/// does not answer.
std::shared_ptr<WindowToEnd> endAsWindow(MainWindow& window, Workbench& bench)
{
    auto ending = std::make_shared<WindowToEnd>();
    ending->window = &window;
    ShutdownPlan plan;
    plan.ask = [ending, &bench] {
        const std::lock_guard lock(ending->mutex);
        if (!ending->window)
            return;
        QMetaObject::invokeMethod(
            ending->window,
            [window = ending->window, &bench] {
                bench.keepNow();
                bench.asking().stop();
                bench.opening().stop();
                window->close();
                QApplication::exit(130);
            },
            Qt::QueuedConnection);
    };
    endOnSignals(std::move(plan));
    return ending;
}

} // namespace

int main(int argc, char** argv)
{
    QSurfaceFormat format;
    format.setVersion(3, 2);
    format.setProfile(QSurfaceFormat::CoreProfile);
    format.setDepthBufferSize(24);
    format.setAlphaBufferSize(8);
    format.setSamples(0);
    QSurfaceFormat::setDefaultFormat(format);
    QApplication app(argc, argv);
    useClassicNumbers(); // QApplication took the locale of the desktop
    QApplication::setApplicationName("hounsfield");
    QApplication::setOrganizationName("hounsfield");
    QApplication::setApplicationVersion(HOUNSFIELD_VERSION);

    QCommandLineParser parser;
    parser.setApplicationDescription(
        "Open a CT scan, type what you want to find, get it outlined and measured. Research use only.");
    parser.addHelpOption();
    parser.addVersionOption();
    parser.addPositionalArgument(
        "scan", "DICOM folder or file, NIfTI, NRRD, MetaImage or .hounsfield session", "[scan]");
    const QCommandLineOption sample("sample", "Open the sample scan, a synthetic patient."),
        prompt("prompt", "Ask this as soon as the scan is open.", "text"),
        series(
            "series",
            "Of several series in a folder, open this one: its number as listed, or its SeriesInstanceUID.",
            "number"),
        picture("picture",
                "With --prompt: when it is answered, write a picture of the window to this file and end.",
                "file"),
        out("out", "With --picture: also export masks and measurements to this folder.", "folder");
    parser.addOptions({sample, prompt, series, picture, out});
    parser.process(app);

    const QSettings settings;
    useLanguage(app, settings.value("language").toString());
    theme::setLight(settings.value("light", false).toBool());
    theme::apply(app);

    Workbench bench;
    bench.view().setMouseProfile(MouseProfile(settings.value("mouse", 0).toInt()));
    MainWindow window(bench);
    try {
        if (settings.contains("model"))
            bench.setModel(settings.value("model").toString(), settings.value("device").toString(),
                           settings.value("precision").toString());
    } catch (const Error& error) {
        window.showError(QString::fromUtf8(error.what()));
    }
    window.show();
    if (parser.isSet(prompt))
        QObject::connect(&bench, &Workbench::opened, &window, [&] {
            window.promptBar().setText(parser.value(prompt));
            window.promptBar().ask();
        });
    if (parser.isSet(picture)) {
        runAlone(window, bench, parser.value(picture), parser.value(out));
        const auto fail = [](const QString& why) {
            std::fprintf(stderr, "%s\n", qPrintable(why));
            QApplication::exit(3);
        };
        QObject::connect(&bench, &Workbench::failed, &app, fail);
        QObject::connect(&bench, &Workbench::bannerAsked, &app, [fail](const QString&, const QString& text) {
            if (!text.isEmpty())
                fail(text);
        });
    }
    if (parser.isSet(sample))
        bench.open(Opening::samplePath);
    else if (!parser.positionalArguments().isEmpty())
        bench.open(parser.positionalArguments().first(),
                   parser.isSet(series) ? std::optional(parser.value(series).toStdString()) : std::nullopt,
                   parser.isSet(prompt) ? Opening::Several::TakeBest : Opening::Several::Ask);
    const auto ending = endAsWindow(window, bench);
    const int code = QApplication::exec();
    const std::lock_guard lock(ending->mutex);
    ending->window = nullptr;
    return code;
}
