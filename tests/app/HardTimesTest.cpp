// SPDX-License-Identifier: Apache-2.0
#include "app/Exporter.h"
#include "app/MainWindow.h"
#include "app/Recovery.h"
#include "tests/app/Helpers.h"
#include "tests/support/catch.h"

#include <QDir>
#include <QFile>
#include <QProcess>
#include <QTest>

#include <fstream>
#include <map>
#include <sys/wait.h>
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
            if (entry.path().extension() == ".hounsfield" &&
                entry.path().filename().string()[0] != '.') // not one still being written
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

TEST_CASE("the program that is started with a prompt asks words beyond the list, too, and ends where it "
          "knows none of them")
{
    application();
    const TemporaryFolder folder;
    const QString scan = QString::fromStdString(writeScan(folder.path()).string()),
                  out = QString::fromStdString((folder.path() / "out").string());
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    environment.insert("HOUNSFIELD_RECOVERY", QString::fromStdString((folder.path() / "recovery").string()));
    environment.insert("XDG_CONFIG_HOME", QString::fromStdString(folder.path().string()));
    const auto ended = [&](QProcess& program, const QString& prompt) {
        program.setProcessEnvironment(environment);
        program.start(HOUNSFIELD_PROGRAM,
                      {scan, "--prompt", prompt, "--picture", out + ".png", "--out", out});
        return program.waitForFinished(120000) ? program.exitCode() : -1;
    };
    QProcess known, unknown;
    CHECK(ended(known, "lower lobe of the right lung, liver") == 0);
    QStringList masks = QDir(out).entryList({"*.nii.gz"});
    REQUIRE(masks.size() == 2);
    CHECK(masks[0].endsWith("_liver.nii.gz"));
    CHECK(masks[1].endsWith("_right_lung.nii.gz"));
    CHECK(ended(unknown, "my grandmother's bicycle") == 1);
    CHECK(unknown.readAllStandardError().contains("I do not know this"));
}

TEST_CASE("a program that is killed in the middle of a save leaves one whole file, the old or the new")
{
    const TemporaryFolder folder;
    const QString file = QString::fromStdString((folder.path() / "a.hounsfield").string());
    const auto session = [](int findings) {
        StoredSession stored;
        stored.scanPath = "scan";
        const Geometry grid = Geometry::fromSpacing({64, 64, 64}, {0, 0, 0}, {1, 1, 1});
        std::vector<std::uint8_t> noise(64 * 64 * 64);
        for (std::size_t v = 0; v < noise.size(); ++v)
            noise[v] = v * 2654435761u >> 13 & 1;
        for (int n = 0; n < findings; ++n) {
            Structure s;
            s.id = n + 1;
            s.finding = std::make_shared<const Finding>(
                Finding{{1, "spleen"}, Mask::fromGrid(grid, noise), 0.5, 1, 1, 0, 0, {}, nullptr});
            stored.contents.structures.push_back(s);
        }
        return stored;
    };
    const StoredSession few = session(2), many = session(5);
    writeSession(few, file);
    int kills = 0;
    for (int run = 0; run < 20; ++run) {
        const pid_t child = fork();
        if (child == 0) {
            for (int n = 0;; ++n)
                writeSession(n % 2 ? few : many, file);
        }
        REQUIRE(child > 0);
        usleep(15000 + 3700 * unsigned(run));
        kill(child, SIGKILL);
        int status = 0;
        waitpid(child, &status, 0);
        kills += WIFSIGNALED(status);
        const std::size_t found = readSession(file).contents.structures.size();
        CHECK((found == 2 || found == 5));
    }
    CHECK(kills == 20);
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

TEST_CASE("what was found in one scan is kept when another is opened, and when one cannot be opened")
{
    application();
    const TemporaryFolder folder;
    const QByteArray before = qgetenv("HOUNSFIELD_RECOVERY");
    qputenv("HOUNSFIELD_RECOVERY", (folder.path() / "kept").c_str());
    const auto one = writeScan(folder.path(), "one.nii.gz"), two = writeScan(folder.path(), "two.nii.gz");
    const auto path = [](const std::filesystem::path& file) { return QString::fromStdString(file.string()); };
    {
        Workbench bench(fake());
        int ready = 0, failed = 0;
        QObject::connect(&bench, &Workbench::opened, &bench, [&] { ++ready; });
        QObject::connect(&bench, &Workbench::failed, &bench, [&] { ++failed; });
        const auto find = [&](const char* text) {
            bench.ask(PromptResolver(bench.pack().classes).resolve(text));
            REQUIRE(waitFor([&] { return !bench.asking().busy(); }));
        };
        bench.open(path(one));
        REQUIRE(waitFor([&] { return ready == 1; }));
        find("liver");
        bench.open(path(folder.path() / "missing.nii.gz"));
        REQUIRE(waitFor([&] { return failed == 1; }));
        CHECK(bench.scanPath() == path(one));
        find("both kidneys");
        bench.open(path(two));
        REQUIRE(waitFor([&] { return ready == 2; }));
        find("spleen");
        bench.closeScan();
        CHECK(bench.recovery().left().size() == 2);
    }
    const Recovery recovery;
    std::map<QString, int> kept;
    for (const Recovery::Kept& work : recovery.left())
        kept[work.scanPath] = work.structures;
    CHECK(kept.size() == 2);
    CHECK(kept[path(one)] == 3);
    CHECK(kept[path(two)] == 1);
    qputenv("HOUNSFIELD_RECOVERY", before);
}

TEST_CASE("a threshold never puts another model's mask in place, and an export says whose a mask is")
{
    application();
    const TemporaryFolder folder;
    Workbench bench(fake());
    bool ready = false;
    QString said;
    QObject::connect(&bench, &Workbench::opened, &bench, [&] { ready = true; });
    QObject::connect(&bench, &Workbench::said, &bench, [&](const QString& text) { said = text; });
    bench.open(QString::fromStdString(writeScan(folder.path()).string()));
    REQUIRE(waitFor([&] { return ready; }));
    bench.ask(PromptResolver(bench.pack().classes).resolve("liver"));
    REQUIRE(waitFor([&] { return !bench.asking().busy(); }));
    Contents contents = bench.session().contents();
    contents.structures[0].madeWith = "published, cuda:0, fp16";
    bench.session().restore(contents);
    bench.setThreshold(contents.structures[0].id, 0.2);
    CHECK(said.contains("published"));
    CHECK_FALSE(bench.asking().busy());
    Progress silent;
    ExportSettings settings;
    settings.folder = folder.path() / "out";
    exportSession(*bench.session().scan(), bench.session().contents(), bench.pack(), settings, silent);
    CHECK(readFile(settings.folder / "scan_measurements.json").find("Found by the model published") !=
          std::string::npos);
}

TEST_CASE("twenty scans opened one after another do not make memory grow")
{
    application();
    const TemporaryFolder folder;
    const auto one = writeScan(folder.path(), "one.nii.gz", 1.5),
               two = writeScan(folder.path(), "two.nii.gz", 1.5);
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
