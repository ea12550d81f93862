// SPDX-License-Identifier: Apache-2.0
#include "viewer/SliceView.h"

#include "viewer/SlicePainter.h"
#include "viewer/Theme.h"

#include <QMouseEvent>
#include <QPainter>

#include <algorithm>
#include <cmath>

namespace hounsfield {

SliceView::SliceView(ViewState& state, Plane plane, QWidget* parent)
    : QWidget(parent), m_state(state), m_plane(plane)
{
    setMouseTracking(true);
    setFocusPolicy(Qt::StrongFocus);
    setMinimumSize(120, 120);
    setAttribute(Qt::WA_OpaquePaintEvent);
    setAccessibleName(planeName(plane));
    const auto renew = [this] {
        m_scene = m_state.scan() ? std::make_unique<SliceScene>(m_state.scan()) : nullptr;
        m_drawing.reset();
        update();
    };
    connect(&m_state, &ViewState::scanChanged, this, renew);
    connect(&m_state, &ViewState::changed, this, [this] {
        update();
        point();
    });
    connect(&m_state, &ViewState::toolChanged, this, [this] { m_drawing.reset(); });
    renew();
}

SliceView::~SliceView() = default;

SliceGrid SliceView::gridFor(int width, int height) const
{
    SliceGrid grid;
    grid.width = std::max(1, width);
    grid.height = std::max(1, height);
    grid.axes = m_state.axes(m_plane);
    if (!m_state.scan())
        return grid;
    const Geometry& scan = m_state.scan()->geometry();
    const auto across = extentMm(scan, grid.axes.right), down = extentMm(scan, grid.axes.down);
    const double fit =
        std::max((across[1] - across[0]) / grid.width, (down[1] - down[0]) / grid.height) * 1.04;
    grid.mmPerPixel = std::max(fit, 1e-6) / m_state.zoom(m_plane);
    const Vector3 base = middleMm(scan) + m_state.panMm(m_plane);
    grid.centreMm = base + dot(m_state.crosshairMm() - base, grid.axes.normal) * grid.axes.normal;
    return grid;
}

SliceGrid SliceView::grid() const
{
    return gridFor(width(), height());
}

void SliceView::drawScan(QPainter& painter)
{
    // At the screen's own pixels, whatever they are called by the widget's: a slice is sharp on every
    // display.
    const double ratio = painter.device()->devicePixelRatioF();
    SliceGrid fine = grid();
    fine.width = std::max(1, int(std::lround(fine.width * ratio)));
    fine.height = std::max(1, int(std::lround(fine.height * ratio)));
    fine.mmPerPixel /= ratio;
    SliceLook look = m_state.look();
    look.outlinePixels = std::max(1, int(std::lround(1.5 * ratio)));
    m_scene->setHeat(m_state.heat());
    const Picture& picture =
        m_scene->render(fine, look, m_state.masksShown() ? m_state.layers() : std::vector<MaskLayer>{});
    QImage image(reinterpret_cast<const uchar*>(picture.pixels.data()), picture.width, picture.height,
                 picture.width * 4, QImage::Format_RGB32);
    image.setDevicePixelRatio(ratio);
    painter.drawImage(QPointF(0, 0), image);
}

void SliceView::draw(QPainter& painter, bool withText)
{
    painter.fillRect(rect(), Qt::black);
    if (!m_scene)
        return;
    drawScan(painter);
    const SlicePainter on(painter, m_state, m_plane, grid());
    on.drawMeasurements(m_state.measurements());
    if (m_state.masksShown())
        on.drawMeasurements(m_state.drawn());
    if (m_drawing)
        on.drawMeasurements({*m_drawing});
    if (m_state.crosshairShown())
        on.drawCrosshair();
    on.drawOverlays(withText);
    on.drawBorder(hasFocus());
}

void SliceView::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    draw(painter, m_state.textShown());
}

QImage SliceView::picture(bool withText)
{
    QImage image(size() * devicePixelRatioF(), QImage::Format_RGB32);
    image.setDevicePixelRatio(devicePixelRatioF());
    QPainter painter(&image);
    draw(painter, withText);
    return image;
}

