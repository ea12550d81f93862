// SPDX-License-Identifier: Apache-2.0
#include "viewer/OverlayLayout.h"

#include <algorithm>

namespace hounsfield {

bool OverlayLayout::place(const std::vector<QRectF>& boxes)
{
    constexpr double apart = 2; ///< pixels between two marks
    const auto isFree = [&](const QRectF& box) {
        return m_view.contains(box) && std::none_of(m_taken.begin(), m_taken.end(), [&](const QRectF& taken) {
                   return taken.adjusted(-apart, -apart, apart, apart).intersects(box);
               });
    };
    if (!std::all_of(boxes.begin(), boxes.end(), isFree))
        return false;
    m_taken.insert(m_taken.end(), boxes.begin(), boxes.end());
    return true;
}

} // namespace hounsfield
