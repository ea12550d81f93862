// SPDX-License-Identifier: Apache-2.0
#include "app/results/Body.h"
#include "app/results/Plausibility.h"

#include <algorithm>
#include <cmath>

namespace hounsfield {
namespace {

constexpr std::size_t tenths = 10;

/// Sums over one tenth of the body from foot to head.
struct Tenth {
    double all = 0, lung = 0;
    double share() const { return all > 0 ? lung / all : 0; }
};

} // namespace

ScanLook lookAt(const Volume& volume)
{
    // Bone, but not metal; lung, but not the darker gas of the bowel.
    constexpr int boneHu = 250, boneMostHu = 2000, lungLowHu = -960, lungHighHu = -500;
    ScanLook look{0, 0, 0, 0, 0, std::make_shared<const Mask>(bodyOf(volume))};
    const Geometry& grid = look.body->geometry();
    const auto zOf = [&](const Index3& v) { return grid.toMm(v)[2]; };
    double low = 1e300, high = -1e300, bone = 0, bodyY = 0, boneY = 0;
    forEachVoxel(*look.body, [&](const Index3& v) {
        low = std::min(low, zOf(v));
        high = std::max(high, zOf(v));
    });
    std::array<Tenth, tenths> all;
    forEachVoxel(*look.body, [&](const Index3& v) {
        const Vector3 mm = grid.toMm(v), at = volume.geometry().toIndex(mm);
        const int hu = volume.at({std::llround(at[0]), std::llround(at[1]), std::llround(at[2])});
        Tenth& tenth = all[std::min(tenths - 1, static_cast<std::size_t>(double(tenths) * (mm[2] - low) /
                                                                         std::max(1e-9, high - low)))];
        ++tenth.all;
        tenth.lung += hu > lungLowHu && hu < lungHighHu;
        bodyY += mm[1];
        if (hu >= boneHu && hu <= boneMostHu) {
            ++bone;
            boneY += mm[1];
        }
    });
    look.lungAtBottom = all.front().share();
    look.lungAtTop = all.back().share();
    for (const Tenth& tenth : all)
        look.lungMost = std::max(look.lungMost, tenth.share());
    if (bone > 0) {
        const double voxels = double(look.body->count());
        look.boneShare = bone / voxels;
        look.bonesBehindMm = boneY / bone - bodyY / voxels;
    }
    return look;
}

} // namespace hounsfield
