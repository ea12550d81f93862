// SPDX-License-Identifier: Apache-2.0
#include "tests/look/Walk.h"
#include "viewer/Theme.h"
#include "viewer/VolumeView.h"

#include <QAbstractItemView>
#include <QAbstractSlider>
#include <QAbstractSpinBox>
#include <QAccessible>
#include <QComboBox>
#include <QLabel>
#include <QScreen>
#include <QScrollBar>
#include <QTextEdit>
#include <QToolButton>

using namespace hounsfield;
using namespace hounsfield::test;

namespace {

bool operated(const QWidget& w)
{
    if (qobject_cast<const QScrollBar*>(&w) || w.inherits("QHeaderView") || w.objectName().startsWith("qt_"))
        return false;
    // The arrows and the list of a combo box, the field of a spin box: their owner is named.
    for (const QWidget* above = w.parentWidget(); above; above = above->parentWidget())
        if (above->inherits("QComboBox") || above->inherits("QAbstractSpinBox") ||
            above->inherits("QLineEdit") || above->inherits("QMenuBar"))
            return false;
    return qobject_cast<const QAbstractSlider*>(&w) || qobject_cast<const QAbstractItemView*>(&w) ||
           qobject_cast<const QAbstractButton*>(&w) || qobject_cast<const QComboBox*>(&w) ||
           qobject_cast<const QAbstractSpinBox*>(&w) || w.inherits("QLineEdit") || w.inherits("QTextEdit") ||
           w.inherits("QPlainTextEdit") || w.inherits("hounsfield::SliceView") ||
           w.inherits("hounsfield::VolumeView") || w.inherits("QProgressBar");
}

QList<QWidget*> shownIn(QWidget& top)
{
    QList<QWidget*> all;
    for (QWidget* w : top.findChildren<QWidget*>())
        if (w->isVisible() && w->window() == &top)
            all << w;
    return all;
}

} // namespace

TEST_CASE(
    "every slider, list, button, field and view that can be operated has a name for those who cannot see it")
{
    walkThrough({1366, 736}, [](QWidget& shown, const std::string& state) {
        int named = 0;
        for (QWidget* w : shownIn(shown)) {
            if (!operated(*w))
                continue;
            INFO(state << ": " << w->metaObject()->className() << " '" << w->objectName().toStdString()
                       << "' " << w->toolTip().toStdString());
            QAccessibleInterface* access = QAccessible::queryAccessibleInterface(w);
            REQUIRE(access);
            CHECK_FALSE(access->text(QAccessible::Name).trimmed().isEmpty());
            ++named;
        }
        CHECK(named > 0);
    });
}

TEST_CASE("two controls of the side panel do not have the same name")
{
    const TemporaryFolder folder;
    Opened program;
    program.open(writeScan(folder.path()));
    QStringList names;
    for (QWidget* w : shownIn(program.window))
        if (qobject_cast<QAbstractSlider*>(w) && operated(*w))
            names << QAccessible::queryAccessibleInterface(w)->text(QAccessible::Name);
    CHECK(names.size() >= 9);
    CHECK(QSet<QString>(names.begin(), names.end()).size() == names.size());
}

TEST_CASE("what has the focus of the keyboard looks different from what has not")
{
    const TemporaryFolder folder;
    Opened program;
    program.open(writeScan(folder.path()));
    program.ask("liver, liver tumor");
    QTest::qWait(50);
    QApplication::setActiveWindow(&program.window);
    int seen = 0;
    for (QWidget* w : shownIn(program.window)) {
        if (!(w->focusPolicy() & Qt::TabFocus) || !w->isEnabled() || w->inherits("QMenuBar") ||
            w->inherits("hounsfield::VolumeView"))
            continue;
        INFO(w->metaObject()->className()
             << " '" << w->objectName().toStdString() << "' " << w->accessibleName().toStdString());
        program.window.setFocus();
        QWidget* other = &program.window.views().slice(
            w == &program.window.views().slice(Plane::Axial) ? Plane::Coronal : Plane::Axial);
        other->setFocus();
        QTest::qWait(5);
        const QImage without = w->grab().toImage();
        w->setFocus(Qt::TabFocusReason);
        QTest::qWait(5);
        CHECK(w->hasFocus());
        CHECK(w->grab().toImage() != without);
        ++seen;
    }
    CHECK(seen > 20);
}

