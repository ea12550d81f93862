// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "viewer/Cine.h"
#include "viewer/ViewGrid.h"
#include "volume/io/ScanReader.h"

#include <QWidget>

class QListWidget;

namespace hounsfield {

/// On the left: the series of what was opened, the tools of the mouse, how slices and the 3D view are shown.
class SidePanel : public QWidget {
    Q_OBJECT
public:
    SidePanel(ViewState& view, ViewGrid& views, Cine& cine, QWidget* parent = nullptr);
    void setSeries(const QString& path, const std::vector<SeriesInfo>& series);
    void setPreview(const QString& path, int number, const QImage& slice);
    /// Marks the series that is open. @param thumbnail of it
    void setOpenSeries(const SeriesInfo& open, const QIcon& thumbnail);

Q_SIGNALS:
    void seriesAsked(QString path, std::string uidOrNumber);

private:
    QWidget* tools(ViewState& view);
    QWidget* slices(ViewState& view);
    QWidget* volume(ViewGrid& views);
    QWidget* run(Cine& cine);

    QListWidget* m_series = nullptr;
    QString m_path;
    std::vector<SeriesInfo> m_listed;
};

} // namespace hounsfield
