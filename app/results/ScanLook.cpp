#include "app/results/Plausibility.h"

#include <algorithm>
#include <cmath>

namespace hounsfield {
namespace {

constexpr std::size_t tenths = 10;

/// Sums over one tenth of the scan from foot to head.
struct Tenth {
    double body = 0, lung = 0;
    double share() const { return body + lung > 0 ? lung / (body + lung) : 0; }
};

/// Every so many voxels along each axis, so that about two million are read.
Index3 strides(const Index3& size)
{
    constexpr double most = 2e6;
    const double voxels = double(size[0]) * double(size[1]) * double(size[2]);
    const auto stride = static_cast<std::int64_t>(std::ceil(std::cbrt(std::max(1.0, voxels / most))));
    Index3 all;
    for (std::size_t a = 0; a < 3; ++a)
        all[a] = std::max<std::int64_t>(1, std::min(stride, size[a] / 16));
    return all;
}

} // namespace

ScanLook lookAt(const Volume& volume)
{
    // Soft tissue and denser; bone; lung, but neither the air around the patient nor gas in the bowel, which are darker.
    constexpr int bodyHu = -300, boneHu = 250, boneMostHu = 2000, lungLowHu = -930, lungHighHu = -500;
    const Geometry& g = volume.geometry();
    double low = 1e300, high = -1e300;
    for (int corner = 0; corner < 8; ++corner) {
        Index3 at;
        for (std::size_t a = 0; a < 3; ++a)
            at[a] = corner >> a & 1 ? g.size()[a] - 1 : 0;
        low = std::min(low, g.toMm(at)[2]);
        high = std::max(high, g.toMm(at)[2]);
    }
    const Index3 step = strides(g.size());
    double body = 0, bone = 0, bodyY = 0, boneY = 0;
    std::array<Tenth, tenths> all;
    for (std::int64_t k = 0; k < g.size()[2]; k += step[2])
        for (std::int64_t j = 0; j < g.size()[1]; j += step[1])
            for (std::int64_t i = 0; i < g.size()[0]; i += step[0]) {
                const int hu = volume.at({i, j, k});
                if (hu < lungLowHu)
                    continue;
                const Vector3 mm = g.toMm(Index3{i, j, k});
                Tenth& tenth = all[std::min(tenths - 1, static_cast<std::size_t>(double(tenths) * (mm[2] - low) / std::max(1e-9, high - low)))];
                tenth.lung += hu < lungHighHu;
                if (hu < bodyHu)
                    continue;
                ++tenth.body;
                ++body;
                bodyY += mm[1];
                if (hu >= boneHu && hu <= boneMostHu) {
                    ++bone;
                    boneY += mm[1];
                }
            }
    ScanLook look;
    look.lungAtBottom = all.front().share();
    look.lungAtTop = all.back().share();
    for (const Tenth& tenth : all)
        look.lungMost = std::max(look.lungMost, tenth.share());
    if (body > 0 && bone > 0) {
        look.boneShare = bone / body;
        look.bonesBehindMm = boneY / bone - bodyY / body;
    }
    return look;
}

} // namespace hounsfield
