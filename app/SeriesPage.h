// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "volume/io/ScanReader.h"

#include <QImage>
#include <QWidget>

class QLabel;
class QPushButton;
class QTreeWidget;
class QTreeWidgetItem;

namespace hounsfield {

class ElidedLabel;

/// The series of a folder with several: studies with their series, a picture of each, how large it is, and
/// what cannot be read and why. It fills while the folder is still being looked through.
class SeriesPage : public QWidget {
    Q_OBJECT
public:
    explicit SeriesPage(QWidget* parent = nullptr);
    void showSoFar(const QString& path, const std::vector<SeriesInfo>& series);
    /// @param best number of the series that is marked to begin with
    void showAll(const QString& path, const std::vector<SeriesInfo>& series, int best);
    void setPreview(int number, const QImage& slice);
    QTreeWidget& tree() { return *m_tree; }

Q_SIGNALS:
    void chosen(QString path, std::string uidOrNumber);
    void backAsked();

private:
    void fill(const std::vector<SeriesInfo>& series);
    void choose();

    QLabel* m_title = nullptr;
    ElidedLabel* m_text = nullptr;
    QTreeWidget* m_tree = nullptr;
    QPushButton* m_open = nullptr;
    QString m_path;
    bool m_complete = false;
};

} // namespace hounsfield
