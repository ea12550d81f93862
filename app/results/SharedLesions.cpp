// SPDX-License-Identifier: Apache-2.0
#include "app/results/SharedLesions.h"

#include "volume/Components.h"
#include "volume/MaskSets.h"

#include <algorithm>

namespace hounsfield {
namespace {

/// Two results of one class are chosen from the same lesions: neither takes them from the other.
bool mayShare(const ModelClass& a, const ModelClass& b)
{
    return a.id != b.id && std::any_of(a.hosts.begin(), a.hosts.end(), [&](int host) {
               return std::count(b.hosts.begin(), b.hosts.end(), host) > 0;
           });
}

/// For each the first of the same class with the same marks: it is shared with others as that one is.
std::vector<std::size_t> firstAlike(const std::vector<MarkedClass>& classes)
{
    std::vector<std::size_t> first;
    for (std::size_t n = 0; n < classes.size(); ++n) {
        std::size_t m = 0;
        while (m < n && (classes[m].known->id != classes[n].known->id ||
                         !areEqual(*classes[m].mask, *classes[n].mask)))
            ++m;
        first.push_back(m);
    }
    return first;
}

void addOnce(std::vector<std::string>& names, const std::string& name)
{
    if (std::count(names.begin(), names.end(), name) == 0)
        names.push_back(name);
}

/// Moves what two classes both mark to the one that marks more of it.
void sharePair(std::size_t a, std::size_t b, const std::vector<MarkedClass>& classes, SharedLesions& all,
               const Progress& stop)
{
    stop.check();
    const Mask seeds = filtered(all.masks[a], [&](const Index3& v) { return all.masks[b].at(v); });
    if (seeds.empty())
        return;
    const Geometry& geometry = seeds.geometry();
    const Mask both = unionOf(geometry, {&all.masks[a], &all.masks[b]});
    for (const Mask& lesion : components(reached(both, seeds))) {
        stop.check();
        const bool toB = sharedVoxels(lesion, all.masks[b]) > sharedVoxels(lesion, all.masks[a]);
        const std::size_t to = toB ? b : a;
        const std::size_t from = toB ? a : b;
        LesionMarks& left = all.marks[from];
        left.movedMl += double(sharedVoxels(lesion, all.masks[from])) * geometry.voxelVolumeMl();
        ++left.lesionsMoved;
        left.takenOut = true;
        addOnce(left.listedUnder, classes[to].known->name);
        all.masks[to] = unionOf(geometry, {&all.masks[to], &lesion});
        all.masks[from] = filtered(all.masks[from], [&](const Index3& v) { return !lesion.at(v); });
    }
}

} // namespace

SharedLesions shareLesions(const std::vector<MarkedClass>& classes, const Progress& stop)
{
    SharedLesions all;
    const std::vector<std::size_t> first = firstAlike(classes);
    all.marks.resize(classes.size());
    for (const MarkedClass& one : classes)
        all.masks.push_back(*one.mask);
    for (std::size_t a = 0; a < classes.size(); ++a)
        for (std::size_t b = a + 1; b < classes.size(); ++b)
            if (first[a] == a && first[b] == b && mayShare(*classes[a].known, *classes[b].known))
                sharePair(a, b, classes, all, stop);
    for (std::size_t n = 0; n < classes.size(); ++n) {
        all.masks[n] = all.masks[first[n]];
        all.marks[n] = all.marks[first[n]];
    }
    for (std::size_t a = 0; a < classes.size(); ++a)
        for (std::size_t b = 0; b < classes.size(); ++b)
            if (first[b] == b && mayShare(*classes[a].known, *classes[b].known) &&
                sharedVoxels(*classes[b].mask, all.masks[a]) > 0)
                all.marks[a].others.push_back(
                    {classes[b].known->name, std::make_shared<const Mask>(*classes[b].mask)});
    return all;
}

} // namespace hounsfield
