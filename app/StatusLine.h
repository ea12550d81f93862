#pragma once

#include "app/Workbench.h"

#include <QStatusBar>

class QLabel;
class QToolButton;

namespace hounsfield {

/// Below the views: the place and HU under the mouse, the window, what was just done, and what the program is not sure of.
class StatusLine : public QStatusBar {
    Q_OBJECT
public:
    explicit StatusLine(Workbench& bench, QWidget* parent = nullptr);
    void clearSaid();
    void showDoubts();

private:
    void showPointed(const std::optional<Vector3>& mm);
    void goTo(const Doubt& doubt);

    Workbench& m_bench;
    QLabel *m_pointed = nullptr, *m_window = nullptr, *m_said = nullptr;
    QToolButton* m_doubts = nullptr;
};

} // namespace hounsfield
