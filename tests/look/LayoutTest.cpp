// SPDX-License-Identifier: Apache-2.0
#include "app/ElidedLabel.h"
#include "app/WrappedText.h"
#include "tests/look/Walk.h"
#include "viewer/Theme.h"

#include <QCheckBox>
#include <QComboBox>
#include <QHeaderView>
#include <QLabel>
#include <QPushButton>
#include <QRadioButton>
#include <QScreen>
#include <QScrollArea>
#include <QScrollBar>
#include <QSettings>
#include <QSplitter>
#include <QToolButton>
#include <QTreeView>

using namespace hounsfield;
using namespace hounsfield::test;

namespace {

std::string describe(const QWidget& w)
{
    QString text = w.objectName();
    if (const auto* label = qobject_cast<const QLabel*>(&w))
        text = label->text();
    if (const auto* button = qobject_cast<const QAbstractButton*>(&w))
        text = button->text();
    return std::string(w.metaObject()->className()) + " '" + text.left(80).toStdString() + "' " +
           std::to_string(w.width()) + " x " + std::to_string(w.height());
}

/// A widget whose inside is no matter of layouts.
bool opaque(const QWidget& w)
{
    return qobject_cast<const QAbstractItemView*>(&w) || qobject_cast<const QScrollBar*>(&w) ||
           qobject_cast<const QComboBox*>(&w) || w.inherits("QLineEdit") || w.inherits("QPlainTextEdit") ||
           w.inherits("QTextBrowser") || w.inherits("QAbstractSpinBox") || w.inherits("QMenuBar") ||
           w.inherits("hounsfield::VolumeView");
}

bool needsMore(const QWidget& w, QString& why)
{
    if (qobject_cast<const ElidedLabel*>(&w))
        return false; // it gives way and says all of it where the pointer rests
    if (const auto* label = qobject_cast<const QLabel*>(&w)) {
        if (label->text().isEmpty())
            return false;
        if (label->wordWrap()) {
            why = QString("needs a height of %1").arg(label->heightForWidth(label->width()));
            return label->heightForWidth(label->width()) > label->height() + 1;
        }
        why = QString("needs a width of %1").arg(label->sizeHint().width());
        return label->sizeHint().width() > label->width() + 1 ||
               label->sizeHint().height() > label->height() + 1;
    }
    if (const auto* combo = qobject_cast<const QComboBox*>(&w)) {
        const int text = combo->fontMetrics().horizontalAdvance(combo->currentText());
        why = QString("its text needs %1").arg(text + 34);
        return text + 34 > combo->width();
    }
    if (qobject_cast<const QPushButton*>(&w) || qobject_cast<const QToolButton*>(&w) ||
        qobject_cast<const QCheckBox*>(&w) || qobject_cast<const QRadioButton*>(&w)) {
        why = QString("needs %1 x %2").arg(w.sizeHint().width()).arg(w.sizeHint().height());
        return w.sizeHint().width() > w.width() + 1 || w.sizeHint().height() > w.height() + 1;
    }
    return false;
}

void checkHeader(const QTreeView& tree, QStringList& found)
{
    const QHeaderView* header = tree.header();
    for (int column = 0; column < header->count(); ++column) {
        const QString title = tree.model()->headerData(column, Qt::Horizontal).toString();
        if (!header->isSectionHidden(column) &&
            header->fontMetrics().horizontalAdvance(title) + 12 > header->sectionSize(column) + 1)
            found << QString("header '%1' is %2 wide").arg(title).arg(header->sectionSize(column));
    }
}

/// The text of a cell is neither cut nor ends in dots.
void checkCell(const QAbstractItemView& view, const QModelIndex& cell, QStringList& found)
{
    const QString text = cell.data().toString();
    const QSize needs = view.sizeHintForIndex(cell), has = view.visualRect(cell).size();
    if (text.isEmpty() || (needs.width() <= has.width() + 1 && needs.height() <= has.height() + 1))
        return;
    found << QString("cell '%1' needs %2 x %3, has %4 x %5")
                 .arg(text.left(80))
                 .arg(needs.width())
                 .arg(needs.height())
                 .arg(has.width())
                 .arg(has.height());
}

void checkCells(const QAbstractItemView& view, QStringList& found)
{
    const auto* tree = qobject_cast<const QTreeView*>(&view);
    const auto isShown = [tree](const QModelIndex& row, int column) {
        const bool spanned = tree && tree->isFirstColumnSpanned(row.row(), row.parent());
        return !tree || (!tree->isColumnHidden(column) && (column == 0 || !spanned));
    };
    const auto below = [tree](const QModelIndex& row) {
        return tree ? tree->indexBelow(row) : row.siblingAtRow(row.row() + 1);
    };
    for (QModelIndex row = view.model()->index(0, 0); row.isValid(); row = below(row))
        for (int column = 0; column < view.model()->columnCount(row.parent()); ++column)
            if (isShown(row, column))
                checkCell(view, row.siblingAtColumn(column), found);
}

void check(const QWidget& w, QStringList& found)
{
    QString why;
    if (needsMore(w, why))
        found << QString::fromStdString(describe(w)) + ": " + why;
    if (const auto* tree = qobject_cast<const QTreeView*>(&w))
        checkHeader(*tree, found);
    if (const auto* view = qobject_cast<const QAbstractItemView*>(&w); view && view->model())
        checkCells(*view, found);
    if (opaque(w))
        return;
    QList<QWidget*> children;
    for (QObject* child : w.children())
        if (auto* one = qobject_cast<QWidget*>(child); one && !one->isWindow() && one->isVisible() &&
                                                       !one->inherits("QSplitterHandle") &&
                                                       !one->inherits("QRubberBand"))
            children << one;
    const bool viewport = w.parentWidget() && qobject_cast<const QScrollArea*>(w.parentWidget());
    for (QWidget* child : children) {
        const QRect at = child->geometry();
        const bool fits = at.left() >= 0 && at.right() < w.width() &&
                          (viewport || (at.top() >= 0 && at.bottom() < w.height()));
        if (!fits)
            found << QString::fromStdString(describe(*child) + " lies outside " + describe(w));
        check(*child, found);
    }
    for (qsizetype a = 0; a < children.size(); ++a)
        for (qsizetype b = a + 1; b < children.size(); ++b)
            if (const QRect both = children[a]->geometry() & children[b]->geometry();
                both.width() > 1 && both.height() > 1)
                found << QString::fromStdString(describe(*children[a]) + " overlaps " +
                                                describe(*children[b]));
}

void nothingIsClipped(const QString& language, const QSize& size)
{
    const Language spoken(language);
    theme::setLight(qEnvironmentVariableIsSet("HOUNSFIELD_LOOK_LIGHT"));
    theme::apply(application());
    int states = 0;
    walkThrough(size, [&](QWidget& shown, const std::string& state) {
        ++states;
        QStringList found;
        check(shown, found);
        INFO(language.toStdString() << ", " << size.width() << " x " << size.height() << ", " << state
                                    << ":\n"
                                    << found.join("\n").toStdString());
        CHECK(found.isEmpty());
        CHECK(shown.width() <= size.width());
        CHECK(shown.height() <= size.height());
        // For those who want to look at them: HOUNSFIELD_LOOK names a folder.
        if (const QString folder = qEnvironmentVariable("HOUNSFIELD_LOOK"); !folder.isEmpty())
            shown.grab().save(
                QString("%1/%2-%3-%4.png")
                    .arg(folder, language, QString::number(size.width()), QString::fromStdString(state)));
    });
    CHECK(states == 16);
}

} // namespace

