// SPDX-License-Identifier: Apache-2.0
// How a person draws in a slice: the part of SliceView that makes and moves measurements.
#include "viewer/SliceView.h"

#include <QInputDialog>

#include <cmath>

namespace hounsfield {
namespace {

MeasurementKind kindOf(Tool tool)
{
    switch (tool) {
    case Tool::Angle:
        return MeasurementKind::Angle;
    case Tool::Bidirectional:
        return MeasurementKind::Bidirectional;
    case Tool::Ellipse:
        return MeasurementKind::Ellipse;
    case Tool::Rectangle:
        return MeasurementKind::Rectangle;
    case Tool::Freehand:
        return MeasurementKind::Freehand;
    case Tool::Arrow:
        return MeasurementKind::Arrow;
    case Tool::Probe:
        return MeasurementKind::Probe;
    default:
        return MeasurementKind::Distance;
    }
}

} // namespace

void SliceView::addPoint(const QPointF& at)
{
    const SliceGrid now = grid();
    const Vector3 mm = now.toMm(at.x(), at.y());
    if (!m_drawing) {
        m_drawing = Measurement{0, kindOf(m_state.tool()), now.axes, {mm}, {}};
        if (pointsOf(m_drawing->kind) != 1)
            m_drawing->pointsMm.push_back(mm);
    } else if (m_drawing->kind == MeasurementKind::Freehand) {
        finishDrawing();
        return;
    } else {
        m_drawing->pointsMm.back() = mm;
        m_drawing->pointsMm.push_back(mm);
    }
    const int wanted = pointsOf(m_drawing->kind);
    if (wanted == 1 || (wanted > 1 && int(m_drawing->pointsMm.size()) > wanted)) {
        m_drawing->pointsMm.resize(std::size_t(wanted));
        finishDrawing();
    }
    update();
}

void SliceView::finishDrawing()
{
    Measurement made = *m_drawing;
    m_drawing.reset();
    m_drag = Drag::None;
    const bool nothing = made.pointsMm.size() > 1 && made.kind != MeasurementKind::Freehand &&
                         length(made.pointsMm[1] - made.pointsMm[0]) < 1e-6;
    if (nothing || (made.kind == MeasurementKind::Freehand && made.pointsMm.size() < 3))
        return;
    if (made.kind == MeasurementKind::Arrow) {
        bool kept = false;
        made.text =
            QInputDialog::getText(this, tr("Arrow"), tr("What it points at:"), QLineEdit::Normal, {}, &kept)
                .toStdString();
        if (!kept)
            return;
    }
    Q_EMIT m_state.measurementMade(made);
}

bool SliceView::pickPoint(const QPointF& at)
{
    const SliceGrid now = grid();
    for (const Measurement& one : m_state.measurements())
        for (std::size_t p = 0; p < one.pointsMm.size() && one.kind != MeasurementKind::Freehand; ++p) {
            const auto pixel = now.toPixel(one.pointsMm[p]);
            if (std::abs(now.distanceMm(one.pointsMm[p])) < 1 &&
                std::hypot(pixel[0] - at.x(), pixel[1] - at.y()) < 7) {
                m_movedPoint = std::size_t(one.id) << 16 | p;
                return true;
            }
        }
    return false;
}

} // namespace hounsfield
