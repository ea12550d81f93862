// SPDX-License-Identifier: Apache-2.0
#include "app/MeasurementPanel.h"

#include "app/WrappingDelegate.h"
#include "viewer/NumberWords.h"
#include "viewer/Theme.h"

#include <QLabel>
#include <QListWidget>
#include <QMenu>
#include <QVBoxLayout>

#include <cmath>

namespace hounsfield {
namespace {

struct KindEntry {
    const char *icon, *name;
};
/// In the order of MeasurementKind.
constexpr KindEntry kinds[] = {
    {"distance", QT_TRANSLATE_NOOP("MeasurementPanel", "Distance")},
    {"angle", QT_TRANSLATE_NOOP("MeasurementPanel", "Angle")},
    {"bidirectional", QT_TRANSLATE_NOOP("MeasurementPanel", "Long and short axis")},
    {"ellipse", QT_TRANSLATE_NOOP("MeasurementPanel", "Ellipse")},
    {"rectangle", QT_TRANSLATE_NOOP("MeasurementPanel", "Rectangle")},
    {"freehand", QT_TRANSLATE_NOOP("MeasurementPanel", "Freehand region")},
    {"arrow", QT_TRANSLATE_NOOP("MeasurementPanel", "Arrow")},
    {"probe", QT_TRANSLATE_NOOP("MeasurementPanel", "HU at a point")}};

} // namespace

void showMeasurement(const Measurement& measurement, ViewState& view)
{
    bool shown = false;
    for (const Plane plane : {Plane::Axial, Plane::Coronal, Plane::Sagittal})
        shown = shown || std::abs(dot(axesOf(plane, view.frame()).normal, measurement.plane.normal)) > 0.9999;
    if (!shown) {
        const PlaneAxes& axes = measurement.plane;
        // The axial view shows x to the right and y downwards; z completes the right-handed frame.
        view.setFrame(fromColumns(axes.right, axes.down, cross(axes.right, axes.down)));
    }
    Vector3 middle{0, 0, 0};
    for (const Vector3& p : measurement.pointsMm)
        middle = middle + (1.0 / double(measurement.pointsMm.size())) * p;
    view.setCrosshair(middle);
}

MeasurementPanel::MeasurementPanel(Session& session, ViewState& view, QWidget* parent)
    : QWidget(parent), m_session(session), m_view(view)
{
    setObjectName("panel");
    auto* heading = new QLabel(tr("Measured by hand"));
    heading->setObjectName("heading");
    m_list = new QListWidget;
    m_list->setMaximumHeight(140);
    WrappingDelegate::wrapItems(*m_list);
    m_list->setContextMenuPolicy(Qt::CustomContextMenu);
    m_list->setAccessibleName(tr("Measured by hand"));
    auto* box = new QVBoxLayout(this);
    box->setContentsMargins(12, 0, 12, 10);
    box->setSpacing(6);
    box->addWidget(heading);
    box->addWidget(m_list);
    connect(m_list, &QListWidget::itemClicked, this,
            [this](QListWidgetItem* item) { goTo(item->data(Qt::UserRole).toInt()); });
    connect(m_list, &QListWidget::customContextMenuRequested, this, [this](const QPoint& at) {
        const QListWidgetItem* item = m_list->itemAt(at);
        if (!item)
            return;
        const int id = item->data(Qt::UserRole).toInt();
        QMenu menu(this);
        menu.addAction(tr("Delete"), [this, id] { m_session.removeMeasurement(id); });
        menu.exec(m_list->viewport()->mapToGlobal(at));
    });
    connect(&session, &Session::contentsChanged, this, &MeasurementPanel::renew);
    renew();
}

int MeasurementPanel::chosen() const
{
    if (m_list->count() == 0)
        return 0;
    const QListWidgetItem* item =
        m_list->currentItem() ? m_list->currentItem() : m_list->item(m_list->count() - 1);
    return item->data(Qt::UserRole).toInt();
}

void MeasurementPanel::renew()
{
    const int before = m_list->currentItem() ? m_list->currentItem()->data(Qt::UserRole).toInt() : 0;
    m_list->clear();
    for (const Measurement& one : m_session.contents().measurements) {
        QStringList values;
        if (m_session.scan())
            values = measuredInWords(measured(one, *m_session.scan()->volume));
        const KindEntry& kind = kinds[std::size_t(one.kind)];
        auto* item = new QListWidgetItem(
            theme::icon(kind.icon), one.text.empty() ? values.join(", ") : QString::fromStdString(one.text),
            m_list);
        item->setData(Qt::UserRole, one.id);
        item->setToolTip(tr(kind.name) + "\n" + item->text());
        if (one.id == before)
            m_list->setCurrentItem(item);
    }
    setVisible(m_list->count() > 0);
}

void MeasurementPanel::goTo(int id)
{
    for (const Measurement& one : m_session.contents().measurements)
        if (one.id == id)
            showMeasurement(one, m_view);
}

} // namespace hounsfield
