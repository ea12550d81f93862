// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "viewer/scene/SlicePlane.h"
#include "volume/Volume.h"

#include <memory>
#include <vector>

namespace hounsfield {

enum class SlabMode { Average, Maximum, Minimum };

/// A slab about a plane; no thickness is a plain slice.
struct Slab {
    double thicknessMm = 0;
    SlabMode mode = SlabMode::Average;
};

/// HU of a plane through a scan, pixel by pixel, from its exact geometry (oblique and sheared grids
/// included). VTK's reslicing; the scan's voxels are shared, not copied. GUI thread.
class SliceSampler {
public:
    /// HU of a pixel outside the scan.
    static constexpr std::int16_t outside = -32768;

    explicit SliceSampler(std::shared_ptr<const Volume> volume);
    ~SliceSampler();
    SliceSampler(const SliceSampler&) = delete;
    SliceSampler& operator=(const SliceSampler&) = delete;

    /// grid.width * grid.height values, x fastest. @param interpolate linear; false: the nearest voxel
    const std::vector<std::int16_t>& sample(const SliceGrid& grid, const Slab& slab, bool interpolate);
    const std::shared_ptr<const Volume>& volume() const { return m_volume; }
    /// HU of the voxel nearest to a place; `outside` beyond the scan.
    std::int16_t huAt(const Vector3& mm) const;

private:
    struct Pipeline;
    std::shared_ptr<const Volume> m_volume;
    std::unique_ptr<Pipeline> m_pipeline;
    std::vector<std::int16_t> m_values;
};

} // namespace hounsfield
