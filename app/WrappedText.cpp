// SPDX-License-Identifier: Apache-2.0
#include "app/WrappedText.h"

#include <QFontMetrics>
#include <QLabel>
#include <QResizeEvent>

#include <algorithm>

namespace hounsfield {

WrappedText::WrappedText(int mostLines, QWidget* parent)
    : QScrollArea(parent), m_label(new QLabel), m_mostLines(mostLines)
{
    setObjectName("plain");
    setFrameShape(QFrame::NoFrame);
    setWidgetResizable(true);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setFocusPolicy(Qt::NoFocus); // its label has it
    m_label->setWordWrap(true);
    m_label->setTextFormat(Qt::PlainText);
    m_label->setAlignment(Qt::AlignLeft | Qt::AlignTop);
    m_label->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    setWidget(m_label);
}

void WrappedText::setText(const QString& text)
{
    m_text = text;
    m_label->setAccessibleName(text);
    fit();
}

void WrappedText::setFolded(bool folded)
{
    m_folded = folded;
    fit();
}

bool WrappedText::isLong() const
{
    const QFontMetrics metrics(m_label->font());
    return m_text.contains('\n') || metrics.horizontalAdvance(m_text) > viewport()->width();
}

void WrappedText::fit()
{
    const QFontMetrics metrics(m_label->font());
    const int width = std::max(40, viewport()->width());
    const QString first = m_text.section('\n', 0, 0);
    const QString more = first.size() < m_text.size() ? " …" : "";
    const bool elided = m_folded && isLong();
    m_label->setText(elided ? metrics.elidedText(first + more, Qt::ElideRight, width) : m_text);
    const int lines = metrics.lineSpacing() * m_mostLines + 2;
    setFixedHeight(std::clamp(m_label->heightForWidth(width), metrics.lineSpacing(), lines));
}

void WrappedText::resizeEvent(QResizeEvent* event)
{
    QScrollArea::resizeEvent(event);
    if (event->size().width() != event->oldSize().width())
        fit();
}

} // namespace hounsfield
