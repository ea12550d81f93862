// SPDX-License-Identifier: Apache-2.0
#include "app/DoubtsPanel.h"

#include "viewer/Theme.h"

#include <QApplication>
#include <QClipboard>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QScrollArea>
#include <QToolButton>

#include <algorithm>

namespace hounsfield {

DoubtsPanel::DoubtsPanel(Workbench& bench, QWidget* parent) : QWidget(parent), m_bench(bench)
{
    setObjectName("panel");
    auto* heading = new QLabel(tr("Warnings"));
    heading->setObjectName("heading");
    auto* copy = new QPushButton(theme::icon("copy"), tr("Copy all"));
    connect(copy, &QPushButton::clicked, this, [this] { QApplication::clipboard()->setText(text()); });
    auto* close = new QToolButton;
    close->setIcon(theme::icon("unfolded"));
    close->setToolTip(tr("Fold this list away"));
    close->setAccessibleName(close->toolTip());
    connect(close, &QToolButton::clicked, this, &DoubtsPanel::closeAsked);
    m_list = new QWidget;
    m_list->setObjectName("panel");
    m_rows = new QVBoxLayout(m_list);
    m_rows->setContentsMargins(0, 0, 0, 0);
    m_rows->setSpacing(6);
    m_scroll = new QScrollArea;
    m_scroll->setObjectName("panel");
    m_scroll->setFrameShape(QFrame::NoFrame);
    m_scroll->setWidgetResizable(true);
    m_scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_scroll->setAccessibleName(heading->text());
    m_scroll->setWidget(m_list);
    auto* top = new QHBoxLayout;
    top->addWidget(heading, 1);
    top->addWidget(copy);
    top->addWidget(close);
    auto* box = new QVBoxLayout(this);
    box->setContentsMargins(16, 6, 8, 8);
    box->setSpacing(6);
    box->addLayout(top);
    box->addWidget(m_scroll, 1);
    connect(&bench, &Workbench::doubtsChanged, this, &DoubtsPanel::renew);
    renew();
    hide();
}

QString DoubtsPanel::text() const
{
    QStringList lines;
    for (const Doubt& doubt : m_shown)
        lines << doubt.text;
    return lines.join('\n');
}

QWidget* DoubtsPanel::makeRow(const Doubt& doubt)
{
    auto* row = new QWidget;
    auto* line = new QHBoxLayout(row);
    line->setContentsMargins(0, 0, 0, 0);
    line->setSpacing(8);
    auto* dot = new QLabel("●");
    dot->setObjectName("doubt");
    auto* sentence = new QLabel(doubt.text);
    sentence->setTextFormat(Qt::PlainText);
    sentence->setWordWrap(true);
    sentence->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    line->addWidget(dot, 0, Qt::AlignTop);
    line->addWidget(sentence, 1);
    if (doubt.placeMm || doubt.structure > 0) {
        auto* there = new QPushButton(tr("Show it"));
        there->setObjectName("link");
        there->setAccessibleName(tr("Show it") + ": " + doubt.text);
        connect(there, &QPushButton::clicked, this, [this, doubt] { goTo(doubt); });
        line->addWidget(there, 0, Qt::AlignTop);
    }
    return row;
}

void DoubtsPanel::renew()
{
    m_shown = m_bench.doubts();
    while (QLayoutItem* item = m_rows->takeAt(0)) {
        if (item->widget()) {
            item->widget()->hide();
            item->widget()->deleteLater();
        }
        delete item;
    }
    for (const Doubt& doubt : m_shown)
        m_rows->addWidget(makeRow(doubt));
    if (m_shown.empty())
        m_rows->addWidget(new QLabel(tr("Nothing to be said against this scan.")));
    m_rows->addStretch(1);
    fit();
}

/// As high as its sentences, and never more than a quarter of the window: the views stay the largest.
void DoubtsPanel::fit()
{
    const int wanted = m_rows->totalHeightForWidth(std::max(200, m_scroll->viewport()->width()));
    const int most = std::clamp(wanted, 24, std::max(60, window()->height() / 4));
    // It gives way where the window is low: a window that grew with it would never end.
    m_scroll->setMinimumHeight(std::min(most, 48));
    m_scroll->setMaximumHeight(most);
}

void DoubtsPanel::goTo(const Doubt& doubt)
{
    if (m_bench.session().structure(doubt.structure))
        m_bench.session().select(doubt.structure);
    if (doubt.placeMm)
        m_bench.view().lookAt(*doubt.placeMm, {});
}

void DoubtsPanel::resizeEvent(QResizeEvent* event)
{
    QWidget::resizeEvent(event);
    fit();
}

void DoubtsPanel::showEvent(QShowEvent* event)
{
    QWidget::showEvent(event);
    fit();
}

} // namespace hounsfield
