// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QStyledItemDelegate>

class QListView;
class QTreeView;

namespace hounsfield {

/// Draws the text of an item over as many lines as its column needs: nothing is cut, whatever the language,
/// the size of the screen or the length of a name. Lines break between words, and within a word that is wider
/// than the column.
class WrappingDelegate : public QStyledItemDelegate {
    Q_OBJECT
public:
    /// The items of a list take the width of the view. @param view owns the delegate
    static void wrapItems(QListView& view);
    /// The items of one column; rows get as high as they need.
    /// @param column stretches, or resizes to its contents
    /// @param most pixels of an item of a column that resizes to its contents; 0: the column's own width
    static void wrapColumn(QTreeView& view, int column, int most = 0);

    QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override;

protected:
    void initStyleOption(QStyleOptionViewItem* option, const QModelIndex& index) const override;

private:
    explicit WrappingDelegate(QObject* view, int most = 0) : QStyledItemDelegate(view), m_most(most) {}
    int widthOf(const QModelIndex& index, const QWidget* view) const;

    int m_most = 0;
};

} // namespace hounsfield
