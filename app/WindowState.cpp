// SPDX-License-Identifier: Apache-2.0
// What is kept of the main window from one start to the next.
#include "app/MainWindow.h"
#include "app/PromptBar.h"
#include "viewer/Cine.h"
#include "viewer/ViewGrid.h"

#include <QCloseEvent>
#include <QScreen>
#include <QSettings>
#include <QSplitter>

namespace hounsfield {

void MainWindow::placeWindow()
{
    // A screen may be smaller than the one the window was left on, and the title bar needs its place, too.
    const QSize most = screen()->availableGeometry().size() - QSize(0, 32);
    resize(QSize(1440, 900).boundedTo(most));
    restoreGeometry(QSettings().value("window").toByteArray());
    if (!isMaximized() && !isFullScreen())
        resize(size().boundedTo(most));
}

void MainWindow::closeEvent(QCloseEvent* event)
{
    // Nothing is asked: what was made is kept and offered when the program starts again.
    QSettings settings;
    settings.setValue("window", saveGeometry());
    settings.setValue("columns", m_columns->saveState());
    for (std::size_t s = 0; s < m_views->borders().size(); ++s) {
        QVariantList sizes;
        for (const int size : m_views->borders()[s])
            sizes << size;
        settings.setValue(QString("borders%1").arg(s), sizes);
    }
    settings.setValue("cine", m_cine->slicesPerSecond());
    settings.setValue("prompts", m_prompt->history());
    QMainWindow::closeEvent(event);
}

void MainWindow::rememberRecent(const QString& path)
{
    if (path.isEmpty() || path == Opening::samplePath)
        return;
    QSettings settings;
    QStringList recent = settings.value("recent").toStringList();
    recent.removeAll(path);
    recent.prepend(path);
    settings.setValue("recent", recent.mid(0, 12));
}

} // namespace hounsfield
