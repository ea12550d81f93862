// SPDX-License-Identifier: Apache-2.0
#include "viewer/Cine.h"

#include <algorithm>

namespace hounsfield {

Cine::Cine(ViewState& state, QObject* parent) : QObject(parent), m_state(state)
{
    connect(&m_timer, &QTimer::timeout, this, &Cine::next);
    connect(&state, &ViewState::scanChanged, this, [this] { setRunning(false); });
}

void Cine::setRunning(bool running)
{
    running&& m_state.scan() ? m_timer.start(1000 / m_speed) : m_timer.stop();
    Q_EMIT changed();
}

void Cine::setSlicesPerSecond(int speed)
{
    m_speed = std::clamp(speed, slowest, fastest);
    m_timer.setInterval(1000 / m_speed);
    Q_EMIT changed();
}

void Cine::next()
{
    const int onward = m_plane == Plane::Axial ? -1 : 1;
    const Vector3 before = m_state.crosshairMm();
    m_state.scroll(m_plane, onward);
    if (length(m_state.crosshairMm() - before) < 1e-9)
        m_state.scroll(m_plane, -onward * 100000);
}

} // namespace hounsfield
