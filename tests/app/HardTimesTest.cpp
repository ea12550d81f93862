#include "app/MainWindow.h"
#include "app/Recovery.h"
#include "tests/app/Helpers.h"
#include "tests/support/catch.h"

#include <QFile>
#include <QProcess>
#include <QTest>

#include <fstream>
#include <unistd.h>

using namespace hounsfield;
using namespace hounsfield::test;

namespace {

double residentMegabytes()
{
    std::ifstream in("/proc/self/statm");
    long pages = 0, resident = 0;
    in >> pages >> resident;
    return double(resident) * double(sysconf(_SC_PAGESIZE)) / 1e6;
}

} // namespace

TEST_CASE("a program that is killed leaves what it found, whole, to the next one")
{
    application();
    const TemporaryFolder folder;
    const auto scan = writeScan(folder.path());
    const auto kept = folder.path() / "recovery";
    QProcess program;
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    environment.insert("HOUNSFIELD_RECOVERY", QString::fromStdString(kept.string()));
    environment.insert("XDG_CONFIG_HOME", QString::fromStdString(folder.path().string()));
    program.setProcessEnvironment(environment);
    program.start(HOUNSFIELD_PROGRAM, {QString::fromStdString(scan.string()), "--prompt", "all organs"});
    REQUIRE(program.waitForStarted());
    const auto left = [&] {
        std::error_code none;
        for (const auto& entry : std::filesystem::directory_iterator(kept, none))
            if (entry.path().extension() == ".hounsfield")
                return true;
        return false;
    };
    REQUIRE(waitFor(left, 120000));
    program.kill();
    program.waitForFinished();
    const QByteArray before = qgetenv("HOUNSFIELD_RECOVERY");
    qputenv("HOUNSFIELD_RECOVERY", kept.c_str());
    {
        const Recovery recovery;
        const auto offered = recovery.left();
        REQUIRE(offered.size() == 1);
        CHECK(offered[0].scanPath == QString::fromStdString(scan.string()));
        Workbench bench(fake());
        bool ready = false;
        QObject::connect(&bench, &Workbench::opened, &bench, [&] { ready = true; });
        bench.open(offered[0].file);
        REQUIRE(waitFor([&] { return ready; }));
        CHECK(bench.session().contents().structures.size() == 25);
    }
    qputenv("HOUNSFIELD_RECOVERY", before);
}

TEST_CASE("a save that cannot be finished leaves the older file whole")
{
    application();
    const TemporaryFolder folder;
    Workbench bench(fake());
    bool ready = false;
    QObject::connect(&bench, &Workbench::opened, &bench, [&] { ready = true; });
    bench.open(QString::fromStdString(writeScan(folder.path()).string()));
    REQUIRE(waitFor([&] { return ready; }));
    const auto file = folder.path() / "a.hounsfield";
    bench.saveSession(QString::fromStdString(file.string()), {});
    const std::string whole = readFile(file);
    // Nothing can be written any more beside it: a full disk.
    CHECK_THROWS_AS(bench.saveSession("/dev/full/a.hounsfield", {}), Error);
    CHECK(readFile(file) == whole);
}

TEST_CASE("twenty scans opened one after another do not make memory grow")
{
    application();
    const TemporaryFolder folder;
    const auto one = writeScan(folder.path(), "one.nii.gz", 1.5), two = writeScan(folder.path(), "two.nii.gz", 1.5);
    Workbench bench(fake());
    MainWindow window(bench);
    window.resize(700, 500);
    window.show();
    REQUIRE(QTest::qWaitForWindowExposed(&window));
    bool ready = false;
    QObject::connect(&bench, &Workbench::opened, &window, [&] { ready = true; });
    double early = 0;
    for (int n = 0; n < 20; ++n) {
        ready = false;
        bench.open(QString::fromStdString((n % 2 ? one : two).string()));
        REQUIRE(waitFor([&] { return ready; }));
        bench.ask(PromptResolver(bench.pack().classes).resolve("liver"));
        REQUIRE(waitFor([&] { return !bench.asking().busy(); }));
        QTest::qWait(20);
        if (n == 7)
            early = residentMegabytes();
    }
    // A scan is 3.5 MB here, its pictures and masks about as much: twelve that stay would be 80 MB and more.
    CHECK(residentMegabytes() - early < 35);
    bench.closeScan();
    CHECK(bench.session().contents().structures.empty());
}
