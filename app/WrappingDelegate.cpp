// SPDX-License-Identifier: Apache-2.0
#include "app/WrappingDelegate.h"

#include <QHeaderView>
#include <QListView>
#include <QRegularExpression>
#include <QTextLayout>
#include <QTreeView>

#include <algorithm>

namespace hounsfield {

namespace {

int levelOf(const QModelIndex& index)
{
    int level = 0;
    for (QModelIndex above = index.parent(); above.isValid(); above = above.parent())
        ++level;
    return level;
}

/// What is left for letters.
int textWidthOf(QStyleOptionViewItem option, int width)
{
    option.rect = QRect(0, 0, width, 1000);
    const QStyle* style = option.widget->style();
    const int margin = style->pixelMetric(QStyle::PM_FocusFrameHMargin, &option, option.widget) + 1;
    return style->subElementRect(QStyle::SE_ItemViewItemText, &option, option.widget).width() - 2 * margin;
}

/// A number and its unit stay on one line: "42.6 × 42.3 mm".
QString bound(QString text)
{
    static const QRegularExpression within("(?<=\\d) (?=×|mm|ml|mL|HU|HE|毫)|(?<=×) ");
    return text.replace(within, QString(QChar::Nbsp));
}

/// With a line separator wherever a line ends.
QString wrapped(QString text, const QFont& font, int width)
{
    text.replace('\n', QChar::LineSeparator);
    QTextLayout layout(bound(text), font);
    QTextOption lines;
    lines.setWrapMode(QTextOption::WrapAtWordBoundaryOrAnywhere);
    layout.setTextOption(lines);
    QStringList parts;
    layout.beginLayout();
    for (QTextLine line = layout.createLine(); line.isValid(); line = layout.createLine()) {
        line.setLineWidth(width);
        QString part = text.mid(line.textStart(), line.textLength());
        part.remove(QChar::LineSeparator);
        while (part.endsWith(' '))
            part.chop(1);
        parts << part;
    }
    layout.endLayout();
    return parts.join(QChar::LineSeparator);
}

} // namespace

/// Of the item, in pixels, with its picture and its margins. @return 0 where the view has no width yet
int WrappingDelegate::widthOf(const QModelIndex& index, const QWidget* view) const
{
    if (m_most > 0)
        return m_most;
    if (const auto* tree = qobject_cast<const QTreeView*>(view)) {
        const bool indented = index.column() == 0;
        const int levels = levelOf(index) + (tree->rootIsDecorated() ? 1 : 0);
        return tree->columnWidth(index.column()) - (indented ? levels * tree->indentation() : 0);
    }
    if (const auto* list = qobject_cast<const QListView*>(view))
        return list->viewport()->width() - 2 * list->spacing();
    return 0;
}

void WrappingDelegate::wrapItems(QListView& view)
{
    view.setItemDelegate(new WrappingDelegate(&view));
    view.setResizeMode(QListView::Adjust);
    view.setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
}

void WrappingDelegate::wrapColumn(QTreeView& view, int column, int most)
{
    auto* delegate = new WrappingDelegate(&view, most);
    view.setItemDelegateForColumn(column, delegate);
    view.setUniformRowHeights(false);
    const auto layAgain = [delegate, column](int section) {
        if (section == column)
            Q_EMIT delegate->sizeHintChanged({});
    };
    // Later: a section may be resized while rows are laid out.
    connect(view.header(), &QHeaderView::sectionResized, delegate, layAgain, Qt::QueuedConnection);
}

QSize WrappingDelegate::sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const
{
    const QSize size = QStyledItemDelegate::sizeHint(option, index);
    const int width = widthOf(index, option.widget);
    return width > 0 ? QSize(std::min(size.width(), width), size.height()) : size;
}

void WrappingDelegate::initStyleOption(QStyleOptionViewItem* option, const QModelIndex& index) const
{
    QStyledItemDelegate::initStyleOption(option, index);
    const int width = option->widget ? widthOf(index, option->widget) : 0;
    if (width <= 0 || option->text.isEmpty())
        return;
    constexpr int least = 24; // pixels: narrower columns would take a line for each letter
    option->text = wrapped(option->text, option->font, std::max(least, textWidthOf(*option, width)));
}

} // namespace hounsfield
