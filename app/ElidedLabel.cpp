// SPDX-License-Identifier: Apache-2.0
#include "app/ElidedLabel.h"

#include <QFontMetrics>

namespace hounsfield {

ElidedLabel::ElidedLabel(Qt::TextElideMode mode, QWidget* parent) : QLabel(parent), m_mode(mode)
{
    setTextFormat(Qt::PlainText);
    setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Fixed);
}

void ElidedLabel::setText(const QString& text)
{
    m_whole = text;
    setAccessibleName(text);
    updateGeometry();
    cut();
}

void ElidedLabel::cut()
{
    const QString line = QString(m_whole).replace('\n', ' ');
    const QString shown = fontMetrics().elidedText(line, m_mode, contentsRect().width());
    QLabel::setText(shown);
    setToolTip(shown == line ? QString() : m_whole);
}

QSize ElidedLabel::minimumSizeHint() const
{
    return {0, QLabel::minimumSizeHint().height()};
}

QSize ElidedLabel::sizeHint() const
{
    return {fontMetrics().horizontalAdvance(m_whole) + 4, QLabel::sizeHint().height()};
}

void ElidedLabel::resizeEvent(QResizeEvent* event)
{
    QLabel::resizeEvent(event);
    cut();
}

} // namespace hounsfield
