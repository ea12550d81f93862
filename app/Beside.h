// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/Opening.h"
#include "viewer/ViewGrid.h"

#include <QWidget>

class QLabel;

namespace hounsfield {

/// A second scan beside the first, to compare: it has views of its own, scrolls along with the first by the
/// same millimetres and takes its window. Nothing is asked of it.
class Beside : public QWidget {
    Q_OBJECT
public:
    explicit Beside(ViewState& first, QWidget* parent = nullptr);
    void open(const QString& path);
    void closeScan();
    ViewState& view() { return m_view; }

Q_SIGNALS:
    void failed(QString message);

private:
    void follow();

    ViewState& m_first;
    ViewState m_view;
    Opening m_opening;
    ViewGrid* m_views = nullptr;
    QLabel* m_title = nullptr;
    Vector3 m_last{0, 0, 0}; ///< where the first's crosshair was
};

} // namespace hounsfield
