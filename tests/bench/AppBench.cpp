// SPDX-License-Identifier: Apache-2.0
// What a person waits for, in the real window: the start, the first slice of a DICOM series, a frame of the
// 3D view while it is turned; and the memory of a large scan that is open. A table for people.
//   bench_app make FOLDER      writes the scans (1.7 GB)
//   bench_app empty|dicom|turn|memory FOLDER
#include "app/MainWindow.h"
#include "viewer/Theme.h"
#include "viewer/ViewGrid.h"
#include "volume/io/MaskWriter.h"
#include "volume/synthetic/SyntheticPatient.h"

#include <QApplication>
#include <QElapsedTimer>
#include <QMouseEvent>
#include <QSurfaceFormat>
#include <QTest>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <sstream>

#include <time.h>
#include <unistd.h>

using namespace hounsfield;

namespace {

/// Milliseconds since the kernel started this process.
double sinceStartMs()
{
    std::ifstream in("/proc/self/stat");
    std::string all((std::istreambuf_iterator<char>(in)), {});
    std::istringstream fields(all.substr(all.rfind(')') + 2));
    std::string field;
    for (int n = 3; n <= 22; ++n)
        fields >> field;
    timespec now{};
    clock_gettime(CLOCK_BOOTTIME, &now);
    return 1e3 * double(now.tv_sec) + double(now.tv_nsec) / 1e6 -
           1e3 * std::stod(field) / double(sysconf(_SC_CLK_TCK));
}

double megabytes(const char* name)
{
    std::ifstream in("/proc/self/status");
    for (std::string line; std::getline(in, line);)
        if (line.rfind(name, 0) == 0)
            return std::stod(line.substr(line.find(':') + 1)) / 1e3;
    return 0;
}

std::shared_ptr<const Volume> body(const Index3& size)
{
    Progress silent;
    const synthetic::SyntheticPatient patient(900001);
    const auto coarse = patient.sample(patient.wholeBodyGrid(4), patient.randomAppearance(), silent).volume;
    const Index3& n = coarse->geometry().size();
    std::vector<std::int16_t> voxels(std::size_t(size[0] * size[1] * size[2]));
    std::size_t v = 0;
    for (std::int64_t k = 0; k < size[2]; ++k)
        for (std::int64_t j = 0; j < size[1]; ++j)
            for (std::int64_t i = 0; i < size[0]; ++i, ++v)
                voxels[v] = static_cast<std::int16_t>(
                    coarse->at({i * n[0] / size[0], j * n[1] / size[1], k * n[2] / size[2]}) +
                    static_cast<int>(v * 2654435761u >> 28));
    return std::make_shared<const Volume>(
        Geometry::fromSpacing(size, {-180, -180, 0}, {0.7, 0.7, 450.0 / double(size[2])}), std::move(voxels));
}

void make(const std::filesystem::path& folder)
{
    std::filesystem::create_directories(folder);
    writeDicomSeries(*body({512, 512, 300}), {"Bench^Made", "1", "bench"}, folder / "dicom");
    writeVolume(*body({512, 512, 800}), folder / "large.nii");
}

void openIn(MainWindow& window, Workbench& bench, const std::filesystem::path& scan)
{
    bool ready = false;
    QElapsedTimer timer;
    timer.start();
    QObject::connect(&bench, &Workbench::opened, &window, [&] {
        ready = true;
        std::printf("  read and checked after %lld ms\n", timer.elapsed());
    });
    bench.open(QString::fromStdString(scan.string()));
    while (!ready)
        QTest::qWait(5);
    window.views().slice(Plane::Axial).repaint();
    std::printf("  axial slice drawn after %lld ms\n", timer.elapsed());
    QTest::qWait(150);
    std::printf("  all four views drawn after %lld ms\n", timer.elapsed());
}

void reportDicom(MainWindow& window, Workbench& bench, const std::filesystem::path& folder)
{
    QElapsedTimer timer;
    timer.start();
    bool seen = false;
    double first = 0;
    QObject::connect(&bench.opening(), &Opening::sliceRead, &window, [&] {
        if (!std::exchange(seen, true))
            first = double(timer.elapsed());
    });
    openIn(window, bench, folder / "dicom");
    const double views = double(timer.elapsed());
    timer.start();
    Progress silent;
    readScan(folder / "dicom", {}, silent);
    const double bare = double(timer.elapsed());
    std::printf("512x512x300 DICOM: first slice seen after %.0f ms, all views after %.0f ms; bare reading "
                "%.0f ms; %.2f x\n",
                first, views, bare, views / bare);
}

void reportTurning(MainWindow& window, Workbench& bench, const std::filesystem::path& folder)
{
    openIn(window, bench, folder / "dicom");
    VolumeView& view = window.views().volume();
    QTest::qWait(3000);
    std::vector<double> ms;
    QPointF at = view.rect().center();
    const auto mouse = [&](QEvent::Type type, Qt::MouseButton button, Qt::MouseButtons buttons) {
        QMouseEvent event(type, at, view.mapToGlobal(at), button, buttons, Qt::NoModifier);
        QApplication::sendEvent(&view, &event);
    };
    mouse(QEvent::MouseButtonPress, Qt::LeftButton, Qt::LeftButton);
    for (int frame = 0; frame < 24; ++frame) {
        at += QPointF(4, 1);
        mouse(QEvent::MouseMove, Qt::NoButton, Qt::LeftButton);
        QElapsedTimer timer;
        timer.start();
        view.grabFramebuffer();
        ms.push_back(double(timer.nsecsElapsed()) / 1e6);
    }
    mouse(QEvent::MouseButtonRelease, Qt::LeftButton, Qt::NoButton);
    std::sort(ms.begin(), ms.end());
    std::printf("3D frame while turning, %d x %d pixels, %s: %.0f ms least, %.0f middle, %.0f most\n",
                view.width(), view.height(), qPrintable(view.mapperText()), ms.front(), ms[ms.size() / 2],
                ms.back());
}

} // namespace