SliceView::Drag SliceView::dragFor(const QMouseEvent& event) const
{
    if (event.button() == Qt::MiddleButton)
        return Drag::Pan;
    if (event.button() == Qt::RightButton)
        return Drag::Zoom;
    const auto keys = event.modifiers();
    if (keys & Qt::ControlModifier && keys & Qt::AltModifier)
        return Drag::Turn;
    if (keys & Qt::ShiftModifier)
        return m_state.mouseProfile() == MouseProfile::Slicer ? Drag::Pan : Drag::Crosshair;
    if (m_state.mouseProfile() == MouseProfile::ItkSnap && keys & Qt::ControlModifier)
        return Drag::Zoom;
    if (keys & Qt::AltModifier)
        return Drag::Pan;
    switch (m_state.tool()) {
    case Tool::Window:
        return m_state.mouseProfile() == MouseProfile::ItkSnap ? Drag::Crosshair : Drag::Window;
    case Tool::Pan:
        return Drag::Pan;
    case Tool::Zoom:
        return Drag::Zoom;
    case Tool::Scroll:
        return Drag::Scroll;
    case Tool::Crosshair:
        return onTurnHandle(event.position()) ? Drag::Turn : Drag::Crosshair;
    default:
        return Drag::Draw;
    }
}

void SliceView::mousePressEvent(QMouseEvent* event)
{
    if (!m_scene)
        return;
    m_pressed = m_last = event->position();
    m_moved = false;
    if (m_drawing && event->button() == Qt::LeftButton) {
        addPoint(event->position());
        return;
    }
    m_drag = event->button() == Qt::LeftButton && event->modifiers() == Qt::NoModifier &&
                     pickPoint(event->position())
                 ? Drag::MovePoint
                 : dragFor(*event);
    if (m_drag == Drag::Crosshair)
        m_state.setCrosshair(grid().toMm(m_last.x(), m_last.y()));
    if (m_drag == Drag::Draw)
        addPoint(event->position());
}

void SliceView::mouseMoveEvent(QMouseEvent* event)
{
    if (!m_scene)
        return;
    const QPointF at = event->position();
    m_pointer = at;
    const Vector3 mm = grid().toMm(at.x(), at.y());
    m_state.setPointed(mm);
    if (m_drawing) {
        if (m_drawing->kind == MeasurementKind::Freehand && event->buttons() & Qt::LeftButton)
            m_drawing->pointsMm.push_back(mm);
        else
            m_drawing->pointsMm.back() = mm;
        update();
    } else if (m_drag == Drag::None && event->modifiers() & Qt::ShiftModifier) {
        m_state.setCrosshair(mm);
    }
    if ((at - m_pressed).manhattanLength() > 4)
        m_moved = true;
    if (m_drag != Drag::None)
        drag(at);
    m_last = at;
}

void SliceView::drag(const QPointF& to)
{
    const QPointF by = to - m_last;
    const SliceGrid now = grid();
    switch (m_drag) {
    case Drag::Window:
        // Right widens, up brightens. The step grows with the window, so that both bone and brain can be set.
        m_state.setWindow(m_state.look().window + by.x() * std::max(0.5, m_state.look().window / 300),
                          m_state.look().level + by.y() * std::max(0.5, m_state.look().window / 300));
        break;
    case Drag::Pan:
        m_state.setPan(m_plane, m_state.panMm(m_plane) -
                                    now.mmPerPixel * (by.x() * now.axes.right + by.y() * now.axes.down));
        break;
    case Drag::Zoom:
        zoomAbout(m_pressed, std::exp(-by.y() / 150));
        break;
    case Drag::Scroll:
        m_scrollRest += by.y() / 6;
        m_state.scroll(m_plane, int(m_scrollRest));
        m_scrollRest -= int(m_scrollRest);
        break;
    case Drag::Crosshair:
        m_state.setCrosshair(now.toMm(to.x(), to.y()));
        break;
    case Drag::Turn:
        turnTo(to);
        break;
    case Drag::MovePoint:
        if (m_drawing)
            break;
        for (Measurement one : m_state.measurements())
            if (one.id == int(m_movedPoint >> 16)) {
                one.pointsMm[m_movedPoint & 0xffff] = now.toMm(to.x(), to.y());
                Q_EMIT m_state.measurementMoved(one);
                break;
            }
        break;
    default:
        break;
    }
}

