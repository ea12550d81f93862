#include "app/Recovery.h"
#include "tests/app/Helpers.h"
#include "tests/support/catch.h"

#include <QDir>
#include <QElapsedTimer>
#include <QProcess>
#include <QTest>

#include <csignal>

using namespace hounsfield;
using namespace hounsfield::test;

namespace
{

/// The program in an environment of its own.
class OwnProgram
{
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
    int code() const { return m_process.exitStatus() == QProcess::NormalExit ? m_process.exitCode() : 128 + m_process.exitCode(); }

private:
    QProcess m_process;
};

bool isKept(const std::filesystem::path& folder)
{
    return !QDir(QString::fromStdString((folder / "recovery").string())).entryList({"*.hounsfield"}, QDir::Files).isEmpty();
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

TEST_CASE("SIGTERM after an answer leaves the work to the next program, though the time to keep it had not come")
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
