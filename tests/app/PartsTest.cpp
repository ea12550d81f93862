// SPDX-License-Identifier: Apache-2.0
// Parts of a series that share one SeriesInstanceUID: each is chosen, marked, kept and found again as itself.
#include "app/Pages.h"
#include "app/SeriesPage.h"
#include "app/SidePanel.h"
#include "app/Thumbnails.h"
#include "tests/app/OpenedProgram.h"
#include "tests/io/DicomPhantom.h"

#include <QFile>
#include <QJsonDocument>
#include <QLabel>
#include <QListWidget>
#include <QTreeWidget>

using namespace hounsfield;
using namespace hounsfield::test;

namespace {

/// Two scans of the same place under one identifier, told apart by their kernels: a large ellipsoid and a
/// small one.
void writeParts(const std::filesystem::path& folder)
{
    const auto kernel = [](const char* name) {
        return [name](DicomSample& s, int) { s.elements.text(0x00181210, "SH", name); };
    };
    writePhantom(folder / "a", evenly(-30, 30, 4), kernel("B30f"));
    writePhantom(folder / "b", evenly(-30, 30, 4), kernel("B70f"), {{12, 19, 22}});
}

QString pathOf(const std::filesystem::path& path)
{
    return QString::fromStdString(path.string());
}

std::string openKey(Opened& program)
{
    return keyOf(program.bench.session().scan()->series);
}

void openPart(Opened& program, const std::filesystem::path& folder, const std::string& key)
{
    program.ready = false;
    program.bench.open(pathOf(folder), key);
    REQUIRE(waitFor([&] { return program.ready; }));
    REQUIRE(openKey(program) == key);
}

/// Changes the entry "scan" of a session file.
void changeSession(const QString& file, const std::function<void(QJsonObject&)>& change)
{
    QFile in(file);
    REQUIRE(in.open(QIODevice::ReadOnly));
    QJsonObject root = QJsonDocument::fromJson(in.readAll()).object();
    in.close();
    QJsonObject scan = root["scan"].toObject();
    change(scan);
    root["scan"] = scan;
    writeFile(file.toStdString(), QJsonDocument(root).toJson().toStdString());
}

} // namespace

TEST_CASE("the part that is chosen is the one that is opened, and its row is the one that is marked")
{
    const TemporaryFolder folder;
    writeParts(folder.path());
    Opened program;
    SeriesPage& page = program.window.pages().seriesPage();
    program.bench.open(pathOf(folder.path()));
    REQUIRE(waitFor(
        [&] { return program.window.pages().currentWidget() == &page && !program.bench.opening().busy(); }));
    QTreeWidgetItem* second = nullptr;
    for (QTreeWidgetItemIterator item(&page.tree()); *item; ++item)
        if ((*item)->text(0).contains("B70f"))
            second = *item;
    REQUIRE(second);
    page.tree().setCurrentItem(second);
    QTest::keyClick(&page.tree(), Qt::Key_Return);
    REQUIRE(waitFor([&] { return program.ready; }));
    CHECK(openKey(program) == "1.2.3#2");
    CHECK(program.bench.session().scan()->series.description == "(kernel B70f)");
    QListWidget* side = program.window.findChild<SidePanel*>()->findChild<QListWidget*>();
    REQUIRE(side);
    REQUIRE(side->count() == 2);
    CHECK(side->currentRow() == 1);
    // The other one by its row in the panel.
    program.ready = false;
    Q_EMIT side->itemActivated(side->item(0));
    REQUIRE(waitFor([&] { return program.ready; }));
    CHECK(openKey(program) == "1.2.3#1");
    CHECK(side->currentRow() == 0);
    // Each has its own picture.
    const QString path = pathOf(folder.path());
    const QImage one = thumbnails::of(path, "1.2.3#1").pixmap(96).toImage(),
                 other = thumbnails::of(path, "1.2.3#2").pixmap(96).toImage();
    REQUIRE_FALSE(one.isNull());
    REQUIRE_FALSE(other.isNull());
    CHECK(one != other);
}