bool SliceView::onTurnHandle(const QPointF& at) const
{
    for (const QPointF& handle : SlicePainter::turnHandles(m_state, m_plane, grid()))
        if (std::hypot(at.x() - handle.x(), at.y() - handle.y()) < 14)
            return true;
    return false;
}

void SliceView::turnTo(const QPointF& to)
{
    const auto centre = grid().toPixel(m_state.crosshairMm());
    const QPointF middle(centre[0], centre[1]);
    const auto angle = [&](const QPointF& p) { return std::atan2(p.y() - middle.y(), p.x() - middle.x()); };
    m_state.turn(m_plane, (angle(to) - angle(m_last)) * 180 / 3.14159265358979323846);
}

void SliceView::zoomAbout(const QPointF& at, double factor)
{
    const SliceGrid before = grid();
    const Vector3 kept = before.toMm(at.x(), at.y());
    m_state.setZoom(m_plane, m_state.zoom(m_plane) * factor);
    const SliceGrid after = grid();
    m_state.setPan(m_plane, m_state.panMm(m_plane) + kept - after.toMm(at.x(), at.y()));
}

void SliceView::mouseReleaseEvent(QMouseEvent* event)
{
    const Drag ended = m_drag;
    m_drag = Drag::None;
    if (event->button() == Qt::RightButton && !m_moved) {
        Q_EMIT menuAsked(event->globalPosition().toPoint());
        return;
    }
    // Press, drag and release draws a measurement as well as two clicks do.
    if (m_drawing && ended == Drag::Draw && m_moved)
        addPoint(event->position());
}

void SliceView::mouseDoubleClickEvent(QMouseEvent* event)
{
    if (event->button() == Qt::LeftButton && !m_drawing)
        Q_EMIT maximiseAsked();
}

void SliceView::wheelEvent(QWheelEvent* event)
{
    const QPoint delta = event->angleDelta();
    const double notches = (delta.y() != 0 ? delta.y() : delta.x()) / 120.0;
    if (event->modifiers() & Qt::ControlModifier) {
        zoomAbout(event->position(), std::exp(0.15 * notches));
    } else if (event->modifiers() & Qt::AltModifier) {
        SliceLook look = m_state.look();
        look.slab.thicknessMm = std::clamp(look.slab.thicknessMm + 2 * notches, 0.0, 200.0);
        m_state.setLook(look);
    } else {
        // Wheel towards the person: away from the first slice shown, as every viewer has it.
        m_scrollRest -= notches * (event->modifiers() & Qt::ShiftModifier ? 5 : 1);
        const int slices = int(m_scrollRest);
        m_scrollRest -= slices;
        if (slices != 0)
            m_state.scroll(m_plane, m_plane == Plane::Axial ? -slices : slices);
    }
    event->accept();
}

void SliceView::point()
{
    if (m_pointer && m_scene) {
        const SliceGrid now = grid();
        m_state.setPointed(now.toMm(m_pointer->x(), m_pointer->y()));
    }
}

void SliceView::enterEvent(QEnterEvent* event)
{
    m_pointer = event->position();
    point();
}

void SliceView::resizeEvent(QResizeEvent*)
{
    point();
}

void SliceView::leaveEvent(QEvent*)
{
    m_pointer.reset();
    m_state.setPointed(std::nullopt);
}

void SliceView::keyPressEvent(QKeyEvent* event)
{
    const int back = m_plane == Plane::Axial ? 1 : -1;
    switch (event->key()) {
    case Qt::Key_Up:
    case Qt::Key_PageUp:
        m_state.scroll(m_plane, back * (event->modifiers() & Qt::ShiftModifier ? 10 : 1));
        break;
    case Qt::Key_Down:
    case Qt::Key_PageDown:
        m_state.scroll(m_plane, -back * (event->modifiers() & Qt::ShiftModifier ? 10 : 1));
        break;
    case Qt::Key_Home:
        m_state.scroll(m_plane, back * 100000);
        break;
    case Qt::Key_End:
        m_state.scroll(m_plane, -back * 100000);
        break;
    case Qt::Key_Escape:
        if (m_drawing) {
            m_drawing.reset();
            update();
            break;
        }
        [[fallthrough]];
    default:
        QWidget::keyPressEvent(event);
    }
}

} // namespace hounsfield
