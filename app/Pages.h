// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/Workbench.h"

#include <QStackedWidget>

namespace hounsfield {

class LoadingPage;
class SeriesPage;
class StartPage;

/// What fills the middle of the window: the start, a choice of series, a scan being read, or the work on it.
class Pages : public QStackedWidget {
    Q_OBJECT
public:
    Pages(Workbench& bench, QWidget* work, QWidget* parent = nullptr);
    SeriesPage& seriesPage() { return *m_series; }
    /// The work where a scan is open, else the start.
    void showState();

Q_SIGNALS:
    void openFolderAsked();
    void openFileAsked();

private:
    void join();

    Workbench& m_bench;
    QWidget* m_work = nullptr;
    StartPage* m_start = nullptr;
    SeriesPage* m_series = nullptr;
    LoadingPage* m_loading = nullptr;
    bool m_choosing = false; ///< from a choice of series until one is open
    QTimer m_soon;           ///< a scan that is there at once needs no page of its own
};

} // namespace hounsfield
