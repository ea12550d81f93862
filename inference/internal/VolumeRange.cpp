#include "inference/internal/VolumeRange.h"

#include "inference/internal/StandardRules.h"
#include "volume/Components.h"

#include <cmath>

namespace hounsfield {

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
    const Mask lax26 = asMask(region, size);
    if (kept == 0) {
        const auto least = static_cast<std::int64_t>(std::ceil(lesionSpeckMm3 / 1000 / voxelMl));
        return {0, double(lax26.count() - pieces(lax26, 0, least).smallVoxels) * voxelMl};
    }
    return {double(strictly) * voxelMl, double(countReached(lax26, asMask(mask, size))) * voxelMl};
}

} // namespace hounsfield
