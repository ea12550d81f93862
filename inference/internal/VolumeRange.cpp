// SPDX-License-Identifier: Apache-2.0
#include "inference/internal/VolumeRange.h"

#include "inference/internal/StandardRules.h"
#include "volume/Components.h"

namespace hounsfield {
namespace {

/// mL of the pieces above the laxer threshold that are no specks and nowhere above the mask's own: what was
/// above it was left out.
double mlOfNothing(const Probabilities& probability, int own, int lax, const Index3& size, double voxelMl)
{
    Voxels all = above(probability, lax);
    paint(all, reached(asMask(all, size), asMask(above(probability, own), size)), 0);
    const Mask rest = asMask(all, size);
    return double(rest.count() - pieces(rest, 0, voxelsNotSpeck(lesionSpeckMm3, voxelMl)).smallVoxels) *
           voxelMl;
}

} // namespace

VolumeRange volumeRange(const Voxels& mask, const Probabilities& probability, double threshold,
                        const Index3& size, double voxelMl)
{
    const int own = stepOf(threshold), strict = stepOf(rangeLow), lax = stepOf(rangeHigh);
    Voxels region(mask.size());
    std::int64_t strictly = 0, kept = 0;
    for (std::size_t v = 0; v < mask.size(); ++v) {
        kept += mask[v];
        strictly += mask[v] && probability[v] >= strict;
        region[v] = mask[v] || (probability[v] >= lax && probability[v] < own);
    }
    if (kept == 0)
        return {0, mlOfNothing(probability, own, lax, size, voxelMl)};
    return {double(strictly) * voxelMl,
            double(countReached(asMask(region, size), asMask(mask, size))) * voxelMl};
}

} // namespace hounsfield
