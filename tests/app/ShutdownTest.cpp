// SPDX-License-Identifier: Apache-2.0
#include "app/ExportWorker.h"
#include "app/Recovery.h"
#include "app/SessionFile.h"
#include "tests/app/Helpers.h"
#include "tests/support/catch.h"
#include "volume/io/ScanReader.h"

#include <QDir>
#include <QElapsedTimer>
#include <QProcess>
#include <QTest>

#include <csignal>

#include <sys/stat.h>

using namespace hounsfield;
using namespace hounsfield::test;

namespace {

/// The program in an environment of its own.
class OwnProgram {
public:
    OwnProgram(const std::filesystem::path& folder, const QStringList& words)
    {
        QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
        environment.insert("HOUNSFIELD_RECOVERY", QString::fromStdString((folder / "recovery").string()));
        environment.insert("XDG_CONFIG_HOME", QString::fromStdString(folder.string()));
        m_process.setProcessEnvironment(environment);
        m_process.start(HOUNSFIELD_PROGRAM, words);
    }
    bool isStarted() { return m_process.waitForStarted(); }
    bool isRunning() { return m_process.state() == QProcess::Running && !m_process.waitForFinished(1); }
    /// @return seconds until it ended
    double endedBy(int signal)
    {
        QElapsedTimer timer;
        timer.start();
        ::kill(pid_t(m_process.processId()), signal);
        m_process.waitForFinished(20000);
        return double(timer.elapsed()) / 1000;
    }
    /// 128 + signal where a signal ended it
    int code() const
    {
        return m_process.exitStatus() == QProcess::NormalExit ? m_process.exitCode()
                                                              : 128 + m_process.exitCode();
    }

private:
    QProcess m_process;
};

bool isKept(const std::filesystem::path& folder)
{
    return !QDir(QString::fromStdString((folder / "recovery").string()))
                .entryList({"*.hounsfield"}, QDir::Files)
                .isEmpty();
}

/// No file that was begun lies there, and masks read back.
void requireWholeFiles(const std::filesystem::path& folder)
{
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
        const std::string name = entry.path().filename().string();
        CAPTURE(name);
        CHECK(name.find(".partial") == std::string::npos);
        CHECK((entry.is_directory() || entry.file_size() > 0));
        if (name.ends_with(".nii.gz")) {
            Progress silent;
            CHECK_NOTHROW(readScan(entry.path(), std::nullopt, silent));
        }
    }
}

} // namespace

TEST_CASE("SIGTERM ends the window within two seconds while it starts, reads and looks")
{
    application();
    const TemporaryFolder folder;
    const QString scan = QString::fromStdString(writeScan(folder.path()).string());
    for (const int milliseconds : {100, 1000, 3000, 6000})
        for (const int signal : {SIGTERM, SIGINT}) {
            OwnProgram program(folder.path(), {scan, "--prompt", "all organs"});
            REQUIRE(program.isStarted());
            QTest::qWait(milliseconds);
            if (!program.isRunning())
                continue;
            const double seconds = program.endedBy(signal);
            CAPTURE(milliseconds, signal, program.code(), seconds);
            CHECK(seconds < 2);
            CHECK((program.code() == 130 || (milliseconds < 3000 && program.code() == 128 + signal)));
        }
}

TEST_CASE(
    "SIGTERM after an answer leaves the work to the next program, though the time to keep it had not come")
{
    application();
    const TemporaryFolder folder;
    const QString scan = QString::fromStdString(writeScan(folder.path()).string());
    OwnProgram program(folder.path(), {scan, "--prompt", "liver"});
    REQUIRE(program.isStarted());
    REQUIRE(waitFor([&] { return isKept(folder.path()) || !program.isRunning(); }, 120000));
    CHECK(program.endedBy(SIGTERM) < 2);
    CHECK(program.code() == 130);
    const QByteArray before = qgetenv("HOUNSFIELD_RECOVERY");
    qputenv("HOUNSFIELD_RECOVERY", (folder.path() / "recovery").c_str());
    {
        const Recovery recovery;
        const auto offered = recovery.left();
        REQUIRE(offered.size() == 1);
        CHECK(offered[0].structures == 1);
        CHECK(offered[0].scanPath == scan);
    }
    qputenv("HOUNSFIELD_RECOVERY", before);
}

