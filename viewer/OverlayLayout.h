// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QRectF>

#include <vector>

namespace hounsfield {

/// Which of the texts and marks over a view are drawn: in the order of their importance each takes its place,
/// and what would lie on another or leave the view is not drawn. In slices the order is: the patient's
/// letters, number and place of the slice, the plane's name, window and slab, "oblique", the ruler, the texts
/// of the scan. In the 3D view: the letters, those that point most along the screen first, then its name.
class OverlayLayout {
public:
    explicit OverlayLayout(const QRectF& view) : m_view(view) {}
    /// All boxes of one mark, pixels. @return whether it is drawn; only then the boxes are taken
    bool place(const std::vector<QRectF>& boxes);

private:
    QRectF m_view;
    std::vector<QRectF> m_taken;
};

} // namespace hounsfield
