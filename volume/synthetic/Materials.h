// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "volume/Geometry.h"
#include "volume/Progress.h"
#include "volume/synthetic/BodyPlan.h"

namespace hounsfield::synthetic {

/// What is at one point: a tissue, and the classes it belongs to (bit id-1).
struct Material {
    Tissue tissue = Tissue::Air;
    std::uint32_t classes = 0;
    bool operator==(const Material&) const = default;
};

/// Which shapes may hold a point: a coarse grid over the plan's coordinates, so that a voxel asks a few of
/// the hundreds.
class Nearby {
public:
    /// @param marginMm a cell also knows shapes as far as this outside it
    Nearby(const BodyPlan& plan, float marginMm);
    const std::vector<std::uint16_t>& at(Point p) const;

private:
    std::vector<std::vector<std::uint16_t>> m_cells;
};

/// The first paint of `candidates` that holds p, a place in the plan.
Material materialAt(const BodyPlan& plan, const std::vector<std::uint16_t>& candidates, Point p);
/// Those of `candidates` that may hold a point within `radius` of p, up to the first that holds them all.
void narrow(const BodyPlan& plan, const std::vector<std::uint16_t>& candidates, Point p, float radius,
            std::vector<std::uint16_t>& out);

/// A person in voxels: for each (x fastest) which of the materials it is.
struct MaterialMap {
    Geometry grid;
    std::vector<Material> materials;
    std::vector<std::uint8_t> voxels;
};
/// The materials at the voxel centres of any grid, LPS mm.
MaterialMap mapMaterials(const BodyPlan& plan, const Geometry& grid, Progress& progress);

} // namespace hounsfield::synthetic
