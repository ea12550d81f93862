#pragma once

#include "viewer/ViewState.h"

#include <QPointF>

#include <array>

class QPainter;

namespace hounsfield {

QString planeName(Plane plane);
QColor planeColour(Plane plane);

/// What lies over a slice: crosshair, patient letters, ruler, corner text, measurements.
class SlicePainter {
public:
    static constexpr double turnHandlePixels = 90; ///< from the crosshair to the handles that turn it

    SlicePainter(QPainter& painter, const ViewState& state, Plane plane, const SliceGrid& grid) : m_painter(painter), m_state(state), m_plane(plane), m_grid(grid) {}
    /// Where the other two planes cut a plane, as unit vectors on the screen, and whose line each is.
    struct CutLine {
        Plane plane;
        QPointF way;
    };
    static std::array<CutLine, 2> cutLines(const ViewState& state, Plane plane, const SliceGrid& grid);
    /// The middles of the four handles that turn the planes, pixels.
    static std::array<QPointF, 4> turnHandles(const ViewState& state, Plane plane, const SliceGrid& grid);
    void drawCrosshair() const;
    void drawLetters() const;
    void drawRuler() const;
    void drawText() const;
    void drawBorder(bool focused) const;
    void drawMeasurements(const std::vector<Measurement>& measurements) const;

private:
    /// Text with a dark halo, so that it is read over bone and over air.
    void haloText(const QRectF& box, int flags, const QString& text, const QColor& colour) const;
    void drawOne(const Measurement& measurement) const;
    QPointF at(const Vector3& mm) const;

    QPainter& m_painter;
    const ViewState& m_state;
    Plane m_plane;
    SliceGrid m_grid;
};

} // namespace hounsfield