TEST_CASE(
    "a session saved on a part opens that part with its work, also one of an older version that knows the "
    "identifier alone")
{
    const TemporaryFolder folder;
    writeParts(folder.path() / "scan");
    const QString session = pathOf(folder.path() / "mine.hounsfield");
    for (const char* key : {"1.2.3#1", "1.2.3#2"}) {
        {
            Opened program;
            openPart(program, folder.path() / "scan", key);
            program.ask("liver");
            program.bench.saveSession(session, {});
        }
        for (const bool older : {false, true}) {
            CAPTURE(key);
            CAPTURE(older);
            if (older)
                changeSession(session, [](QJsonObject& scan) { scan.remove("series_key"); });
            Opened program;
            QStringList told;
            QObject::connect(&program.bench, &Workbench::failed, &program.window,
                             [&](const QString& what) { told << what; });
            program.ready = false;
            program.bench.open(session);
            REQUIRE(waitFor([&] { return program.ready; }));
            CHECK(openKey(program) == key);
            CHECK(program.found().size() == 1);
            CHECK(told.isEmpty());
        }
    }
}

TEST_CASE("work kept for recovery names the part that it was made on")
{
    const TemporaryFolder folder;
    writeParts(folder.path());
    const QByteArray before = qgetenv("HOUNSFIELD_RECOVERY");
    qputenv("HOUNSFIELD_RECOVERY", (folder.path() / "recovery").c_str());
    {
        Opened program;
        openPart(program, folder.path(), "1.2.3#2");
        program.ask("liver");
    }
    const Recovery recovery;
    qputenv("HOUNSFIELD_RECOVERY", before);
    REQUIRE(recovery.left().size() == 1);
    CHECK(recovery.left().front().series == "1.2.3#2");
    Opened program;
    program.bench.open(recovery.left().front().file);
    REQUIRE(waitFor([&] { return program.ready; }));
    CHECK(openKey(program) == "1.2.3#2");
    CHECK(program.found().size() == 1);
}

TEST_CASE("a session whose scan is another one says so, and its file keeps the work")
{
    const TemporaryFolder folder;
    writeParts(folder.path() / "scan");
    const QString session = pathOf(folder.path() / "mine.hounsfield");
    {
        Opened program;
        openPart(program, folder.path() / "scan", "1.2.3#2");
        program.ask("liver");
        program.bench.saveSession(session, {});
    }
    changeSession(session, [](QJsonObject& scan) { scan["sha256"] = "00"; });
    const std::string file = readFile(session.toStdString());
    Opened program;
    program.bench.open(session);
    REQUIRE(waitFor([&] { return program.ready && !program.bench.opening().busy(); }));
    CHECK(program.found().empty());
    bool shown = false;
    for (const QLabel* label : program.window.findChildren<QLabel*>())
        shown = shown ||
                (label->isVisible() && label->text().contains("is not the one the session was made from"));
    CHECK(shown);
    CHECK(readFile(session.toStdString()) == file);
}

TEST_CASE("a view along the stored slices shows the number that the scanner gave them, other views show none")
{
    const TemporaryFolder folder;
    writePhantom(folder.path(), evenly(-30, 30, 4),
                 [](DicomSample& s, int n) { s.elements.text(0x00200013, "IS", std::to_string(100 - n)); });
    Opened program;
    program.open(folder.path());
    ViewState& view = program.bench.view();
    const Vector3 axial = axesOf(Plane::Axial, patientFrame()).normal;
    view.setCrosshair({0, 0, -30});
    CHECK(view.imageNumber(axial) == "99");
    view.setCrosshair({0, 0, -25});
    CHECK(view.imageNumber(axial) == "98");
    CHECK(view.imageNumber(axesOf(Plane::Coronal, patientFrame()).normal).isEmpty());
    CHECK(view.imageNumber({0, 0.1, 0.995}).isEmpty());
    const auto* pointed = program.window.findChild<QLabel*>("pointed");
    REQUIRE(pointed);
    view.setPointed(Vector3{1, -2, -21});
    CHECK(pointed->text().endsWith("21.0 F mm   Im 97"));
    view.setPointed(Vector3{1, -2, -300});
    CHECK(pointed->text().endsWith("300.0 F mm"));
    view.setScan(view.scan(), {}, {});
    CHECK(view.imageNumber(axial).isEmpty());
}
