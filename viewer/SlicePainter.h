// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "viewer/OverlayLayout.h"
#include "viewer/ViewState.h"

#include <QColor>
#include <QFont>
#include <QPointF>
#include <QString>

#include <array>

class QPainter;

namespace hounsfield {

QString planeName(Plane plane);
QColor planeColour(Plane plane);

/// What lies over a slice: crosshair, patient letters, ruler, corner text, measurements.
class SlicePainter {
public:
    static constexpr double turnHandlePixels = 90; ///< from the crosshair to the handles that turn it

    SlicePainter(QPainter& painter, const ViewState& state, Plane plane, const SliceGrid& grid)
        : m_painter(painter), m_state(state), m_plane(plane), m_grid(grid)
    {
    }
    /// Where the other two planes cut a plane, as unit vectors on the screen, and whose line each is.
    struct CutLine {
        Plane plane;
        QPointF way;
    };
    static std::array<CutLine, 2> cutLines(const ViewState& state, Plane plane, const SliceGrid& grid);
    /// The middles of the four handles that turn the planes, pixels.
    static std::array<QPointF, 4> turnHandles(const ViewState& state, Plane plane, const SliceGrid& grid);
    void drawCrosshair() const;
    /// A text or the ruler over the slice.
    struct Overlay {
        enum class Kind { Letter, Slice, PlaneName, Window, Oblique, Ruler, Scan };
        Kind kind;
        std::vector<QRectF> boxes; ///< that it covers, pixels
        QRectF area;               ///< that its text is laid out in, by flags
        int flags = 0;
        QString text;
        QColor colour;
        int centimetres = 0; ///< of the ruler
    };
    /// What there is room for, in the order of OverlayLayout: none lies on another.
    std::vector<Overlay> overlays(bool withText) const;
    /// Letters and ruler, and with text those of the corners.
    void drawOverlays(bool withText) const;
    void drawBorder(bool focused) const;
    void drawMeasurements(const std::vector<Measurement>& measurements) const;

private:
    /// Text with a dark halo, so that it is read over bone and over air.
    void haloText(const QRectF& box, int flags, const QString& text, const QColor& colour) const;
    void drawOne(const Measurement& measurement) const;
    std::vector<Overlay> wantedOverlays(bool withText) const;
    QFont fontOf(Overlay::Kind kind) const;
    QString windowText() const;
    Overlay ruler() const;
    void drawRuler(const Overlay& ruler) const;
    QPointF at(const Vector3& mm) const;

    QPainter& m_painter;
    const ViewState& m_state;
    Plane m_plane;
    SliceGrid m_grid;
};

} // namespace hounsfield
