// SPDX-License-Identifier: Apache-2.0
#include "app/Beside.h"

#include "viewer/Theme.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QToolButton>

namespace hounsfield {

Beside::Beside(ViewState& first, QWidget* parent)
    : QWidget(parent), m_first(first), m_views(new ViewGrid(m_view))
{
    setObjectName("panel");
    m_title = new QLabel;
    m_title->setObjectName("heading");
    auto* close = new QToolButton;
    close->setIcon(theme::icon("close"));
    close->setToolTip(tr("Close the second scan"));
    close->setAccessibleName(close->toolTip());
    auto* head = new QHBoxLayout;
    head->setContentsMargins(10, 2, 4, 2);
    head->addWidget(m_title, 1);
    head->addWidget(close);
    auto* box = new QVBoxLayout(this);
    box->setContentsMargins(0, 0, 0, 0);
    box->setSpacing(0);
    box->addLayout(head);
    box->addWidget(m_views, 1);
    hide();
    connect(close, &QToolButton::clicked, this, &Beside::closeScan);
    connect(&m_opening, &Opening::failed, this, &Beside::failed);
    connect(&m_opening, &Opening::opened, this, [this](const std::shared_ptr<const Scan>& scan) {
        m_view.setScan(scan->volume, scan->series.windowLevel, QString::fromStdString(scan->caseName));
        m_view.setImageNumbers(scan->instanceNumbers);
        QString name = QString::fromStdString(scan->caseName);
        if (!scan->series.description.empty())
            name += ", " + QString::fromStdString(scan->series.description);
        // The best of several is taken: which, and that there are others, is said.
        const auto others = m_opening.series().size() - 1;
        m_title->setText(others > 0 ? tr("Second scan: %1 (one of %2 series)").arg(name).arg(others + 1)
                                    : tr("Second scan: %1").arg(name));
        m_view.setLayout(m_first.layout());
        m_last = m_first.crosshairMm();
        show();
    });
    connect(&m_first, &ViewState::changed, this, &Beside::follow);
    connect(&m_first, &ViewState::scanChanged, this, [this] { m_last = m_first.crosshairMm(); });
    connect(&m_first, &ViewState::layoutChanged, this, [this] { m_view.setLayout(m_first.layout()); });
}

void Beside::open(const QString& path)
{
    m_opening.open(path);
}

void Beside::closeScan()
{
    m_opening.stop();
    m_view.setScan(nullptr, {}, {});
    hide();
}

void Beside::follow()
{
    // Two scans of one person seldom share coordinates: what is shared is how far one moves.
    const Vector3 moved = m_first.crosshairMm() - m_last;
    m_last = m_first.crosshairMm();
    if (!m_view.scan())
        return;
    if (length(moved) > 0)
        m_view.setCrosshair(m_view.crosshairMm() + moved);
    if (m_view.frame() != m_first.frame() || m_view.rolls() != m_first.rolls())
        m_view.setOrientation(m_first.frame(), m_first.rolls());
    m_view.setLook(m_first.look());
}

} // namespace hounsfield
