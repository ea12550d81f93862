// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/Session.h"
#include "viewer/ViewState.h"

#include <QWidget>

class QListWidget;

namespace hounsfield {

/// What was measured by hand: click a line to see it in its own plane, Delete takes it away.
class MeasurementPanel : public QWidget {
    Q_OBJECT
public:
    MeasurementPanel(Session& session, ViewState& view, QWidget* parent = nullptr);
    QListWidget& list() { return *m_list; }
    /// The line that is chosen; where none is, the last one. 0: there is nothing.
    int chosen() const;

private:
    void renew();
    void goTo(int id);

    Session& m_session;
    ViewState& m_view;
    QListWidget* m_list = nullptr;
};

/// Goes to a measurement and, where no plane of the frame shows it, turns the planes so that the axial view
/// does.
void showMeasurement(const Measurement& measurement, ViewState& view);

} // namespace hounsfield
