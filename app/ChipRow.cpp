// SPDX-License-Identifier: Apache-2.0
#include "app/ChipRow.h"

#include "app/FlowLayout.h"
#include "viewer/Theme.h"

#include <QLabel>
#include <QPushButton>
#include <QResizeEvent>
#include <QScrollBar>

#include <algorithm>

namespace hounsfield {
namespace {

/// As wide as its text in one line; where there is less room it takes more lines.
class ChipLabel : public QLabel {
public:
    explicit ChipLabel(const QString& plain) : m_plain(plain) { setWordWrap(true); }
    QSize sizeHint() const override
    {
        ensurePolished(); // before that the font is another
        const int width = fontMetrics().horizontalAdvance("●   " + m_plain) + 30;
        return {width, heightForWidth(width)};
    }
    QSize minimumSizeHint() const override { return {40, fontMetrics().height()}; }

private:
    QString m_plain;
};

/// By which a chip is known to style sheets and tests.
const char* styleNameOf(ChipRow::Kind kind)
{
    switch (kind) {
    case ChipRow::Kind::ZeroShot:
        return "zeroShot";
    case ChipRow::Kind::Refused:
        return "refused";
    case ChipRow::Kind::Unsure:
        return "unsure";
    case ChipRow::Kind::Reading:
        return "reading";
    default:
        return "known";
    }
}

} // namespace

ChipRow::ChipRow(QWidget* parent) : QScrollArea(parent)
{
    auto* chips = new QWidget;
    m_flow = new FlowLayout(chips, 6);
    setObjectName("plain");
    viewport()->setAutoFillBackground(false);
    QSizePolicy policy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    policy.setHeightForWidth(true);
    setSizePolicy(policy);
    setFrameShape(QFrame::NoFrame);
    setFocusPolicy(Qt::NoFocus);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setWidgetResizable(true);
    setWidget(chips);
    setAccessibleName(tr("What was understood"));
}

void ChipRow::clear()
{
    while (QLayoutItem* item = m_flow->takeAt(0)) {
        if (item->widget()) {
            item->widget()->hide();
            item->widget()->deleteLater();
        }
        delete item;
    }
}

QPushButton* ChipRow::addLink(const QString& text)
{
    auto* link = new QPushButton(text);
    link->setObjectName("link");
    link->setCursor(Qt::PointingHandCursor);
    m_flow->addWidget(link);
    return link;
}

void ChipRow::addChip(const QString& text, const QColor& colour, const QString& why, Kind kind)
{
    const bool refused = kind == Kind::Refused, zeroShot = kind == Kind::ZeroShot;
    const bool loose = zeroShot || kind == Kind::Unsure || kind == Kind::Reading;
    auto* chip = new ChipLabel(text);
    chip->setText(QString("<span style='color:%1'>%2</span>&nbsp; %3")
                      .arg(colour.name(), loose ? "○" : "●", text.toHtmlEscaped()));
    chip->setToolTip(why);
    chip->setAccessibleName(text);
    chip->setAccessibleDescription(why);
    const QString background = loose ? QString("transparent") : theme::colour("raised").name();
    const char* role = loose ? "quiet" : "line";
    if (refused)
        role = "error";
    const QString border = theme::colour(role).name();
    chip->setStyleSheet(
        QString("QLabel { background: %1; border: 1px %2 %3; border-radius: 10px; padding: 3px 10px; %4 }")
            .arg(background, loose ? "dashed" : "solid", border,
                 refused ? "color:" + theme::colour("error").name() : QString()));
    chip->setObjectName(styleNameOf(kind));
    m_flow->addWidget(chip);
}

int ChipRow::heightForWidth(int width) const
{
    constexpr int least = 28, most = 96;
    return std::clamp(m_flow->heightForWidth(std::max(60, width)), least, most);
}

QSize ChipRow::sizeHint() const
{
    return {320, heightForWidth(std::max(320, width()))};
}

void ChipRow::fit()
{
    m_flow->invalidate();
    verticalScrollBar()->setValue(0);
    updateGeometry();
}

void ChipRow::resizeEvent(QResizeEvent* event)
{
    QScrollArea::resizeEvent(event);
    // A narrower row needs more lines.
    if (event->size().width() != event->oldSize().width())
        updateGeometry();
}

} // namespace hounsfield
