// SPDX-License-Identifier: Apache-2.0
#include "app/DoubtsPanel.h"
#include "app/MessagePanel.h"
#include "app/WrappedText.h"
#include "tests/app/OpenedProgram.h"
#include "volume/io/MaskWriter.h"

#include <QClipboard>
#include <QLabel>
#include <QSettings>
#include <QStatusBar>
#include <QToolButton>

using namespace hounsfield;
using namespace hounsfield::test;

namespace {

const QString longText =
    QString("The scan holds something that takes many words to tell. ").repeated(12).trimmed();

QToolButton* named(const QWidget& within, const QString& name)
{
    for (QToolButton* button : within.findChildren<QToolButton*>())
        if (button->accessibleName() == name)
            return button;
    return nullptr;
}

/// A scan whose slices are all the same value: there is something to warn of.
std::filesystem::path writeDoubtful(const std::filesystem::path& folder)
{
    const auto grid = Geometry::fromSpacing({40, 40, 40}, {0, 0, 0}, {4, 4, 4});
    writeVolume(Volume(grid, std::vector<std::int16_t>(64000, 50)), folder / "flat.nii.gz");
    return folder / "flat.nii.gz";
}

} // namespace

TEST_CASE("a long message wraps within the window, can be marked, copied, folded and closed")
{
    Opened program;
    program.window.showError(longText);
    QTest::qWait(30);
    MessagePanel& panel = program.window.messages();
    auto* told = panel.findChild<WrappedText*>();
    REQUIRE(told);
    CHECK(told->label().text() == longText);
    CHECK(told->label().textInteractionFlags() & Qt::TextSelectableByMouse);
    CHECK(told->label().textInteractionFlags() & Qt::TextSelectableByKeyboard);
    CHECK(told->label().width() <= told->viewport()->width());
    CHECK(told->label().height() >= told->label().heightForWidth(told->label().width()));
    CHECK(panel.mapTo(&program.window, QPoint(panel.width(), 0)).x() <= program.window.width());
    QTest::mouseClick(named(panel, "Copy this message"), Qt::LeftButton);
    CHECK(QApplication::clipboard()->text() == longText);
    const int open = told->height();
    QTest::mouseClick(named(panel, "Fold this message to one line, or unfold it"), Qt::LeftButton);
    CHECK(told->height() < open / 2);
    CHECK(told->label().text().endsWith("…"));
    QTest::mouseClick(named(panel, "Fold this message to one line, or unfold it"), Qt::LeftButton);
    CHECK(told->label().text() == longText);
    QTest::mouseClick(named(panel, "Close this message"), Qt::LeftButton);
    CHECK_FALSE(panel.isVisible());
}

TEST_CASE("a message that is longer than the window is high scrolls and leaves the views their place")
{
    Opened program;
    program.window.showError(longText.repeated(30));
    QTest::qWait(30);
    CHECK(program.window.messages().height() < program.window.height() / 4);
    CHECK(program.window.messages().findChild<WrappedText*>()->label().height() >
          program.window.height() / 2);
}

TEST_CASE("messages of a run that is over vanish with the next, a banner stays until it is dismissed")
{
    const TemporaryFolder folder;
    Opened program;
    program.open(writeScan(folder.path()));
    Q_EMIT program.bench.bannerAsked("session", "The session does not match this scan.");
    Q_EMIT program.bench.failed("The run was stopped.");
    MessagePanel& panel = program.window.messages();
    CHECK(panel.findChildren<WrappedText*>().size() == 2);
    program.ask("liver");
    CHECK(panel.banners() == QStringList{"session"});
    REQUIRE(panel.findChildren<WrappedText*>().size() == 1);
    CHECK(panel.findChild<WrappedText*>()->text() == "The session does not match this scan.");
    QString gone;
    QObject::connect(&panel, &MessagePanel::dismissed, [&](const QString& key) { gone = key; });
    QTest::mouseClick(named(panel, "Close this message"), Qt::LeftButton);
    CHECK(gone == "session");
    CHECK(panel.banners().isEmpty());
}

TEST_CASE("a session whose scan is another one says so in a banner that is there after opening")
{
    const TemporaryFolder folder;
    const QString session = QString::fromStdString((folder.path() / "work.hounsfield").string());
    Opened program;
    program.open(writeScan(folder.path()));
    program.ask("liver");
    program.bench.saveSession(session, {});
    writeVolume(Volume(Geometry::fromSpacing({40, 40, 40}, {0, 0, 0}, {4, 4, 4}),
                       std::vector<std::int16_t>(64000, 50)),
                folder.path() / "scan.nii.gz");
    program.open(session.toStdString());
    QTest::qWait(50);
    CHECK(program.window.messages().isVisible());
    CHECK(program.window.messages().banners() == QStringList{"session"});
    program.open(writeScan(folder.path(), "other.nii.gz"));
    CHECK(program.window.messages().banners().isEmpty());
}

TEST_CASE("warnings stand below the views as sentences that wrap and can be copied, however many they are")
{
    const TemporaryFolder folder;
    Opened program;
    program.window.resize(1000, 700);
    program.open(writeDoubtful(folder.path()));
    auto* panel = program.window.findChild<DoubtsPanel*>();
    REQUIRE(panel);
    CHECK_FALSE(panel->isVisible());
    QToolButton* button = nullptr;
    for (QToolButton* one : program.window.statusBar()->findChildren<QToolButton*>())
        if (one->isVisible() && one->text().contains("Warnings"))
            button = one;
    REQUIRE(button);
    QTest::mouseClick(button, Qt::LeftButton);
    QTest::qWait(30);
    REQUIRE(panel->isVisible());
    REQUIRE_FALSE(program.bench.doubts().empty());
    for (const Doubt& doubt : program.bench.doubts())
        CHECK(panel->text().contains(doubt.text));
    for (const QLabel* label : panel->findChildren<QLabel*>()) {
        INFO(label->text().toStdString());
        CHECK(label->mapTo(&program.window, QPoint(label->width(), 0)).x() <= program.window.width());
        if (label->wordWrap())
            CHECK(label->height() >= label->heightForWidth(label->width()));
    }
    CHECK(panel->height() < program.window.height() / 2);
    QTest::mouseClick(button, Qt::LeftButton);
    CHECK_FALSE(panel->isVisible());
}