TEST_CASE("nothing is clipped, cut off or laid over another at 1366 x 768 in English")
{
    nothingIsClipped("en", {1366, 736});
}

TEST_CASE("nothing is clipped, cut off or laid over another at 1366 x 768 in German")
{
    nothingIsClipped("de", {1366, 736});
}

TEST_CASE("nothing is clipped, cut off or laid over another at 1366 x 768 in Chinese")
{
    nothingIsClipped("zh", {1366, 736});
}

TEST_CASE("nothing is clipped, cut off or laid over another at 1920 x 1080")
{
    for (const char* language : {"en", "de", "zh"})
        nothingIsClipped(language, {1920, 1048});
}

TEST_CASE("nothing is clipped, cut off or laid over another at 2560 x 1440 drawn one and a half times as "
          "large, in German")
{
    nothingIsClipped("de", {1706, 928});
}

TEST_CASE("the window is never larger than the screen, whatever size it was left at")
{
    application();
    {
        Opened before;
        before.window.resize(5000, 4000);
        QTest::qWait(30);
        before.window.close();
    }
    Opened program;
    const QSize screen = program.window.screen()->availableGeometry().size();
    MainWindow next(program.bench);
    CHECK(next.width() <= screen.width());
    CHECK(next.height() <= screen.height());
    QSettings().remove("window");
    MainWindow first(program.bench);
    CHECK(first.width() <= screen.width());
    CHECK(first.minimumSizeHint().width() <= 1024);
    CHECK(first.minimumSizeHint().height() <= 700);
}

TEST_CASE(
    "the panels beside the views fold away and come back by the menu, which has a tick where they are shown")
{
    const TemporaryFolder folder;
    Opened program;
    program.open(writeScan(folder.path()));
    QAction *left = nullptr, *right = nullptr;
    for (QAction* action : program.window.findChildren<QAction*>()) {
        if (action->shortcut() == QKeySequence("F7"))
            left = action;
        if (action->shortcut() == QKeySequence("F9"))
            right = action;
    }
    REQUIRE((left && right));
    const int before = program.window.views().width();
    CHECK((left->isChecked() && right->isChecked()));
    left->trigger();
    right->trigger();
    QTest::qWait(30);
    CHECK_FALSE((left->isChecked() || right->isChecked()));
    CHECK(program.window.views().width() > before + 400);
    left->trigger();
    right->trigger();
    QTest::qWait(30);
    CHECK((left->isChecked() && right->isChecked()));
    CHECK(program.window.foundPanel().isVisible());
}
