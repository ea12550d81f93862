// SPDX-License-Identifier: Apache-2.0
#include "viewer/SlicePainter.h"

#include "viewer/NumberWords.h"
#include "viewer/Theme.h"

#include <QCoreApplication>
#include <QFontMetricsF>
#include <QPainter>
#include <QPainterPath>

#include <cmath>
#include <utility>

namespace hounsfield {
namespace {

constexpr double inset = 10; ///< from the border to text, pixels

QString tr(const char* text)
{
    return QCoreApplication::translate("SlicePainter", text);
}

} // namespace

QString planeName(Plane plane)
{
    if (plane == Plane::Axial)
        return tr("axial");
    return plane == Plane::Coronal ? tr("coronal") : tr("sagittal");
}

QColor planeColour(Plane plane)
{
    if (plane == Plane::Axial)
        return theme::colour("axial");
    return theme::colour(plane == Plane::Coronal ? "coronal" : "sagittal");
}

QPointF SlicePainter::at(const Vector3& mm) const
{
    const auto pixel = m_grid.toPixel(mm);
    return {pixel[0], pixel[1]};
}

void SlicePainter::haloText(const QRectF& box, int flags, const QString& text, const QColor& colour) const
{
    m_painter.setPen(QColor(0, 0, 0, 190));
    for (const QPointF by : {QPointF(1, 0), QPointF(-1, 0), QPointF(0, 1), QPointF(0, -1), QPointF(1, 1)})
        m_painter.drawText(box.translated(by), flags, text);
    m_painter.setPen(colour);
    m_painter.drawText(box, flags, text);
}

std::array<SlicePainter::CutLine, 2> SlicePainter::cutLines(const ViewState& state, Plane plane,
                                                            const SliceGrid& grid)
{
    // The line across is where the plane seen from above cuts, and so on.
    const Plane across = plane == Plane::Axial ? Plane::Coronal : Plane::Axial;
    const Plane upright = plane == Plane::Sagittal ? Plane::Coronal : Plane::Sagittal;
    const auto lineOf = [&](Plane other) {
        const Vector3 way = cross(state.axes(other).normal, grid.axes.normal);
        return CutLine{other, QPointF(dot(way, grid.axes.right), dot(way, grid.axes.down))};
    };
    return {lineOf(across), lineOf(upright)};
}

std::array<QPointF, 4> SlicePainter::turnHandles(const ViewState& state, Plane plane, const SliceGrid& grid)
{
    const auto pixel = grid.toPixel(state.crosshairMm());
    const QPointF c(pixel[0], pixel[1]);
    const auto lines = cutLines(state, plane, grid);
    return {c - turnHandlePixels * lines[0].way, c + turnHandlePixels * lines[0].way,
            c - turnHandlePixels * lines[1].way, c + turnHandlePixels * lines[1].way};
}

void SlicePainter::drawCrosshair() const
{
    const QPointF c = at(m_state.crosshairMm());
    constexpr double gap = 12;
    const double far = std::hypot(m_grid.width, m_grid.height) + std::hypot(c.x(), c.y());
    const auto lines = cutLines(m_state, m_plane, m_grid);
    const auto pen = [&](Plane plane) {
        QColor colour = planeColour(plane);
        colour.setAlphaF(0.6f);
        return QPen(colour, 1);
    };
    const bool oblique = m_state.rolls()[std::size_t(m_plane)] != 0;
    m_painter.setRenderHint(QPainter::Antialiasing, oblique);
    for (const CutLine& line : lines) {
        m_painter.setPen(pen(line.plane));
        m_painter.drawLine(c - far * line.way, c - gap * line.way);
        m_painter.drawLine(c + gap * line.way, c + far * line.way);
    }
    if (m_state.tool() != Tool::Crosshair)
        return;
    m_painter.setRenderHint(QPainter::Antialiasing);
    m_painter.setBrush(theme::colour("background"));
    const auto handles = turnHandles(m_state, m_plane, m_grid);
    for (std::size_t h = 0; h < handles.size(); ++h) {
        m_painter.setPen(pen(lines[h / 2].plane));
        m_painter.drawEllipse(handles[h], 4, 4);
    }
    m_painter.setBrush(Qt::NoBrush);
}

QFont SlicePainter::fontOf(Overlay::Kind kind) const
{
    QFont font = m_painter.font();
    font.setPixelSize(kind == Overlay::Kind::Letter ? 16 : 13);
    font.setBold(kind == Overlay::Kind::Letter);
    return font;
}

std::vector<SlicePainter::Overlay> SlicePainter::wantedOverlays(bool withText) const
{
    using Kind = Overlay::Kind;
    std::vector<Overlay> all;
    const auto add = [&](Kind kind, const QRectF& area, int flags, const QString& text,
                         const QColor& colour) {
        const QRectF box = QFontMetricsF(fontOf(kind), m_painter.device()).boundingRect(area, flags, text);
        all.push_back({kind, {box}, area, flags, text, colour});
    };
    const QColor quiet = theme::colour("viewText");
    const QRectF rim(inset, inset, m_grid.width - 2 * inset, m_grid.height - 2 * inset);
    const auto letters = [](const Vector3& v) { return QString::fromStdString(directionLetters(v)); };
    add(Kind::Letter, rim, Qt::AlignLeft | Qt::AlignVCenter, letters(-1.0 * m_grid.axes.right), quiet);
    add(Kind::Letter, rim.adjusted(0, 0, -16, 0), Qt::AlignRight | Qt::AlignVCenter,
        letters(m_grid.axes.right), quiet);
    add(Kind::Letter, rim, Qt::AlignHCenter | Qt::AlignTop, letters(-1.0 * m_grid.axes.down), quiet);
    add(Kind::Letter, rim, Qt::AlignHCenter | Qt::AlignBottom, letters(m_grid.axes.down), quiet);
    const QRectF corners = rim.adjusted(0, -2, 0, 2);
    if (withText) {
        const auto number =
            sliceNumber(m_state.scan()->geometry(), m_grid.axes.normal, m_state.crosshairMm());
        const QString place = tr("%1 mm").arg(decimal(dot(m_state.crosshairMm(), m_grid.axes.normal), 1));
        const QString image = m_state.imageNumber(m_grid.axes.normal);
        const QString numbers = tr("%1 / %2").arg(number[0]).arg(number[1]) + "\n" + place;
        add(Kind::Slice, corners, Qt::AlignRight | Qt::AlignTop,
            image.isEmpty() ? numbers : numbers + "\n" + tr("Im %1").arg(image), quiet);
        add(Kind::PlaneName, corners, Qt::AlignLeft | Qt::AlignTop, planeName(m_plane), planeColour(m_plane));
        add(Kind::Window, corners, Qt::AlignLeft | Qt::AlignBottom, windowText(), quiet);
        if (m_state.frame() != patientFrame())
            add(Kind::Oblique, corners, Qt::AlignRight | Qt::AlignBottom, tr("oblique"),
                theme::colour("viewDoubt"));
    }
    all.push_back(ruler());
    if (withText && !m_state.scanText().isEmpty())
        add(Kind::Scan,
            corners.adjusted(0, QFontMetricsF(fontOf(Kind::PlaneName), m_painter.device()).height() + 4,
                             -0.5 * corners.width() - 24, 0),
            Qt::AlignLeft | Qt::AlignTop | Qt::TextWordWrap, m_state.scanText(), quiet);
    return all;
}

std::vector<SlicePainter::Overlay> SlicePainter::overlays(bool withText) const
{
    OverlayLayout layout(QRectF(0, 0, m_grid.width, m_grid.height));
    std::vector<Overlay> drawn;
    for (Overlay& one : wantedOverlays(withText))
        if (layout.place(one.boxes))
            drawn.push_back(std::move(one));
    return drawn;
}

void SlicePainter::drawOverlays(bool withText) const
{
    const QFont before = m_painter.font();
    for (const Overlay& one : overlays(withText)) {
        m_painter.setFont(fontOf(one.kind));
        if (one.kind == Overlay::Kind::Ruler)
            drawRuler(one);
        else
            haloText(one.area, one.flags, one.text, one.colour);
    }
    m_painter.setFont(before);
}

QString SlicePainter::windowText() const
{
    const SliceLook& look = m_state.look();
    const QString window = tr("W %1  L %2").arg(look.window, 0, 'f', 0).arg(look.level, 0, 'f', 0);
    if (look.slab.thicknessMm <= 0)
        return window;
    QString mode = tr("average");
    if (look.slab.mode == SlabMode::Maximum)
        mode = tr("MIP");
    else if (look.slab.mode == SlabMode::Minimum)
        mode = tr("MinIP");
    return tr("%1 %2 mm").arg(mode).arg(look.slab.thicknessMm, 0, 'f', 0) + "\n" + window;
}

SlicePainter::Overlay SlicePainter::ruler() const
{
    // As many whole centimetres as fit a third of the height.
    const double pixelsPerCm = 10 / m_grid.mmPerPixel;
    int centimetres = 1;
    for (const int candidate : {1, 2, 5, 10, 20})
        if (candidate * pixelsPerCm <= m_grid.height / 3.0)
            centimetres = candidate;
    const double x = m_grid.width - inset, top = 0.5 * m_grid.height - 0.5 * centimetres * pixelsPerCm;
    const QRectF line(x - 7, top, 8, centimetres * pixelsPerCm), area(x - 60, line.bottom() + 3, 60, 18);
    const int flags = Qt::AlignRight | Qt::AlignTop;
    const QString text = tr("%1 cm").arg(centimetres);
    const QRectF label =
        QFontMetricsF(fontOf(Overlay::Kind::Ruler), m_painter.device()).boundingRect(area, flags, text);
    return {Overlay::Kind::Ruler, {line, label}, area, flags, text, theme::colour("viewQuiet"), centimetres};
}

void SlicePainter::drawRuler(const Overlay& ruler) const
{
    const QRectF& line = ruler.boxes[0];
    const double x = line.right() - 1, top = line.top(), height = line.height();
    const int marks = ruler.centimetres == 1 ? 10 : ruler.centimetres;
    for (const QPen& pen : {QPen(QColor(0, 0, 0, 160), 3), QPen(ruler.colour, 1)}) {
        m_painter.setPen(pen);
        m_painter.drawLine(QPointF(x, top), QPointF(x, top + height));
        for (int mark = 0; mark <= marks; ++mark)
            m_painter.drawLine(QPointF(x - (mark % 5 == 0 ? 7 : 4), top + mark * height / marks),
                               QPointF(x, top + mark * height / marks));
    }
    haloText(ruler.area, ruler.flags, ruler.text, ruler.colour);
}

void SlicePainter::drawBorder(bool focused) const
{
    QColor colour = planeColour(m_plane);
    colour.setAlphaF(focused ? 1.0f : 0.45f);
    m_painter.setRenderHint(QPainter::Antialiasing, false);
    m_painter.setBrush(Qt::NoBrush);
    m_painter.setPen(QPen(colour, 1));
    m_painter.drawRect(0, 0, m_grid.width - 1, m_grid.height - 1);
    // Which view the keys go to must be seen from where one sits.
    if (focused) {
        m_painter.setPen(QPen(theme::colour("viewText"), 1));
        m_painter.drawRect(1, 1, m_grid.width - 3, m_grid.height - 3);
    }
}

void SlicePainter::drawMeasurements(const std::vector<Measurement>& measurements) const
{
    m_painter.setRenderHint(QPainter::Antialiasing);
    const double near = 0.5 * sliceStepMm(m_state.scan()->geometry(), m_grid.axes.normal) + 1e-6;
    for (const Measurement& one : measurements) {
        bool here = !one.pointsMm.empty();
        for (const Vector3& mm : one.pointsMm)
            here = here && std::abs(m_grid.distanceMm(mm)) <= near;
        if (here)
            drawOne(one);
    }
}

void SlicePainter::drawOne(const Measurement& one) const
{
    const QColor colour = theme::colour("measure");
    QPainterPath path;
    std::vector<Vector3> points = outlineOf(one);
    const bool closed = !points.empty();
    if (!closed)
        points = one.pointsMm;
    for (std::size_t p = 0; p < points.size(); ++p)
        // A bidirectional measurement is two lines, everything else one.
        if (p == 0 || (one.kind == MeasurementKind::Bidirectional && p == 2))
            path.moveTo(at(points[p]));
        else
            path.lineTo(at(points[p]));
    if (closed)
        path.closeSubpath();
    if (one.kind == MeasurementKind::Arrow && points.size() == 2) {
        const QPointF tip = at(points[0]), way = at(points[1]) - tip;
        const double size = std::max(1e-6, std::hypot(way.x(), way.y()));
        const QPointF u = way * (12 / size), v(-u.y() * 0.4, u.x() * 0.4);
        path.moveTo(tip + u + v);
        path.lineTo(tip);
        path.lineTo(tip + u - v);
    }
    m_painter.setBrush(Qt::NoBrush);
    m_painter.setPen(QPen(QColor(0, 0, 0, 170), 3.5));
    m_painter.drawPath(path);
    m_painter.setPen(QPen(colour, 1.5));
    m_painter.drawPath(path);
    m_painter.setBrush(colour);
    if (one.kind != MeasurementKind::Freehand)
        for (const Vector3& mm : one.pointsMm)
            m_painter.drawEllipse(at(mm), 2.5, 2.5);
    m_painter.setBrush(Qt::NoBrush);
    QStringList lines;
    if (!one.text.empty())
        lines << QString::fromStdString(one.text);
    lines << measuredInWords(measured(one, *m_state.scan()));
    const QPointF last = at(one.pointsMm.back());
    haloText({last.x() + 10, last.y() + 4, 260, 90}, Qt::AlignLeft | Qt::AlignTop, lines.join('\n'), colour);
}

} // namespace hounsfield
