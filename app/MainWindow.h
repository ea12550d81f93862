// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/Workbench.h"

#include <QMainWindow>
#include <QPointer>

class QSplitter;

namespace hounsfield {

class Beside;
class Cine;
class DoubtsPanel;
class ExportWorker;
class FoundPanel;
class MeasurementPanel;
class MessagePanel;
class ModelManager;
class Pages;
class PromptBar;
class SidePanel;
class StatusLine;
class ViewGrid;

/// The one window: prompt above, series and tools on the left, views in the middle, what was found on the
/// right, lights below.
class MainWindow : public QMainWindow {
    Q_OBJECT
public:
    explicit MainWindow(Workbench& bench, QWidget* parent = nullptr);
    ~MainWindow() override;

    ViewGrid& views() { return *m_views; }
    PromptBar& promptBar() { return *m_prompt; }
    FoundPanel& foundPanel() { return *m_found; }
    MeasurementPanel& measurementPanel() { return *m_measured; }
    Pages& pages() { return *m_pages; }
    MessagePanel& messages() { return *m_messages; }
    /// An error stays until it is closed; what was kept and what to do are in its words.
    void showError(const QString& message);

public Q_SLOTS:
    void chooseFolder();
    void chooseFile();
    void chooseSession();
    bool saveSession();
    void exportAll(int onlyStructure = 0);
    void saveScreenshot();
    void copyScreenshot();
    void showModels(); ///< Menus.cpp

protected:
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dropEvent(QDropEvent* event) override;
    void closeEvent(QCloseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    /// Where the widget that has the focus goes away, the focus goes to a view and never into a field of
    /// text.
    bool focusNextPrevChild(bool next) override;

private:
    void buildCentre();
    void buildMenus(); ///< Menus.cpp
    void buildViewMenu();
    void joinBench();
    void placeWindow(); ///< as it was left, within the screen
    void showState();
    void forgetTold(); ///< a new run begins: messages of the one before go, banners stay
    void showEngine(); ///< what computes, beside the prompt
    void rememberRecent(const QString& path);
    void runCine(); ///< in the plane that has the focus

    Workbench& m_bench;
    PromptBar* m_prompt = nullptr;
    Pages* m_pages = nullptr;
    StatusLine* m_status = nullptr;
    QSplitter* m_columns = nullptr;
    QWidget *m_left = nullptr, *m_right = nullptr; ///< the panels beside the views, which fold away
    MessagePanel* m_messages = nullptr;
    DoubtsPanel* m_doubts = nullptr;
    SidePanel* m_side = nullptr;
    ViewGrid* m_views = nullptr;
    Beside* m_beside = nullptr;
    FoundPanel* m_found = nullptr;
    MeasurementPanel* m_measured = nullptr;
    Cine* m_cine = nullptr;
    ExportWorker* m_export = nullptr;
    QPointer<ModelManager> m_models; ///< while it is open
    QString m_sessionFile;
    bool m_scanWasOpen = false; ///< before the one that is opened now
};

} // namespace hounsfield
