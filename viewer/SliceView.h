// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "viewer/ViewState.h"

#include <QWidget>

#include <memory>

namespace hounsfield {

/// One plane of the scan. Shows, and forwards gestures to the ViewState; keeps nothing of its own but a
/// gesture in progress.
class SliceView : public QWidget {
    Q_OBJECT
public:
    SliceView(ViewState& state, Plane plane, QWidget* parent = nullptr);
    ~SliceView() override;

    Plane plane() const { return m_plane; }
    /// Where every logical pixel of the widget lies now.
    SliceGrid grid() const;
    /// The picture as shown, without the text (of a person's name) where asked.
    QImage picture(bool withText);

Q_SIGNALS:
    void maximiseAsked();
    void menuAsked(QPoint globalPosition);

protected:
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;
    void enterEvent(QEnterEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    enum class Drag { None, Window, Pan, Zoom, Scroll, Crosshair, Turn, Draw, MovePoint };

    void draw(QPainter& painter, bool withText);
    void drawScan(QPainter& painter);
    SliceGrid gridFor(int width, int height) const;
    Drag dragFor(const QMouseEvent& event) const;
    bool onTurnHandle(const QPointF& at) const;
    bool pickPoint(const QPointF& at);
    void drag(const QPointF& to);
    void point(); ///< tells the place under the mouse anew: the picture may have changed below it
    void turnTo(const QPointF& to);
    void zoomAbout(const QPointF& at, double factor);
    void addPoint(const QPointF& at);
    void finishDrawing();

    ViewState& m_state;
    Plane m_plane;
    std::unique_ptr<SliceScene> m_scene;
    Drag m_drag = Drag::None;
    QPointF m_last, m_pressed;
    std::optional<QPointF> m_pointer; ///< where the mouse rests; absent: outside
    bool m_moved = false;
    double m_scrollRest = 0;
    std::optional<Measurement> m_drawing; ///< not yet finished; its last point follows the mouse
    std::size_t m_movedPoint = 0;
};

} // namespace hounsfield
