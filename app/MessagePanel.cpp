// SPDX-License-Identifier: Apache-2.0
#include "app/MessagePanel.h"

#include "app/WrappedText.h"
#include "viewer/Theme.h"

#include <QApplication>
#include <QClipboard>
#include <QHBoxLayout>
#include <QLabel>
#include <QToolButton>

namespace hounsfield {
namespace {

QToolButton* smallButton(const QString& icon, const QString& tip)
{
    auto* button = new QToolButton;
    button->setIcon(theme::icon(icon));
    button->setToolTip(tip);
    button->setAccessibleName(tip);
    return button;
}

} // namespace

MessagePanel::MessagePanel(QWidget* parent) : QWidget(parent), m_box(new QVBoxLayout(this))
{
    setObjectName("panel");
    setAccessibleName(tr("Messages"));
    m_box->setContentsMargins(0, 0, 0, 0);
    m_box->setSpacing(1);
    hide();
}

QWidget* MessagePanel::makeRow(const QString& key, const QString& text, Kind kind)
{
    const QString look = kind == Kind::Error ? "error" : "doubt";
    auto* row = new QWidget;
    row->setObjectName("message");
    auto* stripe = new QFrame;
    stripe->setFixedWidth(4);
    stripe->setStyleSheet(QString("background: %1;").arg(theme::colour(look).name()));
    auto* told = new WrappedText(6);
    told->label().setObjectName(look);
    told->setText(text);
    auto* copy = smallButton("copy", tr("Copy this message"));
    connect(copy, &QToolButton::clicked, row, [told] { QApplication::clipboard()->setText(told->text()); });
    auto* fold = smallButton("unfolded", tr("Fold this message to one line, or unfold it"));
    connect(fold, &QToolButton::clicked, row, [told, fold] {
        told->setFolded(!told->folded());
        fold->setIcon(theme::icon(told->folded() ? "folded" : "unfolded"));
    });
    auto* close = smallButton("close", tr("Close this message"));
    connect(close, &QToolButton::clicked, this, [this, key] {
        key.isEmpty() ? clearTold() : setBanner(key, {});
        Q_EMIT dismissed(key);
    });
    auto* line = new QHBoxLayout(row);
    line->setContentsMargins(12, 6, 8, 6);
    line->setSpacing(8);
    line->addWidget(stripe);
    line->addWidget(told, 1);
    for (QToolButton* button : {fold, copy, close})
        line->addWidget(button, 0, Qt::AlignTop);
    return row;
}

void MessagePanel::take(QWidget* row)
{
    if (!row)
        return;
    m_box->removeWidget(row);
    row->hide();
    row->deleteLater();
    setVisible(m_box->count() > 0);
}

void MessagePanel::tell(const QString& text, Kind kind)
{
    clearTold();
    m_told = makeRow({}, text, kind);
    m_box->addWidget(m_told);
    show();
}

void MessagePanel::clearTold()
{
    take(m_told);
    m_told = nullptr;
}

void MessagePanel::setBanner(const QString& key, const QString& text, Kind kind)
{
    take(m_banners.take(key));
    if (text.isEmpty())
        return;
    QWidget* row = makeRow(key, text, kind);
    m_banners.insert(key, row);
    m_box->insertWidget(int(m_banners.size()) - 1, row);
    show();
}

} // namespace hounsfield
