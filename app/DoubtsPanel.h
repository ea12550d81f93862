// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/Workbench.h"

#include <QWidget>

class QLabel;
class QScrollArea;
class QVBoxLayout;

namespace hounsfield {

/// What the program is not sure of, as whole sentences below the views: wrapped, to be marked and copied,
/// each with a way to its place. Opened and folded away by the button in the status line.
class DoubtsPanel : public QWidget {
    Q_OBJECT
public:
    explicit DoubtsPanel(Workbench& bench, QWidget* parent = nullptr);
    /// All sentences, one a line, as they are copied.
    QString text() const;

Q_SIGNALS:
    void closeAsked();

protected:
    void resizeEvent(QResizeEvent* event) override;
    void showEvent(QShowEvent* event) override;

private:
    void renew();
    void fit();
    void goTo(const Doubt& doubt);
    QWidget* makeRow(const Doubt& doubt);

    Workbench& m_bench;
    std::vector<Doubt> m_shown;
    QScrollArea* m_scroll = nullptr;
    QWidget* m_list = nullptr;
    QVBoxLayout* m_rows = nullptr;
};

} // namespace hounsfield
