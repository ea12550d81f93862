// SPDX-License-Identifier: Apache-2.0
#include "viewer/scene/SliceScene.h"

#include <algorithm>

namespace hounsfield {
namespace {

constexpr std::uint32_t beyondScan = 0xff000000u;

struct PixelBox {
    int left = 0, top = 0, right = 0, bottom = 0; ///< right and bottom excluded
    bool empty() const { return right <= left || bottom <= top; }
};

/// The pixels that a mask's box can cover; empty where the plane misses it.
PixelBox pixelsOf(const Mask& mask, const SliceGrid& grid)
{
    if (mask.empty())
        return {};
    double left = 1e300, top = 1e300, right = -1e300, bottom = -1e300, nearest = 1e300, farthest = -1e300;
    for (int corner = 0; corner < 8; ++corner) {
        Vector3 i;
        for (std::size_t a = 0; a < 3; ++a)
            i[a] = corner >> a & 1 ? double(mask.box().end[a]) : double(mask.box().begin[a]) - 1;
        const Vector3 mm = mask.geometry().toMm(i);
        const auto at = grid.toPixel(mm);
        left = std::min(left, at[0]), right = std::max(right, at[0]);
        top = std::min(top, at[1]), bottom = std::max(bottom, at[1]);
        nearest = std::min(nearest, grid.distanceMm(mm)), farthest = std::max(farthest, grid.distanceMm(mm));
    }
    if (nearest > 0 || farthest < 0)
        return {};
    const auto clampTo = [](double v, int limit) { return int(std::clamp(v, 0.0, double(limit))); };
    return {clampTo(left - 1, grid.width), clampTo(top - 1, grid.height), clampTo(right + 2, grid.width),
            clampTo(bottom + 2, grid.height)};
}

/// Linear share of a mask at a continuous voxel index: 1 inside, 0 outside, between at the surface.
class Share {
public:
    explicit Share(const Mask& mask)
        : m_begin(mask.box().begin), m_size(mask.box().size()), m_voxels(mask.boxVoxels().data())
    {
    }
    double at(const Vector3& index) const
    {
        std::array<std::int64_t, 3> low;
        Vector3 part;
        for (std::size_t a = 0; a < 3; ++a) {
            const double in = index[a] - double(m_begin[a]);
            const double floor = std::floor(in);
            low[a] = std::int64_t(floor);
            part[a] = in - floor;
            if (low[a] < -1 || low[a] >= m_size[a])
                return 0;
        }
        const auto row = [&](std::int64_t j, std::int64_t k) {
            return value(low[0], j, k) * (1 - part[0]) + value(low[0] + 1, j, k) * part[0];
        };
        const double below = row(low[1], low[2]) * (1 - part[1]) + row(low[1] + 1, low[2]) * part[1];
        const double above = row(low[1], low[2] + 1) * (1 - part[1]) + row(low[1] + 1, low[2] + 1) * part[1];
        return below * (1 - part[2]) + above * part[2];
    }

private:
    double value(std::int64_t i, std::int64_t j, std::int64_t k) const
    {
        if (i < 0 || j < 0 || k < 0 || i >= m_size[0] || j >= m_size[1] || k >= m_size[2])
            return 0;
        return m_voxels[i + m_size[0] * (j + m_size[1] * k)];
    }
    Index3 m_begin, m_size;
    const std::uint8_t* m_voxels;
};

std::uint32_t mixed(std::uint32_t under, const std::array<int, 3>& over, double opacity)
{
    std::uint32_t result = 0xff000000u;
    for (int c = 0; c < 3; ++c) {
        const int shift = 16 - 8 * c;
        const double below = double(under >> shift & 0xffu);
        result |= std::uint32_t(std::lround(below + (over[static_cast<std::size_t>(c)] - below) * opacity))
                  << shift;
    }
    return result;
}

} // namespace

std::uint8_t greyOf(double hu, const SliceLook& look)
{
    const double width = std::max(1.0, look.window - 1);
    const double share = std::clamp((hu - (look.level - 0.5)) / width + 0.5, 0.0, 1.0);
    return std::uint8_t(std::lround(255 * (look.invert ? 1 - share : share)));
}

const Picture& SliceScene::render(const SliceGrid& grid, const SliceLook& look,
                                  const std::vector<MaskLayer>& layers)
{
    const std::vector<std::int16_t>& hu = m_sampler.sample(grid, look.slab, look.interpolate);
    m_picture.width = grid.width;
    m_picture.height = grid.height;
    m_picture.pixels.resize(hu.size());
    std::vector<std::uint32_t> table(65536);
    for (int v = -32767; v < 32768; ++v) {
        const std::uint32_t grey = greyOf(v, look);
        table[static_cast<std::size_t>(v + 32768)] = 0xff000000u | grey << 16 | grey << 8 | grey;
    }
    table[0] = beyondScan;
    for (std::size_t p = 0; p < hu.size(); ++p)
        m_picture.pixels[p] = table[static_cast<std::size_t>(hu[p] + 32768)];
    if (m_heat)
        drawHeat(grid);
    for (const MaskLayer& layer : layers)
        drawLayer(grid, look, layer);
    return m_picture;
}

std::array<int, 3> heatColour(double probability)
{
    static constexpr double stops[5][3] = {
        {40, 60, 190}, {30, 160, 200}, {70, 200, 90}, {240, 210, 60}, {235, 60, 50}};
    const double at = std::clamp(probability, 0.0, 1.0) * 4;
    const auto low = std::min<std::size_t>(3, std::size_t(at));
    std::array<int, 3> rgb{};
    for (std::size_t c = 0; c < 3; ++c)
        rgb[c] = int(std::lround(stops[low][c] + (stops[low + 1][c] - stops[low][c]) * (at - double(low))));
    return rgb;
}

void SliceScene::setHeat(std::shared_ptr<const Volume> thousandths)
{
    if (thousandths && m_heat && m_heat->volume() == thousandths)
        return;
    m_heat = thousandths ? std::make_unique<SliceSampler>(std::move(thousandths)) : nullptr;
}

void SliceScene::drawHeat(const SliceGrid& grid)
{
    const std::vector<std::int16_t>& values = m_heat->sample(grid, {}, true);
    for (std::size_t p = 0; p < values.size(); ++p)
        if (values[p] > 20)
            m_picture.pixels[p] = mixed(m_picture.pixels[p], heatColour(values[p] / 1000.0),
                                        0.25 + 0.4 * std::min(1.0, values[p] / 1000.0));
}

void SliceScene::drawLayer(const SliceGrid& grid, const SliceLook& look, const MaskLayer& layer)
{
    const PixelBox box = pixelsOf(*layer.mask, grid);
    if (box.empty())
        return;
    const int width = box.right - box.left, height = box.bottom - box.top;
    m_inside.assign(static_cast<std::size_t>(width) * static_cast<std::size_t>(height), 0);
    const Share share(*layer.mask);
    const Geometry& scan = layer.mask->geometry();
    const Vector3 first = scan.toIndex(grid.toMm(box.left + 0.5, box.top + 0.5));
    const Vector3 alongX = scan.toIndex(grid.toMm(box.left + 1.5, box.top + 0.5)) - first,
                  alongY = scan.toIndex(grid.toMm(box.left + 0.5, box.top + 1.5)) - first;
    for (int y = 0; y < height; ++y) {
        Vector3 at = first + double(y) * alongY;
        for (int x = 0; x < width; ++x, at = at + alongX)
            m_inside[static_cast<std::size_t>(y * width + x)] = share.at(at) >= 0.5;
    }
    const auto inside = [&](int x, int y) {
        return x >= 0 && y >= 0 && x < width && y < height &&
               m_inside[static_cast<std::size_t>(y * width + x)];
    };
    const int reach = look.outline ? look.outlinePixels : 0;
    const auto onEdge = [&](int x, int y) {
        // A diamond of this reach: an outline as thick along a slope as along an axis.
        for (int r = 1; r <= reach; ++r)
            if (!inside(x - r, y) || !inside(x + r, y) || !inside(x, y - r) || !inside(x, y + r))
                return true;
        return false;
    };
    for (int y = 0; y < height; ++y)
        for (int x = 0; x < width; ++x)
            if (inside(x, y)) {
                std::uint32_t& pixel =
                    m_picture.pixels[static_cast<std::size_t>((box.top + y) * grid.width + box.left + x)];
                pixel = mixed(pixel, layer.rgb, (onEdge(x, y) ? 0.95 : look.fillOpacity) * layer.strength);
            }
}

} // namespace hounsfield
