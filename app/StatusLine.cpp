// SPDX-License-Identifier: Apache-2.0
#include "app/StatusLine.h"

#include "app/ElidedLabel.h"
#include "viewer/NumberWords.h"
#include "viewer/Theme.h"

#include <QLabel>
#include <QToolButton>

#include <cmath>

namespace hounsfield {

StatusLine::StatusLine(Workbench& bench, QWidget* parent) : QStatusBar(parent), m_bench(bench)
{
    m_pointed = new QLabel;
    m_pointed->setObjectName("pointed");
    m_pointed->setMinimumWidth(260);
    m_window = new QLabel;
    m_said = new ElidedLabel;
    m_said->setObjectName("quiet");
    m_doubts = new QToolButton;
    m_doubts->setToolButtonStyle(Qt::ToolButtonTextOnly);
    m_doubts->setCheckable(true);
    m_doubts->setToolTip(tr("Warnings"));
    connect(m_doubts, &QToolButton::toggled, this, &StatusLine::doubtsAsked);
    auto* research = new QLabel(tr("Research use only"));
    research->setObjectName("quiet");
    setSizeGripEnabled(false);
    setContentsMargins(8, 0, 12, 0);
    addWidget(m_pointed);
    addWidget(m_window);
    addWidget(m_said, 1);
    addPermanentWidget(m_doubts);
    addPermanentWidget(research);
    connect(&bench, &Workbench::said, m_said, &ElidedLabel::setText);
    connect(&bench, &Workbench::doubtsChanged, this, &StatusLine::showDoubts);
    connect(&bench.view(), &ViewState::pointedChanged, this, &StatusLine::showPointed);
    connect(&bench.view(), &ViewState::changed, this, [this] {
        const SliceLook& look = m_bench.view().look();
        const int preset = m_bench.view().preset();
        const QString name = preset < 0 ? QString() : "  " + ViewState::presetName(preset);
        m_window->setText(m_bench.session().scan()
                              ? tr("W %1  L %2").arg(look.window, 0, 'f', 0).arg(look.level, 0, 'f', 0) + name
                              : QString());
    });
    showDoubts();
}

void StatusLine::clearSaid()
{
    m_said->setText({});
}

void StatusLine::showPointed(const std::optional<Vector3>& mm)
{
    if (!mm || !m_bench.view().scan()) {
        m_pointed->clear();
        return;
    }
    const Volume& volume = *m_bench.view().scan();
    const Vector3 at = volume.geometry().toIndex(*mm);
    const Index3 i{std::llround(at[0]), std::llround(at[1]), std::llround(at[2])};
    const bool inside = volume.geometry().box().contains(i),
               slab = m_bench.view().look().slab.thicknessMm > 0;
    const QString value = inside ? tr("%1 HU").arg(volume.at(i)) : tr("outside the scan");
    // The picture shows the slab's average or extreme, the number is that of one voxel.
    const QString hu = inside && slab ? tr("%1 in the middle of the slab").arg(value) : value;
    const auto side = [](double v, const char* positive, const char* negative) {
        return QString("%1 %2").arg(decimal(std::abs(v), 1), v >= 0 ? positive : negative);
    };
    const QString place =
        QString("%1   %2  %3  %4 mm")
            .arg(hu, side((*mm)[0], "L", "R"), side((*mm)[1], "P", "A"), side((*mm)[2], "H", "F"));
    const QString image = m_bench.view().imageNumberAt(*mm);
    m_pointed->setText(image.isEmpty() ? place : place + "   " + tr("Im %1").arg(image));
}

void StatusLine::setDoubtsOpen(bool open)
{
    m_doubts->setChecked(open);
}

void StatusLine::showDoubts()
{
    const std::vector<Doubt> all = m_bench.doubts();
    // Before anything was found there is nothing that could have been doubted.
    m_doubts->setVisible(m_bench.session().scan() &&
                         (!all.empty() || !m_bench.session().contents().structures.empty()));
    m_doubts->setText(all.empty() ? tr("● no warnings") : tr("● Warnings: %1").arg(all.size()));
    m_doubts->setAccessibleName(m_doubts->text());
    m_doubts->setStyleSheet(
        QString("QToolButton { color: %1; }").arg(theme::colour(all.empty() ? "quiet" : "doubt").name()));
    if (m_doubts->isHidden())
        m_doubts->setChecked(false);
}

} // namespace hounsfield
