// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "viewer/SlicePainter.h"

#include <QImage>
#include <QPainter>

#include <algorithm>

namespace hounsfield::test {

/// What a slice view of this size, in pixels, would write over its picture.
inline std::vector<SlicePainter::Overlay> overlaysAt(const ViewState& view, Plane plane, int width,
                                                     int height)
{
    QImage image(width, height, QImage::Format_RGB32);
    QPainter painter(&image);
    SliceGrid grid;
    grid.width = width;
    grid.height = height;
    grid.axes = view.axes(plane);
    grid.mmPerPixel = 180.0 / std::min(width, height);
    return SlicePainter(painter, view, plane, grid).overlays(true);
}

} // namespace hounsfield::test
