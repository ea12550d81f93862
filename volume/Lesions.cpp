// SPDX-License-Identifier: Apache-2.0
#include "volume/Lesions.h"

#include "volume/Components.h"
#include "volume/MaskSets.h"
#include "volume/NumberText.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace hounsfield {
namespace {

double distanceMm(const Vector3& from, const Mask& to)
{
    double least = std::numeric_limits<double>::max();
    forEachVoxel(to, [&](const Index3& v) {
        const Vector3 d = to.geometry().toMm(v) - from;
        least = std::min(least, dot(d, d));
    });
    return std::sqrt(least);
}

void findHost(Lesion& lesion, const std::vector<const Mask*>& hosts, const Progress& stop)
{
    std::int64_t most = 0;
    for (std::size_t h = 0; h < hosts.size(); ++h)
        if (const std::int64_t shared = sharedVoxels(*lesion.mask, *hosts[h]); shared > most) {
            most = shared;
            lesion.host = int(h);
            lesion.hostShare = double(shared) / double(lesion.mask->count());
        }
    if (most > 0)
        return;
    double nearest = std::numeric_limits<double>::max();
    for (std::size_t h = 0; h < hosts.size(); ++h) {
        stop.check();
        if (!hosts[h]->empty())
            if (const double mm = distanceMm(lesion.statistics.centroidMm, *hosts[h]); mm < nearest) {
                nearest = lesion.hostDistanceMm = mm;
                lesion.host = int(h);
            }
    }
}

std::optional<double> meanProbability(const Mask& mask, const Volume* thousandths)
{
    if (!thousandths)
        return std::nullopt;
    const Geometry& grid = thousandths->geometry();
    double sum = 0;
    forEachVoxel(mask, [&](const Index3& v) {
        const Vector3 at = grid.toIndex(mask.geometry().toMm(v));
        Index3 nearest;
        for (std::size_t a = 0; a < 3; ++a)
            nearest[a] = std::clamp<std::int64_t>(std::llround(at[a]), 0, grid.size()[a] - 1);
        sum += thousandths->at(nearest);
    });
    return sum / 1000 / double(mask.count());
}

std::string millimetres(double mm)
{
    return fixedText(mm, 1) + " mm";
}

} // namespace

LesionList lesionsOf(const Mask& mask, const Volume& volume, const std::vector<const Mask*>& hosts,
                     const Volume* probability, const Progress& stop)
{
    Pieces parts = pieces(mask, mostLesions, 1);
    LesionList list;
    list.others = parts.others;
    for (Mask& part : parts.masks) {
        stop.check();
        Lesion lesion;
        lesion.mask = std::make_shared<const Mask>(std::move(part));
        lesion.statistics = measure(*lesion.mask, volume);
        lesion.diameters = diameters(*lesion.mask);
        lesion.meanProbability = meanProbability(*lesion.mask, probability);
        findHost(lesion, hosts, stop);
        list.lesions.push_back(std::move(lesion));
    }
    return list;
}

Measurability measurability(const Lesion& lesion, bool cyst)
{
    constexpr double leastMm = 10, thickMm = 5;
    const double longest = lesion.diameters.longest.mm();
    const double slices = lesion.mask->geometry().spacingMm()[std::size_t(lesion.diameters.sliceAxis)];
    if (cyst)
        return {false, "A simple cyst is not a lesion by RECIST."};
    if (!lesion.statistics.leavesScan.empty())
        return {false, "It reaches the edge of the scan (" + lesion.statistics.leavesScan + ")."};
    if (longest < leastMm)
        return {false, "Its longest axial diameter, " + millimetres(longest) + ", is under 10 mm."};
    // Small steps are noise of the header.
    if (slices > thickMm + 0.01 && longest < 2 * slices)
        return {false, "Its longest axial diameter, " + millimetres(longest) +
                           ", is under twice the distance of slices, " + millimetres(slices) + "."};
    return {true, "Its longest axial diameter is " + millimetres(longest) + "."};
}

} // namespace hounsfield
