// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/FoundPanel.h"
#include "app/MainWindow.h"
#include "app/PromptBar.h"
#include "tests/app/Helpers.h"
#include "tests/support/catch.h"
#include "viewer/ViewGrid.h"

#include <QAction>
#include <QLabel>
#include <QLineEdit>
#include <QTest>
#include <QWheelEvent>

namespace hounsfield::test {

/// The program in a real window.
struct Opened {
    Workbench bench;
    MainWindow window;
    bool ready = false;

    explicit Opened(Asking::Open open = fake()) : bench((application(), std::move(open))), window(bench)
    {
        QObject::connect(&bench, &Workbench::opened, &window, [this] { ready = true; });
        window.resize(1200, 800);
        window.show();
        REQUIRE(QTest::qWaitForWindowExposed(&window));
    }
    void open(const std::filesystem::path& path)
    {
        ready = false;
        bench.open(QString::fromStdString(path.string()));
        REQUIRE(waitFor([this] { return ready; }));
    }
    void ask(const QString& text)
    {
        auto* field = window.findChild<QLineEdit*>("prompt");
        field->clear();
        QTest::keyClicks(field, text);
        QTest::keyClick(field, Qt::Key_Return);
        REQUIRE(bench.asking().busy());
        REQUIRE(waitFor([this] { return !bench.asking().busy(); }));
    }
    /// The menu's action of this key: a window without a window manager gets no shortcuts.
    void trigger(const QString& key)
    {
        for (QAction* action : window.findChildren<QAction*>())
            if (action->shortcut() == QKeySequence(key))
                action->trigger();
    }
    QImage slice(Plane plane) { return window.views().slice(plane).picture(false); }
    const std::vector<Structure>& found() { return bench.session().contents().structures; }
};

/// All that stands below the rows of what was found.
inline QString detailsOf(Opened& program)
{
    QString all;
    for (QLabel* label : program.window.foundPanel().findChildren<QLabel*>())
        all += label->text();
    return all;
}

/// One notch of the wheel, downwards, over the middle of a view.
inline void turnWheel(SliceView& view, Qt::KeyboardModifiers keys = Qt::NoModifier)
{
    const QPoint middle = view.rect().center();
    QWheelEvent event(middle, view.mapToGlobal(middle), {}, {0, -120}, Qt::NoButton, keys, Qt::NoScrollPhase,
                      false);
    QCoreApplication::sendEvent(&view, &event);
}

/// How much of a picture has colour.
inline int coloured(const QImage& image)
{
    int count = 0;
    for (int y = 20; y < image.height() - 20; ++y)
        for (int x = 20; x < image.width() - 20; ++x) {
            const QColor c = image.pixelColor(x, y);
            count += std::max({c.red(), c.green(), c.blue()}) - std::min({c.red(), c.green(), c.blue()}) > 40;
        }
    return count;
}

} // namespace hounsfield::test