TEST_CASE("SIGTERM during an export ends the window within two seconds, keeps the work, leaves no half file")
{
    application();
    int during = 0;
    // From the first file on, and a while later.
    for (const int milliseconds : {0, 40, 150}) {
        const TemporaryFolder folder;
        const auto out = folder.path() / "out", picture = folder.path() / "picture.png";
        std::filesystem::create_directories(out);
        const QString scan = QString::fromStdString(writeScan(folder.path(), "scan.nii.gz", 1.5).string());
        OwnProgram program(folder.path(), {scan, "--prompt", "liver, spleen and both kidneys", "--picture",
                                           QString::fromStdString(picture.string()), "--out",
                                           QString::fromStdString(out.string())});
        REQUIRE(program.isStarted());
        REQUIRE(waitFor([&] { return !std::filesystem::is_empty(out) || !program.isRunning(); }, 120000));
        QTest::qWait(milliseconds);
        if (program.isRunning()) {
            const double seconds = program.endedBy(SIGTERM);
            CAPTURE(milliseconds, seconds, program.code());
            CHECK(seconds < 2);
            // An export that ends within the patience is whole, and so is the picture after it.
            CHECK((program.code() == 130 || (program.code() == 0 && std::filesystem::exists(picture))));
            ++during;
        }
        CHECK(isKept(folder.path()));
        requireWholeFiles(out);
    }
    CHECK(during >= 1);
}

TEST_CASE("an export that the end of the window stops leaves no half file and ends at once")
{
    application();
    const TemporaryFolder folder;
    const auto out = folder.path() / "out";
    std::filesystem::create_directories(out);
    Workbench bench(fake());
    bool ready = false;
    QObject::connect(&bench, &Workbench::opened, &bench, [&] { ready = true; });
    bench.open(QString::fromStdString(writeScan(folder.path(), "scan.nii.gz", 1).string()));
    REQUIRE(waitFor([&] { return ready; }));
    bench.ask(PromptResolver(bench.pack().classes).resolve("liver, spleen, pancreas, stomach, aorta, colon"));
    REQUIRE(
        waitFor([&] { return !bench.asking().busy() && !bench.session().contents().structures.empty(); }));
    ExportSettings settings;
    settings.folder = out;
    QElapsedTimer timer;
    {
        ExportWorker worker;
        worker.start(bench.session().scan(), bench.session().contents(), bench.pack(), settings);
        REQUIRE(waitFor([&] { return !std::filesystem::is_empty(out); }));
        timer.start();
    }
    CHECK(timer.elapsed() < 2000);
    requireWholeFiles(out);
}

TEST_CASE("a session that is a pipe or a device is refused before it is opened")
{
    application();
    const TemporaryFolder folder;
    const auto pipe = folder.path() / "pipe.hounsfield", device = folder.path() / "device.hounsfield";
    REQUIRE(mkfifo(pipe.c_str(), 0600) == 0);
    std::filesystem::create_symlink("/dev/zero", device);
    for (const auto& [file, kind] : {std::pair(pipe, "named pipe"), std::pair(device, "device")}) {
        CAPTURE(kind);
        std::string said;
        try {
            readSession(QString::fromStdString(file.string()));
        } catch (const Error& error) {
            said = error.what();
        }
        CHECK(said.find(file.filename().string() + "' is a " + kind) != std::string::npos);
        Workbench bench(fake());
        QString failed;
        QObject::connect(&bench, &Workbench::failed, &bench,
                         [&](const QString& message) { failed = message; });
        bench.open(QString::fromStdString(file.string()));
        CHECK(waitFor([&] { return !failed.isEmpty(); }, 5000));
        CHECK(failed.contains(kind));
    }
}

TEST_CASE("what was changed a moment ago is kept when the program is asked to end")
{
    application();
    const TemporaryFolder folder;
    const QByteArray before = qgetenv("HOUNSFIELD_RECOVERY");
    qputenv("HOUNSFIELD_RECOVERY", (folder.path() / "recovery").c_str());
    {
        Workbench bench(fake());
        bool ready = false;
        QObject::connect(&bench, &Workbench::opened, &bench, [&] { ready = true; });
        bench.open(QString::fromStdString(writeScan(folder.path()).string()));
        REQUIRE(waitFor([&] { return ready; }));
        Measurement made;
        made.kind = MeasurementKind::Distance;
        made.pointsMm = {{0, 0, 0}, {10, 0, 0}};
        bench.session().keepMeasurement(made, false);
        CHECK_FALSE(isKept(folder.path()));
        bench.keepNow();
        CHECK(isKept(folder.path()));
    }
    qputenv("HOUNSFIELD_RECOVERY", before);
}
