// SPDX-License-Identifier: Apache-2.0
#include "inference/internal/StandardRules.h"

#include "inference/internal/LungSplit.h"
#include "inference/internal/Regions.h"
#include "volume/Components.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <optional>

namespace hounsfield {
namespace {

/// Which pieces beside the largest one belong to an organ.
struct PieceRule {
    double leastShare; ///< of the largest piece's volume
    double farthestMm; ///< gap to the largest piece
};

/// Parts of a cut lung that collapsed lung parts from the rest lie nearer than this.
constexpr double cutLungReachMm = 15;
constexpr double anywhere = std::numeric_limits<double>::infinity();

PieceRule ruleOf(int id)
{
    switch (id) {
    // Compact organs, whose parts a scan's slices, a cleft or a vessel may separate (and accessory spleens).
    case 1:
    case 2:
    case 3:
    case 4:
    case 6:
    case 7:
    case 11:
    case 12:
    case 13:
    case 21:
    case 22:
    case 23:
    case 24:
        return {0.005, 25};
    // Tubes, which collapse and vanish for a stretch.
    case 5:
    case 8:
    case 9:
    case 10:
    case 14:
    case 16:
    case 17:
    case 20:
    case 25:
        return {0.005, 60};
    // Bowel, vessels inside the liver, and classes of other models.
    default:
        return {0, anywhere};
    }
}

std::optional<int> otherSideOf(int id)
{
    static constexpr std::array<std::pair<int, int>, 3> pairs{{{2, 3}, {12, 13}, {23, 24}}};
    for (const auto& [a, b] : pairs)
        if (id == a || id == b)
            return id == a ? b : a;
    return std::nullopt;
}

/// Removes pieces and counts why.
class Sieve {
public:
    Sieve(ModelMasks& masks, int id) : m_masks(masks), m_id(id) {}

    Voxels& voxels() { return m_masks.masks.at(m_id); }
    /// Pieces that are no specks, largest first; the specks go. A class that has nothing else keeps its
    /// largest speck.
    std::vector<Mask> withoutSpecks(double leastMm3)
    {
        Pieces found =
            pieces(asMask(voxels(), m_masks.size), mostPieces, voxelsNotSpeck(leastMm3, m_masks.voxelMl));
        if (found.masks.empty() && found.others > 0) {
            found.masks = components(asMask(voxels(), m_masks.size), 1);
            --found.others;
            found.otherVoxels -= found.masks[0].count();
            m_masks.warnings[m_id].push_back(
                "Nothing larger than a speck was found; this is the largest of them.");
        }
        std::fill(voxels().begin(), voxels().end(), std::uint8_t(0));
        for (const Mask& piece : found.masks)
            paint(voxels(), piece, 1);
        note(Removal::Why::Speck, found.others, found.otherVoxels);
        return std::move(found.masks);
    }
    /// The same of a lesion, of pieces in which the model is somewhere sure enough: outlined by a threshold,
    /// kept by a peak (hysteresis, Canny 1986).
    std::vector<Mask> believed()
    {
        if (const auto sure = m_masks.sure.find(m_id); sure != m_masks.sure.end()) {
            Voxels seeds(voxels().size(), 0);
            for (const std::size_t v : sure->second)
                seeds[v] = 1;
            dropAllBut(reached(asMask(voxels(), m_masks.size), asMask(seeds, m_masks.size)));
        }
        return withoutSpecks(lesionSpeckMm3);
    }
    /// Whether the model is sure enough of what of a piece lies in a region; always, of a class without a
    /// peak.
    bool isSureOf(const Mask& piece, const Voxels& region) const
    {
        const auto sure = m_masks.sure.find(m_id);
        const Index3& size = m_masks.size;
        // A piece's indices are Z, Y, X.
        const auto at = [&](std::size_t v) {
            return Index3{std::int64_t(v) % size[2], std::int64_t(v) / size[2] % size[1],
                          std::int64_t(v) / (size[2] * size[1])};
        };
        return sure == m_masks.sure.end() ||
               std::any_of(sure->second.begin(), sure->second.end(),
                           [&](std::size_t v) { return region[v] && piece.at(at(v)); });
    }
    void drop(const Mask& piece, Removal::Why why)
    {
        paint(voxels(), piece, 0);
        note(why, 1, piece.count());
    }
    void note(Removal::Why why, std::int64_t pieces, std::int64_t voxels)
    {
        if (voxels <= 0)
            return;
        auto& all = m_masks.removals[m_id];
        auto same = std::find_if(all.begin(), all.end(), [&](const Removal& r) { return r.why == why; });
        if (same == all.end())
            same = all.insert(all.end(), {why, 0, 0});
        same->pieces += pieces;
        same->ml += double(voxels) * m_masks.voxelMl;
    }

private:
    /// What goes is counted as unsure, specks among it as specks.
    void dropAllBut(const Mask& kept)
    {
        paint(voxels(), kept, 0);
        const Pieces gone = pieces(asMask(voxels(), m_masks.size), mostPieces,
                                   voxelsNotSpeck(lesionSpeckMm3, m_masks.voxelMl));
        for (const Mask& piece : gone.masks)
            note(Removal::Why::Unsure, 1, piece.count());
        note(Removal::Why::Speck, gone.others, gone.otherVoxels);
        std::fill(voxels().begin(), voxels().end(), std::uint8_t(0));
        paint(voxels(), kept, 1);
    }

