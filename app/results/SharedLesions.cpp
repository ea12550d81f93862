#include "app/results/SharedLesions.h"

#include "volume/Components.h"

#include <algorithm>

namespace hounsfield {
namespace {

bool haveCommonHost(const ModelClass& a, const ModelClass& b)
{
    return std::any_of(a.hosts.begin(), a.hosts.end(),
                       [&](int host) { return std::count(b.hosts.begin(), b.hosts.end(), host) > 0; });
}

/// The voxels of `mask` for which `keep` holds.
template <typename Keep> Mask filtered(const Mask& mask, Keep&& keep)
{
    if (mask.empty())
        return mask;
    std::vector<std::uint8_t> inside = mask.boxVoxels();
    std::size_t v = 0;
    const IndexBox& box = mask.box();
    for (std::int64_t k = box.begin[2]; k < box.end[2]; ++k)
        for (std::int64_t j = box.begin[1]; j < box.end[1]; ++j)
            for (std::int64_t i = box.begin[0]; i < box.end[0]; ++i, ++v)
                inside[v] = inside[v] && keep(Index3{i, j, k});
    return Mask::fromBox(mask.geometry(), box, inside);
}

std::int64_t countIn(const Mask& mask, const Mask& other)
{
    std::int64_t count = 0;
    forEachVoxel(mask, [&](const Index3& v) { count += other.at(v); });
    return count;
}

void addOnce(std::vector<std::string>& names, const std::string& name)
{
    if (std::count(names.begin(), names.end(), name) == 0)
        names.push_back(name);
}

/// Moves what two classes both mark to the one that marks more of it.
void sharePair(std::size_t a, std::size_t b, const std::vector<MarkedClass>& classes, SharedLesions& all)
{
    const Mask seeds = filtered(all.masks[a], [&](const Index3& v) { return all.masks[b].at(v); });
    if (seeds.empty())
        return;
    const Geometry& geometry = seeds.geometry();
    const Mask both = unionOf(geometry, {&all.masks[a], &all.masks[b]});
    for (const Mask& lesion : components(reached(both, seeds))) {
        const bool toB = countIn(lesion, all.masks[b]) > countIn(lesion, all.masks[a]);
        const std::size_t to = toB ? b : a, from = toB ? a : b;
        LesionMarks& left = all.marks[from];
        left.movedMl += double(countIn(lesion, all.masks[from])) * geometry.voxelVolumeMl();
        ++left.lesionsMoved;
        left.takenOut = true;
        addOnce(left.listedUnder, classes[to].known->name);
        all.masks[to] = unionOf(geometry, {&all.masks[to], &lesion});
        all.masks[from] = filtered(all.masks[from], [&](const Index3& v) { return !lesion.at(v); });
    }
}

} // namespace

SharedLesions shareLesions(const std::vector<MarkedClass>& classes)
{
    SharedLesions all;
    all.marks.resize(classes.size());
    for (const MarkedClass& one : classes)
        all.masks.push_back(*one.mask);
    for (std::size_t a = 0; a < classes.size(); ++a)
        for (std::size_t b = a + 1; b < classes.size(); ++b)
            if (haveCommonHost(*classes[a].known, *classes[b].known))
                sharePair(a, b, classes, all);
    for (std::size_t a = 0; a < classes.size(); ++a)
        for (std::size_t b = 0; b < classes.size(); ++b)
            if (a != b && haveCommonHost(*classes[a].known, *classes[b].known) && countIn(*classes[b].mask, all.masks[a]) > 0)
                all.marks[a].others.push_back({classes[b].known->name, std::make_shared<const Mask>(*classes[b].mask)});
    return all;
}

} // namespace hounsfield
