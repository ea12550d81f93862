#pragma once

#include "app/Workbench.h"

#include <QMainWindow>

class QLabel;
class QStackedWidget;
class QToolButton;

namespace hounsfield {

class Beside;
class FoundPanel;
class PromptBar;
class SidePanel;
class StartPage;
class ViewGrid;

/// The one window: prompt above, series and tools on the left, views in the middle, what was found on the right, lights below.
class MainWindow : public QMainWindow {
    Q_OBJECT
public:
    explicit MainWindow(Workbench& bench, QWidget* parent = nullptr);
    ~MainWindow() override;

    ViewGrid& views() { return *m_views; }
    PromptBar& promptBar() { return *m_prompt; }
    FoundPanel& foundPanel() { return *m_found; }
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

protected:
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dropEvent(QDropEvent* event) override;
    void closeEvent(QCloseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    void buildCentre();
    void buildStatus();
    void buildMenus(); ///< Menus.cpp
    void joinBench();
    void showState();
    void showPointed(const std::optional<Vector3>& mm);
    void showDoubts();
    void rememberRecent(const QString& path);
    void toggleCine();

    Workbench& m_bench;
    PromptBar* m_prompt = nullptr;
    QStackedWidget* m_stack = nullptr;
    StartPage* m_start = nullptr;
    QWidget *m_work = nullptr, *m_errorBar = nullptr;
    QLabel *m_errorText = nullptr, *m_pointed = nullptr, *m_window = nullptr, *m_said = nullptr, *m_loading = nullptr;
    QToolButton* m_doubts = nullptr;
    SidePanel* m_side = nullptr;
    ViewGrid* m_views = nullptr;
    Beside* m_beside = nullptr;
    FoundPanel* m_found = nullptr;
    QString m_sessionFile;
    QTimer m_cine;
};

} // namespace hounsfield
