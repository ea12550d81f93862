// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "viewer/ViewState.h"

#include <QOpenGLWidget>

#include <memory>

namespace hounsfield {

/// The scan and its masks in three dimensions. VTK draws into the widget's own framebuffer, only while Qt
/// paints. Left drag turns, middle or Shift+left drag pans, right drag and the wheel zoom, a letter of A P L
/// R S I looks from that side.
class VolumeView : public QOpenGLWidget {
    Q_OBJECT
public:
    explicit VolumeView(ViewState& state, QWidget* parent = nullptr);
    ~VolumeView() override;

    static QStringList presets();
    void setPreset(const QString& name); ///< empty: masks alone
    void setVolumeOpacity(double opacity);
    void lookFrom(char letter);
    QImage picture();                                   ///< with its letters
    void setCropEnd(int axis, double low, double high); ///< shares of the scan along its axis
    QString mapperText() const; ///< "on the processor (llvmpipe)": for About and for whoever wonders

Q_SIGNALS:
    void maximiseAsked();

protected:
    void initializeGL() override;
    void paintGL() override;
    void resizeGL(int width, int height) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    struct Parts;
    class Labels;
    void renew();
    void showLayers(bool wait); ///< wait: for surfaces that are not made yet; else they come later
    void releaseGraphics();
    void drawLabels(QPainter& painter) const;

    ViewState& m_state;
    std::unique_ptr<Parts> m_parts;
};

} // namespace hounsfield