TEST_CASE("the 3D view shows a focus ring on the screen while it has the focus, and only then")
{
    const TemporaryFolder folder;
    Opened program;
    program.open(writeScan(folder.path()));
    QApplication::setActiveWindow(&program.window);
    QWidget& view = program.window.views().volume();
    REQUIRE(view.isVisible());
    const QRect place(view.mapTo(&program.window, QPoint(0, 0)), view.size());
    // What the screen shows, so that a ring which is not painted anew counts as missing.
    const auto ringed = [&] {
        const QPixmap shown = program.window.screen()->grabWindow(program.window.winId());
        const QImage image = shown.toImage().copy(place);
        const QRgb ring = theme::colour("viewText").rgb();
        const int right = image.width() - 2, bottom = image.height() - 2;
        int points = 0;
        for (int x = 1; x <= right; ++x)
            points += (image.pixel(x, 1) == ring) + (image.pixel(x, bottom) == ring);
        for (int y = 2; y < bottom; ++y)
            points += (image.pixel(1, y) == ring) + (image.pixel(right, y) == ring);
        return double(points) / double(2 * (right + bottom) - 4);
    };
    QWidget& other = program.window.views().slice(Plane::Axial);
    for (int round = 0; round < 2; ++round) {
        other.setFocus(Qt::TabFocusReason);
        CHECK(waitFor([&] { return other.hasFocus() && ringed() < 0.01; }));
        view.setFocus(Qt::TabFocusReason);
        CHECK(waitFor([&] { return view.hasFocus() && ringed() > 0.99; }));
    }
}

TEST_CASE(
    "a view is reached from the prompt with three times Tab, and the prompt from everywhere with its key")
{
    const TemporaryFolder folder;
    Opened program;
    program.open(writeScan(folder.path()));
    program.window.promptBar().setText("liver");
    auto* field = program.window.findChild<QLineEdit*>("prompt");
    program.window.activateWindow();
    field->setFocus();
    REQUIRE(waitFor([&] { return QApplication::focusWidget() == field; }));
    int tabs = 0;
    while (QApplication::focusWidget() && !QApplication::focusWidget()->inherits("hounsfield::SliceView") &&
           tabs < 20) {
        QTest::keyClick(QApplication::focusWidget(), Qt::Key_Tab);
        ++tabs;
    }
    CHECK(tabs <= 3);
    CHECK(QApplication::focusWidget() == &program.window.views().slice(Plane::Axial));
    program.trigger("Ctrl+K");
    CHECK(field->hasFocus());
}

TEST_CASE("toggles of the View menu have ticks that follow the state")
{
    const TemporaryFolder folder;
    Opened program;
    program.open(writeScan(folder.path()));
    ViewState& view = program.bench.view();
    const auto tick = [&](const char* key) {
        for (const QAction* action : program.window.findChildren<QAction*>())
            if (action->shortcut() == QKeySequence(key) && action->isCheckable())
                return action->isChecked();
        FAIL("no toggle " << key);
        return false;
    };
    CHECK(tick("X"));
    program.trigger("X");
    CHECK_FALSE(tick("X"));
    CHECK_FALSE(view.crosshairShown());
    view.setCrosshairShown(true);
    CHECK(tick("X"));
    for (const char* key : {"I", "N", "O", "M", "Space"}) {
        INFO(key);
        const bool before = tick(key);
        program.trigger(key);
        CHECK(tick(key) != before);
        program.trigger(key);
        CHECK(tick(key) == before);
    }
}
