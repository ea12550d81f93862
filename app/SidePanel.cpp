// SPDX-License-Identifier: Apache-2.0
#include "app/SidePanel.h"

#include "app/EngineTexts.h"
#include "app/SeriesPage.h"
#include "app/Thumbnails.h"
#include "app/WrappingDelegate.h"
#include "viewer/Theme.h"

#include <QButtonGroup>
#include <QComboBox>
#include <QGridLayout>
#include <QLabel>
#include <QListWidget>
#include <QLocale>
#include <QSlider>
#include <QToolButton>

namespace hounsfield {
namespace {

QLabel* heading(const QString& text)
{
    auto* label = new QLabel(text);
    label->setObjectName("heading");
    return label;
}

struct ToolEntry {
    Tool tool;
    const char* icon;
    const char* name;
};
constexpr ToolEntry toolEntries[] = {
    {Tool::Window, "window",
     QT_TRANSLATE_NOOP("SidePanel", "Brightness and contrast (W): drag right for wider, up for brighter")},
    {Tool::Pan, "pan", QT_TRANSLATE_NOOP("SidePanel", "Move the picture (T); the middle button always does")},
    {Tool::Zoom, "zoom",
     QT_TRANSLATE_NOOP("SidePanel", "Zoom (Z): drag up or down; the right button always does")},
    {Tool::Scroll, "scroll",
     QT_TRANSLATE_NOOP("SidePanel", "Slices (C): drag up or down; the wheel always does")},
    {Tool::Crosshair, "crosshair",
     QT_TRANSLATE_NOOP("SidePanel",
                       "Crosshair (H): click to look there in all planes; drag a ring to turn the planes")},
    {Tool::Distance, "distance", QT_TRANSLATE_NOOP("SidePanel", "Distance (D): two points")},
    {Tool::Bidirectional, "bidirectional",
     QT_TRANSLATE_NOOP("SidePanel", "Long and short axis (B): two lines")},
    {Tool::Angle, "angle", QT_TRANSLATE_NOOP("SidePanel", "Angle (G): three points, the corner second")},
    {Tool::Ellipse, "ellipse", QT_TRANSLATE_NOOP("SidePanel", "Ellipse (E): its mean and spread of HU")},
    {Tool::Rectangle, "rectangle",
     QT_TRANSLATE_NOOP("SidePanel", "Rectangle (R): its mean and spread of HU")},
    {Tool::Freehand, "freehand", QT_TRANSLATE_NOOP("SidePanel", "Freehand region (F): draw around it")},
    {Tool::Probe, "probe", QT_TRANSLATE_NOOP("SidePanel", "HU at a point (P)")},
    {Tool::Arrow, "arrow", QT_TRANSLATE_NOOP("SidePanel", "Arrow with text (Q)")}};
constexpr Qt::Key toolKeys[] = {Qt::Key_W, Qt::Key_T, Qt::Key_Z, Qt::Key_C, Qt::Key_H, Qt::Key_D, Qt::Key_B,
                                Qt::Key_G, Qt::Key_E, Qt::Key_R, Qt::Key_F, Qt::Key_P, Qt::Key_Q};

} // namespace

SidePanel::SidePanel(ViewState& view, ViewGrid& views, Cine& cine, QWidget* parent) : QWidget(parent)
{
    setObjectName("panel");
    m_series = new QListWidget;
    WrappingDelegate::wrapItems(*m_series);
    m_series->setAccessibleName(tr("Series"));
    m_series->setIconSize({48, 48});
    m_series->setMinimumHeight(84);
    m_series->setMaximumHeight(150);
    connect(m_series, &QListWidget::itemActivated, this, [this](QListWidgetItem* item) {
        const SeriesInfo& info = m_listed[std::size_t(m_series->row(item))];
        if (info.readable)
            Q_EMIT seriesAsked(m_path, keyOf(info));
    });
    auto* box = new QVBoxLayout(this);
    box->setContentsMargins(12, 10, 12, 12);
    box->setSpacing(8);
    box->addWidget(heading(tr("Series")));
    box->addWidget(m_series);
    box->addSpacing(6);
    box->addWidget(heading(tr("Tools")));
    box->addWidget(tools(view));
    box->addSpacing(6);
    box->addWidget(heading(tr("Slices")));
    box->addWidget(slices(view));
    box->addWidget(run(cine));
    box->addSpacing(6);
    box->addWidget(heading(tr("3D")));
    box->addWidget(volume(views));
    box->addStretch(1);
}

QWidget* SidePanel::tools(ViewState& view)
{
    auto* area = new QWidget;
    auto* grid = new QGridLayout(area);
    grid->setContentsMargins(0, 0, 0, 0);
    grid->setSpacing(2);
    auto* group = new QButtonGroup(area);
    int n = 0;
    for (const ToolEntry& entry : toolEntries) {
        auto* button = new QToolButton;
        button->setIcon(theme::icon(entry.icon));
        button->setIconSize({20, 20});
        button->setToolTip(tr(entry.name));
        button->setAccessibleName(tr(entry.name).section(" (", 0, 0).section(" （", 0, 0));
        button->setAccessibleDescription(tr(entry.name));
        button->setShortcut(QKeySequence(toolKeys[n]));
        button->setCheckable(true);
        button->setChecked(view.tool() == entry.tool);
        group->addButton(button, int(entry.tool));
        grid->addWidget(button, n / 5, n % 5);
        ++n;
    }
    connect(group, &QButtonGroup::idClicked, this, [&view](int id) { view.setTool(Tool(id)); });
    connect(&view, &ViewState::toolChanged, group,
            [group, &view] { group->button(int(view.tool()))->setChecked(true); });
    return area;
}

QWidget* SidePanel::slices(ViewState& view)
{
    auto* area = new QWidget;
    auto* grid = new QGridLayout(area);
    grid->setContentsMargins(0, 0, 0, 0);
    auto* preset = new QComboBox;
    for (int digit = 1; digit <= 9; ++digit)
        preset->addItem(QString("%1   %2").arg(digit).arg(ViewState::presetName(digit)), digit);
    preset->addItem(QString("0   %1").arg(ViewState::presetName(0)), 0);
    preset->setToolTip(tr("Window presets; the digit keys choose them too"));
    preset->setAccessibleName(tr("Window preset"));
    connect(preset, &QComboBox::activated, this,
            [&view, preset](int row) { view.applyPreset(preset->itemData(row).toInt()); });
    auto* mode = new QComboBox;
    mode->addItems({tr("Average"), tr("MIP"), tr("MinIP")});
    mode->setAccessibleName(tr("How a slab is drawn"));
    auto* slab = new QSlider(Qt::Horizontal);
    slab->setRange(0, 100);
    slab->setToolTip(tr("Thickness of the slab, mm (Alt and wheel). 0: a single slice"));
    slab->setAccessibleName(tr("Thickness of the slab"));
    auto* slabText = new QLabel;
    slabText->setObjectName("quiet");
    auto* fill = new QSlider(Qt::Horizontal);
    fill->setRange(0, 100);
    fill->setToolTip(tr("How strongly masks are filled (A and S keys)"));
    fill->setAccessibleName(tr("Mask fill"));
    const auto change = [&view](auto&& edit) {
        SliceLook look = view.look();
        edit(look);
        view.setLook(look);
    };
    connect(mode, &QComboBox::activated, this,
            [change](int row) { change([row](SliceLook& look) { look.slab.mode = SlabMode(row); }); });
    connect(slab, &QSlider::valueChanged, this,
            [change](int mm) { change([mm](SliceLook& look) { look.slab.thicknessMm = mm; }); });
    connect(fill, &QSlider::valueChanged, this, [change](int percent) {
        change([percent](SliceLook& look) { look.fillOpacity = percent / 100.0; });
    });
    preset->setPlaceholderText(tr("Set by hand"));
    const auto follow = [&view, preset, mode, slab, slabText, fill] {
        preset->setCurrentIndex(preset->findData(view.preset()));
        const QSignalBlocker a(slab), b(fill);
        mode->setCurrentIndex(int(view.look().slab.mode));
        slab->setValue(int(view.look().slab.thicknessMm));
        slabText->setText(view.look().slab.thicknessMm > 0
                              ? tr("%1 mm").arg(view.look().slab.thicknessMm, 0, 'f', 0)
                              : tr("single slice"));
        fill->setValue(int(100 * view.look().fillOpacity));
    };
    connect(&view, &ViewState::changed, area, follow);
    follow();
    grid->addWidget(preset, 0, 0, 1, 2);
    grid->addWidget(mode, 1, 0);
    grid->addWidget(slabText, 1, 1, Qt::AlignRight);
    grid->addWidget(slab, 2, 0, 1, 2);
    grid->addWidget(new QLabel(tr("Mask fill")), 3, 0);
    grid->addWidget(fill, 4, 0, 1, 2);
    return area;
}

QWidget* SidePanel::run(Cine& cine)
{
    auto* area = new QWidget;
    auto* row = new QHBoxLayout(area);
    row->setContentsMargins(0, 0, 0, 0);
    auto* play = new QToolButton;
    play->setCheckable(true);
    play->setToolTip(tr("Run through the slices (V)"));
    play->setAccessibleName(play->toolTip());
    auto* speed = new QSlider(Qt::Horizontal);
    speed->setRange(Cine::slowest, Cine::fastest);
    speed->setToolTip(tr("Slices a second"));
    speed->setAccessibleName(tr("Slices a second"));
    auto* text = new QLabel;
    text->setObjectName("quiet");
    row->addWidget(play);
    row->addWidget(speed, 1);
    row->addWidget(text);
    connect(play, &QToolButton::clicked, &cine, &Cine::setRunning);
    connect(speed, &QSlider::valueChanged, &cine, &Cine::setSlicesPerSecond);
    const auto follow = [&cine, play, speed, text] {
        const QSignalBlocker quietly(speed);
        play->setChecked(cine.running());
        play->setIcon(theme::icon(cine.running() ? "stop" : "play"));
        speed->setValue(cine.slicesPerSecond());
        text->setText(tr("%1 / s").arg(cine.slicesPerSecond()));
    };
    connect(&cine, &Cine::changed, area, follow);
    follow();
    return area;
}

QWidget* SidePanel::volume(ViewGrid& views)
{
    auto* area = new QWidget;
    auto* grid = new QGridLayout(area);
    grid->setContentsMargins(0, 0, 0, 0);
    auto* preset = new QComboBox;
    preset->addItems(VolumeView::presets());
    preset->addItem(tr("Masks only"));
    preset->setAccessibleName(tr("How the 3D view is drawn"));
    connect(preset, &QComboBox::activated, this, [&views, preset](int row) {
        views.volume().setPreset(row + 1 == preset->count() ? QString() : preset->currentText());
    });
    auto* opacity = new QSlider(Qt::Horizontal);
    opacity->setRange(0, 100);
    opacity->setValue(100);
    opacity->setToolTip(tr("How dense the scan itself is drawn"));
    opacity->setAccessibleName(opacity->toolTip());
    connect(opacity, &QSlider::valueChanged, this,
            [&views](int percent) { views.volume().setVolumeOpacity(percent / 100.0); });
    grid->addWidget(preset, 0, 0, 1, 3);
    grid->addWidget(opacity, 1, 0, 1, 3);
    // One pair of ends for each voxel axis: the crop box.
    for (int axis = 0; axis < 3; ++axis) {
        auto* low = new QSlider(Qt::Horizontal);
        auto* high = new QSlider(Qt::Horizontal);
        for (QSlider* end : {low, high}) {
            end->setRange(0, 100);
            end->setToolTip(tr("Cut the 3D view off at this place"));
        }
        high->setValue(100);
        low->setAccessibleName(tr("Cut %1: where it begins").arg("ijk"[axis]));
        high->setAccessibleName(tr("Cut %1: where it ends").arg("ijk"[axis]));
        const auto crop = [&views, axis, low, high] {
            views.volume().setCropEnd(axis, low->value() / 100.0, high->value() / 100.0);
        };
        connect(low, &QSlider::valueChanged, this, crop);
        connect(high, &QSlider::valueChanged, this, crop);
        grid->addWidget(new QLabel(tr("Cut %1").arg("ijk"[axis])), 2 + axis, 0);
        grid->addWidget(low, 2 + axis, 1);
        grid->addWidget(high, 2 + axis, 2);
    }
    return area;
}

void SidePanel::setSeries(const QString& path, const std::vector<SeriesInfo>& series)
{
    m_path = path;
    m_listed = series;
    m_series->clear();
    for (const SeriesInfo& info : series) {
        const QString title = inWindowLanguage(info.description.empty() ? info.format : info.description);
        const QString size = info.readable ? tr("%1 slices, %2 × %3, %4 mm")
                                                 .arg(info.size[2])
                                                 .arg(info.size[0])
                                                 .arg(info.size[1])
                                                 .arg(QLocale().toString(info.spacingMm[2], 'f', 1))
                                           : inWindowLanguage(info.reason);
        auto* item = new QListWidgetItem(title + "\n" + size);
        item->setToolTip(item->text());
        if (!info.readable)
            item->setForeground(theme::colour("quiet"));
        m_series->addItem(item);
    }
}

void SidePanel::setPreview(const QString& path, int number, const QImage& slice)
{
    for (std::size_t row = 0; path == m_path && row < m_listed.size(); ++row)
        if (m_listed[row].number == number)
            m_series->item(int(row))->setIcon(thumbnails::iconOf(
                QPixmap::fromImage(slice.scaled(48, 48, Qt::KeepAspectRatio, Qt::SmoothTransformation))));
}

void SidePanel::setOpenSeries(const SeriesInfo& open, const QIcon& thumbnail)
{
    for (std::size_t row = 0; row < m_listed.size(); ++row)
        if (keyOf(m_listed[row]) == keyOf(open)) {
            m_series->setCurrentRow(int(row));
            m_series->item(int(row))->setIcon(thumbnail);
        }
}

} // namespace hounsfield