    static constexpr std::size_t mostPieces = 1000;
    ModelMasks& m_masks;
    int m_id;
};

/// Whether the upper end of a scan cuts a lung: by its largest piece alone, so that air of the neck marked as
/// lung never costs the lung itself.
bool isCutAbove(const Mask& largest, const Index3& size)
{
    // A piece's indices are Z, Y, X; resampling may leave the uppermost layer empty.
    return largest.box().end[0] >= size[2] - 1;
}

void keepOwnPieces(ModelMasks& masks, int id, const std::vector<Mask>& otherLargest, const Progress& progress)
{
    Sieve sieve(masks, id);
    const std::vector<Mask> found = sieve.withoutSpecks(organSpeckMm3);
    PieceRule rule = ruleOf(id);
    // A cut lung hangs together upwards: what lies far from it, below, is gas of the bowel.
    if ((id == 16 || id == 17) && !found.empty() && isCutAbove(found[0], masks.size))
        rule.farthestMm = cutLungReachMm;
    for (std::size_t n = 1; n < found.size(); ++n) {
        progress.check();
        if (double(found[n].count()) < rule.leastShare * double(found[0].count())) {
            sieve.drop(found[n], Removal::Why::Apart);
            continue;
        }
        if (rule.farthestMm == anywhere)
            continue;
        constexpr double exactly = 1e6;
        const double gap =
            gapMm(found[n], found[0], masks.spacingMm, otherLargest.empty() ? rule.farthestMm + 1 : exactly);
        if (!otherLargest.empty() && gapMm(found[n], otherLargest[0], masks.spacingMm, exactly) < gap)
            sieve.drop(found[n], Removal::Why::OtherSide);
        else if (gap > rule.farthestMm)
            sieve.drop(found[n], Removal::Why::Apart);
    }
}

/// A lesion most of which is in or by its organ may grow out of it; of others only what is there is kept.
void keepInHost(ModelMasks& masks, int id, const Voxels& region, const Progress& progress)
{
    Sieve sieve(masks, id);
    for (const Mask& piece : sieve.believed()) {
        progress.check();
        std::int64_t in = 0;
        forEachVoxel(piece, [&](const Index3& v) {
            in += region[static_cast<std::size_t>(piece.geometry().offset(v))];
        });
        if (in == 0) {
            sieve.drop(piece, Removal::Why::OutsideHost);
        } else if (2 * in < piece.count()) {
            forEachVoxel(piece, [&](const Index3& v) {
                const auto offset = static_cast<std::size_t>(piece.geometry().offset(v));
                sieve.voxels()[offset] = region[offset];
            });
            sieve.note(Removal::Why::OutsideHost, 0, piece.count() - in);
            if (!sieve.isSureOf(piece, region)) {
                paint(sieve.voxels(), piece, 0);
                sieve.note(Removal::Why::Unsure, 1, in);
            }
        }
    }
}

/// Portal and splenic vein: nothing below the lowest slice of the pancreas, where it is the superior
/// mesenteric vein.
void cutBelowPancreas(ModelMasks& masks)
{
    const Voxels& pancreas = masks.masks.at(11);
    const std::int64_t slices = masks.size[2];
    std::int64_t lowest = slices;
    for (std::size_t v = 0; v < pancreas.size(); ++v)
        if (pancreas[v])
            lowest = std::min(lowest, static_cast<std::int64_t>(v) % slices);
    if (lowest == slices)
        return;
    Sieve sieve(masks, 10);
    const std::int64_t before = countOf(sieve.voxels());
    for (std::size_t v = 0; v < sieve.voxels().size(); ++v)
        if (static_cast<std::int64_t>(v) % slices < lowest)
            sieve.voxels()[v] = 0;
    sieve.note(Removal::Why::BelowPancreas, 0, before - countOf(sieve.voxels()));
}

/// The regions that lesions may lie in, made once for each set of hosts.
class HostRegions {
public:
    explicit HostRegions(const ModelMasks& masks) : m_masks(masks) {}

