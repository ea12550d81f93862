// SPDX-License-Identifier: Apache-2.0
#include "inference/internal/PublishedRules.h"

#include "inference/internal/Regions.h"
#include "volume/Components.h"

#include <algorithm>

namespace hounsfield {
namespace {

/// Dilation (or erosion, what lies outside counting as background) by a box of 5x5x5, one axis after the
/// other.
Voxels box5(const Voxels& voxels, const Index3& size, bool dilate)
{
    Voxels from = voxels, to(voxels.size());
    const std::array<std::int64_t, 3> strides{size[1] * size[2], size[2], 1};
    for (std::size_t axis = 0; axis < 3; ++axis) {
        for (std::int64_t n = 0; n < static_cast<std::int64_t>(from.size()); ++n) {
            const std::int64_t at = n / strides[axis] % size[axis];
            bool value = !dilate;
            for (std::int64_t d = -2; d <= 2; ++d) {
                const bool inside = at + d >= 0 && at + d < size[axis] &&
                                    from[static_cast<std::size_t>(n + d * strides[axis])];
                value = dilate ? value || inside : value && inside;
            }
            to[static_cast<std::size_t>(n)] = value;
        }
        std::swap(from, to);
    }
    return from;
}

double meanX(const Mask& part)
{
    double sum = 0;
    forEachVoxel(part, [&](const Index3& v) { sum += double(v[2]); });
    return sum / double(part.count());
}

/// Right where it is on the larger x; both are emptied where there are fewer than two lungs to tell apart.
void splitLungs(ModelMasks& masks)
{
    const auto found = components(asMask(unionOf(masks.masks[16], masks.masks[17]), masks.size), 2);
    Voxels& right = masks.masks[16];
    Voxels& left = masks.masks[17];
    std::fill(right.begin(), right.end(), 0);
    std::fill(left.begin(), left.end(), 0);
    if (found.size() < 2) {
        for (int id : {16, 17})
            masks.warnings[id].push_back("Fewer than two lungs were found, and the published rule then "
                                         "empties both. Use the standard clean-up.");
        return;
    }
    const bool firstIsLeft = meanX(found[0]) < meanX(found[1]);
    paint(firstIsLeft ? left : right, found[0], 1);
    paint(firstIsLeft ? right : left, found[1], 1);
}

/// Portal and splenic vein: nothing below the lowest slice of the pancreas (its largest component).
void cutBelowPancreas(Voxels& vein, const Voxels& pancreas, const Index3& size)
{
    std::int64_t lowest = size[2];
    for (std::size_t v = 0; v < pancreas.size(); ++v)
        if (pancreas[v])
            lowest = std::min(lowest, static_cast<std::int64_t>(v) % size[2]);
    if (lowest == size[2])
        return;
    for (std::size_t v = 0; v < vein.size(); ++v)
        if (static_cast<std::int64_t>(v) % size[2] < lowest)
            vein[v] = 0;
}

void keepInHost(Voxels& tumor, const Voxels& host, const Index3& size)
{
    const Voxels region = box5(box5(box5(host, size, true), size, false), size, true);
    for (std::size_t v = 0; v < tumor.size(); ++v)
        tumor[v] &= region[v];
}

} // namespace

void publishedRules(ModelMasks& m, Progress& progress)
{
    const auto has = [&](int id) { return m.masks.count(id) > 0; };
    // Hosts as they were: both kidneys and the liver.
    const Voxels kidneys = has(26) && has(2) && has(3) ? unionOf(m.masks.at(2), m.masks.at(3)) : Voxels{},
                 liver = has(27) && has(6) ? m.masks.at(6) : Voxels{};
    for (auto& [id, voxels] : m.masks) {
        progress.check();
        if ((id >= 1 && id <= 9) || (id >= 11 && id <= 14) || (id >= 18 && id <= 25))
            voxels = largestParts(voxels, m.size, 1);
    }
    if (has(10) && has(11))
        cutBelowPancreas(m.masks[10], m.masks[11], m.size);
    if (has(16) && has(17))
        splitLungs(m);
    progress.check();
    if (has(26) && has(2) && has(3))
        keepInHost(m.masks[26], largestParts(kidneys, m.size, 2), m.size);
    progress.check();
    if (has(27) && has(6))
        keepInHost(m.masks[27], largestParts(liver, m.size, 1), m.size);
}

} // namespace hounsfield
