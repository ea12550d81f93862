#include "inference/internal/VolumeRange.h"

#include "inference/internal/StandardRules.h"
#include "volume/Components.h"

#include <cmath>

namespace hounsfield {
namespace {

Voxels from(const Probabilities& probability, int step)
{
    Voxels inside(probability.size());
    for (std::size_t v = 0; v < inside.size(); ++v)
        inside[v] = probability[v] >= step;
    return inside;
}

/// mL of the pieces above the laxer threshold that are no specks and nowhere above the mask's own: what was above it was left out.
double mlOfNothing(const Probabilities& probability, int own, int lax, const Index3& size, double voxelMl)
{
    Voxels all = from(probability, lax);
    paint(all, reached(asMask(all, size), asMask(from(probability, own), size)), 0);
    const Mask rest = asMask(all, size);
    return double(rest.count() - pieces(rest, 0, static_cast<std::int64_t>(std::ceil(lesionSpeckMm3 / 1000 / voxelMl))).smallVoxels) * voxelMl;
}

} // namespace

VolumeRange volumeRange(const Voxels& mask, const Probabilities& probability, double threshold, const Index3& size, double voxelMl)
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
    return {double(strictly) * voxelMl, double(countReached(asMask(region, size), asMask(mask, size))) * voxelMl};
}

} // namespace hounsfield
