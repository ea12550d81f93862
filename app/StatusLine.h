// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/Workbench.h"

#include <QStatusBar>

class QLabel;
class QToolButton;

namespace hounsfield {

class ElidedLabel;

/// Below the views: the place and HU under the mouse, the window, what was just done, and what the program is
/// not sure of.
class StatusLine : public QStatusBar {
    Q_OBJECT
public:
    explicit StatusLine(Workbench& bench, QWidget* parent = nullptr);
    void clearSaid();
    void showDoubts();
    /// The button of the doubts, pressed or not.
    void setDoubtsOpen(bool open);

Q_SIGNALS:
    void doubtsAsked(bool open);

private:
    void showPointed(const std::optional<Vector3>& mm);

    Workbench& m_bench;
    QLabel *m_pointed = nullptr, *m_window = nullptr;
    ElidedLabel* m_said = nullptr;
    QToolButton* m_doubts = nullptr;
};

} // namespace hounsfield