int main(int argc, char** argv)
{
    const std::string what = argc > 1 ? argv[1] : "empty";
    const std::filesystem::path folder = argc > 2 ? argv[2] : "bench-scans";
    if (what == "make") {
        make(folder);
        return 0;
    }
    QSurfaceFormat format;
    format.setVersion(3, 2);
    format.setProfile(QSurfaceFormat::CoreProfile);
    format.setDepthBufferSize(24);
    QSurfaceFormat::setDefaultFormat(format);
    QApplication app(argc, argv);
    QApplication::setOrganizationName("hounsfield-bench");
    app.setStyle("Fusion");
    app.setStyleSheet(theme::styleSheet());
    Workbench bench;
    MainWindow window(bench);
    window.show();
    if (!QTest::qWaitForWindowExposed(&window))
        return 1;
    if (what == "empty")
        std::printf("start to an empty window: %.0f ms, %.0f MB\n", sinceStartMs(), megabytes("VmRSS"));
    const double before = megabytes("VmRSS"), ownBefore = megabytes("RssAnon");
    if (what == "dicom")
        reportDicom(window, bench, folder);
    if (what == "turn")
        reportTurning(window, bench, folder);
    if (what == "memory") {
        openIn(window, bench, folder / "large.nii");
        QTest::qWait(4000);
        const double voxels = 512.0 * 512 * 800 * 2 / 1e6;
        std::printf("512x512x800 open in all views: %.0f MB, of it the program's own %.0f MB (empty window: "
                    "%.0f and %.0f MB), most %.0f MB; its voxels %.0f MB: own %.2f x\n",
                    megabytes("VmRSS"), megabytes("RssAnon"), before, ownBefore, megabytes("VmHWM"), voxels,
                    megabytes("RssAnon") / voxels);
    }
    return 0;
}
