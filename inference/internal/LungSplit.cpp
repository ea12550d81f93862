// SPDX-License-Identifier: Apache-2.0
#include "inference/internal/LungSplit.h"

#include "inference/internal/Regions.h"
#include "volume/Components.h"

#include <array>
#include <cmath>
#include <cstdio>

namespace hounsfield {
namespace {

constexpr double bridgeMm = 6;      ///< half the thickness of a bridge between the lungs that is cut
constexpr double leastShare = 0.02; ///< of the larger core: a smaller one is a slip of the model, not a lung
constexpr double leastSecondLung = 0.2; ///< of the larger piece

Voxels onlyIn(const Voxels& a, const Voxels& b)
{
    Voxels only(a);
    for (std::size_t v = 0; v < only.size(); ++v)
        only[v] = static_cast<std::uint8_t>(a[v] && !b[v]);
    return only;
}

Mask core(const Voxels& voxels, const Index3& size, double spacingMm)
{
    auto eroded = components(asMask(erodedMm(voxels, size, spacingMm, bridgeMm), size), 1);
    if (eroded.empty())
        eroded = components(asMask(voxels, size), 1);
    return eroded.empty() ? asMask(voxels, size) : eroded[0];
}

double meanX(const Mask& part)
{
    double sum = 0;
    forEachVoxel(part, [&](const Index3& v) { sum += double(v[2]); });
    return sum / double(std::max<std::int64_t>(1, part.count()));
}

/// Every voxel of the lungs that one of two cores reaches: 1 by the first, 2 by the second, whichever is
/// nearer inside the lungs.
Voxels grown(const Voxels& lungs, const Index3& size, const std::array<const Mask*, 2>& cores)
{
    Voxels owner(lungs.size(), 0);
    std::vector<Index3> front, next;
    for (std::uint8_t n = 0; n < 2; ++n)
        forEachVoxel(*cores[n], [&](const Index3& v) {
            front.push_back({v[2], v[1], v[0]});
            owner[static_cast<std::size_t>((v[2] * size[1] + v[1]) * size[2] + v[0])] =
                static_cast<std::uint8_t>(n + 1);
        });
    for (; !front.empty(); front.swap(next)) {
        next.clear();
        for (const Index3& at : front) {
            const std::uint8_t mine =
                owner[static_cast<std::size_t>((at[0] * size[1] + at[1]) * size[2] + at[2])];
            for (std::size_t a = 0; a < 3; ++a)
                for (const int step : {-1, 1}) {
                    Index3 to = at;
                    to[a] += step;
                    if (to[a] < 0 || to[a] >= size[a])
                        continue;
                    const auto offset = static_cast<std::size_t>((to[0] * size[1] + to[1]) * size[2] + to[2]);
                    if (lungs[offset] && !owner[offset]) {
                        owner[offset] = mine;
                        next.push_back(to);
                    }
                }
        }
    }
    return owner;
}

void warnBoth(ModelMasks& masks, int right, int left, const std::string& text)
{
    for (const int id : {right, left})
        masks.warnings[id].push_back(text);
}

/// The cores where one mask marked both lungs: its two pieces, if they lie side by side. Left has the smaller
/// x.
std::optional<std::array<Mask, 2>> twoPieces(const Voxels& lungs, const Index3& size, double spacingMm)
{
    const auto pieces = components(asMask(erodedMm(lungs, size, spacingMm, bridgeMm), size), 2);
    if (pieces.size() < 2 || double(pieces[1].count()) < leastSecondLung * double(pieces[0].count()))
        return std::nullopt;
    const bool firstIsLeft = meanX(pieces[0]) < meanX(pieces[1]);
    const Mask& left = pieces[firstIsLeft ? 0 : 1];
    const Mask& right = pieces[firstIsLeft ? 1 : 0];
    // Upper and lower part of one lung overlap in x.
    if (meanX(left) >= double(right.box().begin[2]) || meanX(right) <= double(left.box().end[2]))
        return std::nullopt;
    return std::array<Mask, 2>{right, left};
}

} // namespace

void splitLungs(ModelMasks& masks, int rightId, int leftId)
{
    Voxels& right = masks.masks.at(rightId);
    Voxels& left = masks.masks.at(leftId);
    const Voxels lungs = unionOf(right, left);
    if (countOf(lungs) == 0)
        return;
    std::array<Mask, 2> cores{core(onlyIn(right, left), masks.size, masks.spacingMm),
                              core(onlyIn(left, right), masks.size, masks.spacingMm)};
    const std::int64_t fewer = std::min(cores[0].count(), cores[1].count()),
                       more = std::max(cores[0].count(), cores[1].count());
    if (double(fewer) < leastShare * double(more) || more == 0) {
        auto pieces = twoPieces(lungs, masks.size, masks.spacingMm);
        if (!pieces) {
            if (more == 0)
                warnBoth(masks, rightId, leftId,
                         "The model marked the same voxels as both lungs, and they could not be told apart "
                         "by their shape.");
            return;
        }
        cores = std::move(*pieces);
        warnBoth(masks, rightId, leftId,
                 "The model marked both lungs as one; they were told apart by their place. Look at both.");
    } else if (meanX(cores[0]) < meanX(cores[1])) {
        warnBoth(masks, rightId, leftId,
                 "What the model took for the right lung lies on the patient's left. The scan may be "
                 "flipped; nothing was swapped.");
    }
    const Voxels owner = grown(lungs, masks.size, {&cores[0], &cores[1]});
    for (std::size_t v = 0; v < lungs.size(); ++v) {
        if (!lungs[v])
            continue;
        // A piece that neither core reaches stays as it was marked; marked twice, it is the right lung's by
        // the order of the classes.
        const bool isRight = owner[v] ? owner[v] == 1 : right[v] != 0;
        right[v] = isRight;
        left[v] = !isRight;
    }
}

} // namespace hounsfield
