#include "inference/internal/CleanUp.h"

#include "volume/Components.h"
#include "volume/Mask.h"

#include <algorithm>
#include <cmath>
#include <set>

namespace hounsfield {
namespace {

using Voxels = std::vector<std::uint8_t>;

/// The model's arrays have Z fastest; a Geometry of the reversed size reads them as i, j, k = Z, Y, X.
Geometry flatGrid(const Index3& size)
{
    return Geometry::fromSpacing({size[2], size[1], size[0]}, {0, 0, 0}, {1, 1, 1});
}

std::vector<Mask> largest(const Voxels& voxels, const Index3& size, std::size_t count)
{
    return components(Mask::fromGrid(flatGrid(size), voxels), count);
}

Voxels largestParts(const Voxels& voxels, const Index3& size, std::size_t count)
{
    Voxels kept(voxels.size(), 0);
    for (const Mask& part : largest(voxels, size, count))
        forEachVoxel(part, [&](const Index3& v) { kept[static_cast<std::size_t>(part.geometry().offset(v))] = 1; });
    return kept;
}

/// Dilation (or erosion, what lies outside counting as background) by a box of 5x5x5, one axis after the other.
Voxels box5(const Voxels& voxels, const Index3& size, bool dilate)
{
    Voxels from = voxels, to(voxels.size());
    const std::array<std::int64_t, 3> strides{size[1] * size[2], size[2], 1};
    for (std::size_t axis = 0; axis < 3; ++axis) {
        for (std::int64_t n = 0; n < static_cast<std::int64_t>(from.size()); ++n) {
            const std::int64_t at = n / strides[axis] % size[axis];
            bool value = !dilate;
            for (std::int64_t d = -2; d <= 2; ++d) {
                const bool inside = at + d >= 0 && at + d < size[axis] && from[static_cast<std::size_t>(n + d * strides[axis])];
                value = dilate ? value || inside : value && inside;
            }
            to[static_cast<std::size_t>(n)] = value;
        }
        std::swap(from, to);
    }
    return from;
}

Voxels unionOf(const Voxels& a, const Voxels& b)
{
    Voxels both(a);
    for (std::size_t v = 0; v < both.size(); ++v)
        both[v] |= b[v];
    return both;
}

double meanX(const Mask& part)
{
    double sum = 0;
    forEachVoxel(part, [&](const Index3& v) { sum += double(v[2]); });
    return sum / double(part.count());
}

/// The published rule; returns false where there are fewer than two lungs to tell apart.
bool splitLungs(ModelMasks& masks)
{
    const auto found = largest(unionOf(masks.masks[16], masks.masks[17]), masks.size, 2);
    Voxels& right = masks.masks[16];
    Voxels& left = masks.masks[17];
    if (found.size() < 2)
        return false;
    std::fill(right.begin(), right.end(), 0);
    std::fill(left.begin(), left.end(), 0);
    const bool firstIsLeft = meanX(found[0]) < meanX(found[1]);
    for (std::size_t i = 0; i < 2; ++i)
        forEachVoxel(found[i], [&](const Index3& v) {
            ((i == 0) == firstIsLeft ? left : right)[static_cast<std::size_t>(found[i].geometry().offset(v))] = 1;
        });
    return true;
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

std::int64_t countOf(const Voxels& voxels)
{
    return std::count_if(voxels.begin(), voxels.end(), [](auto v) { return v != 0; });
}

void clean(ModelMasks& m, bool mendDefects)
{
    const auto has = [&](int id) { return m.masks.count(id) > 0; };
    // Hosts as they were: both kidneys and the liver.
    const Voxels kidneys = has(26) && has(2) && has(3) ? unionOf(m.masks.at(2), m.masks.at(3)) : Voxels{}, liver = has(27) && has(6) ? m.masks.at(6) : Voxels{};
    for (auto& [id, voxels] : m.masks)
        if ((id >= 1 && id <= 9) || (id >= 11 && id <= 14) || (id >= 18 && id <= 25))
            voxels = largestParts(voxels, m.size, 1);
    if (has(10) && has(11))
        cutBelowPancreas(m.masks[10], m.masks[11], m.size);
    if (has(16) && has(17) && !splitLungs(m)) {
        if (!mendDefects) {
            std::fill(m.masks[16].begin(), m.masks[16].end(), 0);
            std::fill(m.masks[17].begin(), m.masks[17].end(), 0);
        }
        for (int id : {16, 17})
            m.warnings[id].push_back(mendDefects ? "The two lungs could not be told apart by their shape; each is as the model marked it."
                                                 : "Fewer than two lungs were found, and the published rule then empties both. Use the standard clean-up.");
    }
    if (has(26) && has(2) && has(3))
        keepInHost(m.masks[26], largestParts(kidneys, m.size, 2), m.size);
    if (has(27) && has(6))
        keepInHost(m.masks[27], largestParts(liver, m.size, 1), m.size);
}

} // namespace

std::vector<int> classesNeeded(const std::vector<int>& asked, const std::vector<ModelClass>& classes, CleanUp rule)
{
    std::set<int> needed(asked.begin(), asked.end());
    const auto known = [&](int id) { return std::any_of(classes.begin(), classes.end(), [&](const ModelClass& c) { return c.id == id; }); };
    const std::pair<int, std::vector<int>> leans[] = {{10, {11}}, {16, {17}}, {17, {16}}, {26, {2, 3}}, {27, {6}}};
    if (rule != CleanUp::None)
        for (int id : asked)
            for (const auto& [one, others] : leans)
                if (one == id)
                    std::copy_if(others.begin(), others.end(), std::inserter(needed, needed.end()), known);
    return {needed.begin(), needed.end()};
}

void cleanUp(ModelMasks& masks, const std::vector<ModelClass>&, CleanUp rule)
{
    if (rule == CleanUp::None)
        return;
    std::map<int, std::int64_t> before;
    for (const auto& [id, voxels] : masks.masks)
        before[id] = countOf(voxels);
    clean(masks, rule == CleanUp::Standard);
    for (const auto& [id, voxels] : masks.masks)
        if (const std::int64_t removed = before[id] - countOf(voxels); removed > 0) {
            std::string ml = std::to_string(std::lround(double(removed) * masks.voxelMl * 10));
            ml = ml.size() < 2 ? "0." + ml : ml.substr(0, ml.size() - 1) + "." + ml.back();
            masks.warnings[id].push_back("The clean-up removed " + ml + " mL in separate pieces or outside its organ.");
        }
}

} // namespace hounsfield