    /// Null where none of the hosts was found.
    const Voxels* of(const std::vector<int>& hosts)
    {
        if (const auto known = m_regions.find(hosts); known != m_regions.end())
            return known->second.empty() ? nullptr : &known->second;
        Voxels all(static_cast<std::size_t>(m_masks.size[0] * m_masks.size[1] * m_masks.size[2]), 0);
        for (const int host : hosts)
            if (const auto mask = m_masks.masks.find(host); mask != m_masks.masks.end())
                all = unionOf(all, mask->second);
        Voxels& region = m_regions[hosts];
        if (countOf(all) > 0)
            region = withinMm(all, m_masks.size, m_masks.spacingMm, hostReachMm);
        return region.empty() ? nullptr : &region;
    }

private:
    const ModelMasks& m_masks;
    std::map<std::vector<int>, Voxels> m_regions;
};

void cleanLesion(ModelMasks& masks, const ModelClass& known, HostRegions& regions, const Progress& progress)
{
    progress.check();
    const bool checked = std::any_of(known.hosts.begin(), known.hosts.end(),
                                     [&](int host) { return masks.masks.count(host) > 0; });
    const Voxels* region = checked ? regions.of(known.hosts) : nullptr;
    if (region) {
        keepInHost(masks, known.id, *region, progress);
        return;
    }
    Sieve(masks, known.id).believed();
    if (checked && countOf(masks.masks.at(known.id)) > 0)
        masks.warnings[known.id].push_back(
            "Its organ was not found, so that nothing tells whether it lies in it.");
}

} // namespace

void standardRules(ModelMasks& masks, const std::vector<ModelClass>& classes, Progress& progress)
{
    progress.check();
    const auto has = [&](int id) { return masks.masks.count(id) > 0; };
    if (has(16) && has(17))
        splitLungs(masks, 16, 17);
    std::map<int, std::vector<Mask>> largest;
    for (const int id : {2, 3, 12, 13, 23, 24})
        if (has(id)) {
            progress.check();
            largest[id] = components(asMask(masks.masks.at(id), masks.size), 1);
        }
    std::size_t done = 0;
    for (const ModelClass& known : classes)
        if (has(known.id) && !known.isLesion()) {
            progress.step({"cleaning up", double(done++) / double(masks.masks.size()), std::nullopt});
            keepOwnPieces(masks, known.id,
                          otherSideOf(known.id) ? largest[*otherSideOf(known.id)] : std::vector<Mask>{},
                          progress);
        }
    if (has(10) && has(11))
        cutBelowPancreas(masks);
    HostRegions regions(masks);
    for (const ModelClass& known : classes)
        if (has(known.id) && known.isLesion())
            cleanLesion(masks, known, regions, progress);
    // Words beyond the known classes.
    for (auto& [id, voxels] : masks.masks)
        if (std::none_of(classes.begin(), classes.end(),
                         [id = id](const ModelClass& known) { return known.id == id; }))
            Sieve(masks, id).withoutSpecks(lesionSpeckMm3);
}

} // namespace hounsfield
