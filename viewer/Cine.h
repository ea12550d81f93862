// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "viewer/ViewState.h"

#include <QTimer>

namespace hounsfield {

/// Runs through the slices of one plane, from the last to the first again.
class Cine : public QObject {
    Q_OBJECT
public:
    static constexpr int slowest = 2, fastest = 40; ///< slices a second

    explicit Cine(ViewState& state, QObject* parent = nullptr);
    bool running() const { return m_timer.isActive(); }
    void setRunning(bool running);
    void setPlane(Plane plane) { m_plane = plane; }
    int slicesPerSecond() const { return m_speed; }
    void setSlicesPerSecond(int speed);

Q_SIGNALS:
    void changed();

private:
    void next();

    ViewState& m_state;
    QTimer m_timer;
    Plane m_plane = Plane::Axial;
    int m_speed = 12;
};

} // namespace hounsfield
