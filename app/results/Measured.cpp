// SPDX-License-Identifier: Apache-2.0
#include "app/results/Measured.h"

#include "app/results/Text.h"
#include "inference/TargetNames.h"
#include "volume/MaskSets.h"

#include <algorithm>

namespace hounsfield {
namespace {

/// The middle of the part of a mask that lies on the face of the scan where most of it does.
std::optional<Vector3> placeAtEdge(const Mask& mask)
{
    const Index3& size = mask.geometry().size();
    std::array<std::int64_t, 6> counts{};
    std::array<Vector3, 6> sums{};
    forEachVoxel(mask, [&](const Index3& i) {
        for (std::size_t axis = 0; axis < 3; ++axis)
            for (std::size_t end = 0; end < 2; ++end)
                if (i[axis] == (end ? size[axis] - 1 : 0)) {
                    ++counts[2 * axis + end];
                    sums[2 * axis + end] =
                        sums[2 * axis + end] + Vector3{double(i[0]), double(i[1]), double(i[2])};
                }
    });
    const auto most = std::size_t(std::max_element(counts.begin(), counts.end()) - counts.begin());
    if (counts[most] == 0)
        return std::nullopt;
    return mask.geometry().toMm((1.0 / double(counts[most])) * sums[most]);
}

bool passes(const Lesion& lesion, const Finding& finding, const LesionFilter& filter)
{
    const double mm = lesion.diameters.longest.mm(), ml = lesion.statistics.volumeMl;
    if (mm < filter.lowestMm || mm > filter.highestMm || ml < filter.lowestMl || ml > filter.highestMl)
        return false;
    if (filter.hosts.empty())
        return true;
    return lesion.host >= 0 && std::count(filter.hosts.begin(), filter.hosts.end(),
                                          finding.hosts[std::size_t(lesion.host)]->classId) > 0;
}

Mask unionOf(const Geometry& geometry, const std::vector<Lesion>& lesions)
{
    std::vector<const Mask*> masks;
    for (const Lesion& lesion : lesions)
        masks.push_back(lesion.mask.get());
    return hounsfield::unionOf(geometry, masks);
}

/// Leaves only the lesions that the prompt chose, and says what that left out.
void choose(Finding& finding, LesionList& list, const std::vector<ModelClass>& classes,
            std::vector<Warning>& warnings)
{
    const LesionFilter& filter = finding.target.filter;
    std::vector<Lesion> chosen;
    for (const Lesion& lesion : list.lesions)
        if (passes(lesion, finding, filter) &&
            (filter.largest == 0 || chosen.size() < std::size_t(filter.largest)))
            chosen.push_back(lesion);
    const auto all = list.lesions.size() + std::size_t(list.others);
    const double before = finding.mask.volumeMl();
    std::string said = std::to_string(chosen.size()) + " of " + std::to_string(all) +
                       (all == 1 ? " lesion is " : " lesions are ") + wordsOf(filter, classes) + ".";
    if (chosen.empty() && all > 0)
        said =
            "None of the " + std::to_string(all) + " found is " + wordsOf(filter, classes) +
            "; the longest is " +
            print("%.1f mm.", std::max_element(list.lesions.begin(), list.lesions.end(),
                                               [](const Lesion& a, const Lesion& b) {
                                                   return a.diameters.longest.mm() < b.diameters.longest.mm();
                                               })
                                  ->diameters.longest.mm());
    for (const auto& host : finding.hosts)
        if (host->mask.empty() && std::count(filter.hosts.begin(), filter.hosts.end(), host->classId) > 0)
            said += " The " + host->name + " was not found: no lesion can be assigned to it.";
    finding.mask = unionOf(finding.mask.geometry(), chosen);
    if (chosen.size() < all && !chosen.empty())
        said += print(" The others, %.1f mL, are not in this result.", before - finding.mask.volumeMl());
    if (all > 0)
        warnings.push_back({said, {}});
    const double share = before > 0 ? finding.mask.volumeMl() / before : 0;
    finding.volumeLowMl *= share;
    finding.volumeHighMl *= share;
    list.lesions = std::move(chosen);
    list.others = 0;
}

std::vector<Burden> burdensOf(const Measured& m)
{
    std::vector<Burden> burdens;
    const auto& hosts = m.finding->hosts;
    for (std::size_t h = 0; h < hosts.size(); ++h) {
        Burden burden{hosts[h]->classId, hosts[h]->name, 0, hosts[h]->mask.volumeMl()};
        for (const Lesion& lesion : m.lesions)
            if (lesion.host == int(h)) {
                burden.lesionMl += lesion.statistics.volumeMl;
                burden.organMl += lesion.statistics.volumeMl * (1 - lesion.hostShare);
            }
        if (burden.lesionMl > 0)
            burdens.push_back(burden);
    }
    return burdens;
}

/// One sentence for all lesions that lie outside their organ, with the place of the largest.
void outsideOrgan(Measured& m)
{
    std::size_t count = 0;
    const Lesion* largest = nullptr;
    double ml = 0;
    for (const Lesion& lesion : m.lesions)
        if (lesion.host >= 0 && lesion.hostShare == 0) {
            largest = largest ? largest : &lesion;
            ml += lesion.statistics.volumeMl;
            ++count;
        }
    if (!largest)
        return;
    const std::string which =
        count == 1 ? "A lesion of " + millilitresText(ml) + " mL lies"
                   : std::to_string(count) + " lesions, together " + millilitresText(ml) + " mL, lie";
    const std::string where =
        print(count == 1 ? ", its centre %.0f mm away." : ", the centre of the largest %.0f mm away.",
              largest->hostDistanceMm);
    m.warnings.push_back(
        {which + " outside the outline of the organ (" + organOf(*largest, *m.finding) + ")" + where,
         largest->statistics.centroidMm});
}

void nameOthers(Lesion& lesion, const LesionMarks& marks)
{
    for (const OtherMark& other : marks.others) {
        if (touches(*lesion.mask, *other.mask) &&
            std::count(lesion.alsoMarkedAs.begin(), lesion.alsoMarkedAs.end(), other.name) == 0)
            lesion.alsoMarkedAs.push_back(other.name);
    }
}

std::string listed(const std::vector<std::string>& names)
{
    std::string all;
    for (std::size_t n = 0; n < names.size(); ++n) {
        if (n > 0)
            all += n + 1 == names.size() ? " and " : ", ";
        all += names[n];
    }
    return all;
}

/// One lesion of two classes is said on both sides.
void addSharing(Measured& m, const LesionMarks& marks)
{
    std::int64_t both = 0;
    std::vector<std::string> names;
    for (const Lesion& lesion : m.lesions) {
        both += !lesion.alsoMarkedAs.empty();
        for (const std::string& name : lesion.alsoMarkedAs)
            if (std::count(names.begin(), names.end(), name) == 0)
                names.push_back(name);
    }
    if (both > 0)
        m.warnings.push_back({(both == 1 ? "A lesion is" : std::to_string(both) + " lesions are") +
                                  " marked as " + listed(names) +
                                  ", too: listed and counted once, here, with the voxels of both.",
                              {}});
    if (marks.lesionsMoved > 0)
        m.warnings.push_back(
            {(marks.lesionsMoved == 1 ? "A lesion that is"
                                      : std::to_string(marks.lesionsMoved) + " lesions that are") +
                 " marked as this, too (" + millilitresText(marks.movedMl) + " mL), " +
                 (marks.lesionsMoved == 1 ? "is" : "are") + " listed and counted under " +
                 listed(marks.listedUnder) + ".",
             {}});
}

void addWarnings(Measured& m, bool chosen)
{
    const Finding& f = *m.finding;
    if (f.mask.empty() && !chosen)
        m.warnings.push_back(
            {f.peak > f.largestProbability
                 ? print("Not found: no piece of it reaches a probability of %.2f; the highest anywhere is "
                         "%.2f.",
                         f.peak, f.largestProbability)
                 : print("Not found: the highest probability anywhere is %.2f, the threshold %.2f.",
                         f.largestProbability, f.threshold),
             {}});
    for (const std::string& text : f.warnings)
        m.warnings.push_back({text, {}});
    if (!m.statistics.leavesScan.empty())
        m.warnings.push_back({"It reaches the edge of the scan (" + m.statistics.leavesScan +
                                  "): the volume is that of the visible part.",
                              placeAtEdge(f.mask)});
    outsideOrgan(m);
}

} // namespace

std::string organOf(const Lesion& lesion, const Finding& finding)
{
    return lesion.host >= 0 && std::size_t(lesion.host) < finding.hosts.size()
               ? finding.hosts[std::size_t(lesion.host)]->name
               : std::string();
}

Measurability measurabilityOf(const Lesion& lesion, const ModelClass& known)
{
    return measurability(lesion, known.kind == "cyst" && lesion.alsoMarkedAs.empty());
}

Measured measureFinding(Finding finding, const ModelClass& known, const Volume& volume,
                        const LesionMarks& marks, const Progress& stop)
{
    stop.check();
    Measured m;
    bool chosen = false;
    m.listedUnder = marks.listedUnder;
    if (known.isLesion()) {
        std::vector<const Mask*> hosts;
        std::vector<ModelClass> names;
        for (const auto& host : finding.hosts) {
            hosts.push_back(&host->mask);
            names.emplace_back().id = host->classId;
            names.back().name = host->name;
        }
        LesionList list = lesionsOf(finding.mask, volume, hosts, finding.probability.get(), stop);
        for (Lesion& lesion : list.lesions)
            nameOthers(lesion, marks);
        if (finding.target.filter.chooses()) {
            chosen = !list.lesions.empty();
            choose(finding, list, names, m.warnings);
        }
        if (list.others > 0)
            m.warnings.push_back({"It lies in " +
                                      std::to_string(std::int64_t(list.lesions.size()) + list.others) +
                                      " separate parts; only the " + std::to_string(list.lesions.size()) +
                                      " largest are listed one by one.",
                                  {}});
        m.lesions = std::move(list.lesions);
    }
    stop.check();
    m.statistics = measure(finding.mask, volume);
    m.finding = std::make_shared<const Finding>(std::move(finding));
    m.burdens = burdensOf(m);
    addSharing(m, marks);
    addWarnings(m, chosen || (marks.takenOut && m.finding->mask.empty()));
    return m;
}

std::vector<Measured> measureFindings(std::vector<Finding> findings, const std::vector<ModelClass>& known,
                                      const Volume& volume, const Progress& stop)
{
    std::vector<MarkedClass> lesions;
    std::vector<std::size_t> of;
    for (std::size_t n = 0; n < findings.size(); ++n)
        if (known[n].isLesion()) {
            lesions.push_back({&known[n], &findings[n].mask});
            of.push_back(n);
        }
    SharedLesions shared = shareLesions(lesions, stop);
    std::vector<LesionMarks> marks(findings.size());
    for (std::size_t l = 0; l < of.size(); ++l) {
        marks[of[l]] = std::move(shared.marks[l]);
        replaceMask(findings[of[l]], std::move(shared.masks[l]));
    }
    std::vector<Measured> all;
    for (std::size_t n = 0; n < findings.size(); ++n)
        all.push_back(measureFinding(std::move(findings[n]), known[n], volume, marks[n], stop));
    return all;
}

void replaceMask(Finding& finding, Mask mask)
{
    // The range between two thresholds is known of the whole alone.
    const double share = finding.mask.empty() ? 0 : mask.volumeMl() / finding.mask.volumeMl();
    finding.volumeLowMl *= share;
    finding.volumeHighMl *= share;
    finding.mask = std::move(mask);
}

} // namespace hounsfield
