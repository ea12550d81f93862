// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "viewer/SliceView.h"
#include "viewer/VolumeView.h"

class QSplitter;

namespace hounsfield {

/// The four views: all, one alone, or one large beside three. Double click toggles one alone; dragged borders
/// are kept.
class ViewGrid : public QWidget {
    Q_OBJECT
public:
    explicit ViewGrid(ViewState& state, QWidget* parent = nullptr);
    SliceView& slice(Plane plane) { return *m_slices[std::size_t(plane)]; }
    VolumeView& volume() { return *m_volume; }
    /// All views that are shown, as one picture.
    QImage picture(bool withText);
    /// Where a person dragged the borders between the views, to be kept; empty sizes: in the middle.
    using Borders = std::array<QList<int>, 3>;
    const Borders& borders() const { return m_borders; }
    void setBorders(const Borders& borders);

Q_SIGNALS:
    void menuAsked(hounsfield::Plane plane, QPoint globalPosition);

private:
    void arrange();
    void toggle(Layout alone);
    void placeBorders();

    ViewState& m_state;
    std::array<SliceView*, 3> m_slices{};
    VolumeView* m_volume = nullptr;
    QSplitter *m_rows = nullptr, *m_top = nullptr, *m_bottom = nullptr;
    Borders m_borders; ///< of m_rows, m_top, m_bottom with four views
};

} // namespace hounsfield
