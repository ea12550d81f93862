#include "app/LesionEdits.h"

#include "app/results/Text.h"
#include "volume/Components.h"

#include <algorithm>

namespace hounsfield {
namespace {

bool touches(const Mask& a, const Mask& b)
{
    bool shared = false;
    forEachVoxel(a, [&](const Index3& v) { shared = shared || b.at(v); });
    return shared;
}

const Finding& sourceOf(const Structure& s)
{
    return s.source ? *s.source : *s.finding;
}

/// The components of `mask` that hold no voxel of what was removed.
Mask withoutRemoved(const Mask& mask, const std::vector<RemovedLesion>& removed)
{
    std::vector<const Mask*> gone;
    for (const RemovedLesion& one : removed)
        if (touches(*one.mask, mask))
            gone.push_back(one.mask.get());
    if (gone.empty())
        return mask;
    const Mask lesions = reached(mask, unionOf(mask.geometry(), gone));
    std::vector<std::uint8_t> inside = mask.boxVoxels();
    std::size_t v = 0;
    const IndexBox& box = mask.box();
    for (std::int64_t k = box.begin[2]; k < box.end[2]; ++k)
        for (std::int64_t j = box.begin[1]; j < box.end[1]; ++j)
            for (std::int64_t i = box.begin[0]; i < box.end[0]; ++i, ++v)
                inside[v] = inside[v] && !lesions.at({i, j, k});
    return Mask::fromBox(mask.geometry(), box, inside);
}

/// "2 lesions, together 3.1 mL, were removed by hand." Empty where none was.
std::string removedSentence(const std::vector<RemovedLesion>& removed)
{
    std::size_t count = 0;
    double ml = 0;
    for (const RemovedLesion& one : removed)
        if (one.counted) {
            ++count;
            ml += one.mask->volumeMl();
        }
    if (count == 0)
        return {};
    const std::string volume = millilitresText(ml) + " mL";
    return count == 1 ? "A lesion of " + volume + " was removed by hand and is not counted."
                      : std::to_string(count) + " lesions, together " + volume + ", were removed by hand and are not counted.";
}

/// The mean over the lesions that are left, by volume; as it was where their probabilities were not kept.
double meanProbabilityOf(const Measured& m, double before)
{
    double sum = 0, voxels = 0;
    for (const Lesion& lesion : m.lesions) {
        if (!lesion.meanProbability)
            return before;
        sum += *lesion.meanProbability * double(lesion.statistics.voxels);
        voxels += double(lesion.statistics.voxels);
    }
    return voxels > 0 ? sum / voxels : before;
}

/// One structure from its source and the mask that is left of it.
void deriveOne(Structure& s, Mask mask, LesionMarks marks, const Volume& volume, const Progress& stop)
{
    const Finding& source = sourceOf(s);
    Finding finding = source;
    marks.takenOut = marks.takenOut || (mask.empty() && !source.mask.empty());
    replaceMask(finding, std::move(mask));
    if (const std::string sentence = removedSentence(s.removed); !sentence.empty())
        finding.warnings.push_back(sentence);
    const Target target = s.finding->target;
    Measured measured = measureFinding(std::move(finding), s.known, volume, marks, stop);
    Finding done = *measured.finding;
    done.target = target; // by which it is known again
    if (!s.removed.empty())
        done.meanProbability = meanProbabilityOf(measured, done.meanProbability);
    measured.finding = std::make_shared<const Finding>(std::move(done));
    take(s, std::move(measured));
}

} // namespace

void take(Structure& structure, Measured measured)
{
    structure.finding = std::move(measured.finding);
    structure.statistics = measured.statistics;
    structure.lesions = std::move(measured.lesions);
    structure.burdens = std::move(measured.burdens);
    structure.warnings = std::move(measured.warnings);
    structure.listedUnder = std::move(measured.listedUnder);
}

void deriveLesions(std::vector<Structure>& structures, const Volume& volume, const Progress& stop)
{
    std::vector<Structure*> lesions;
    std::vector<Mask> left;
    for (Structure& s : structures)
        if (s.known.isLesion()) {
            lesions.push_back(&s);
            left.push_back(withoutRemoved(sourceOf(s).mask, s.removed));
        }
    std::vector<MarkedClass> classes;
    for (std::size_t n = 0; n < lesions.size(); ++n)
        classes.push_back({&lesions[n]->known, &left[n]});
    SharedLesions shared = shareLesions(classes, stop);
    for (std::size_t n = 0; n < lesions.size(); ++n) {
        const bool changed = !lesions[n]->removed.empty() || !shared.marks[n].others.empty() || shared.marks[n].takenOut;
        if (changed || lesions[n]->derived)
            deriveOne(*lesions[n], std::move(shared.masks[n]), shared.marks[n], volume, stop);
        lesions[n]->derived = changed;
    }
}

void markRemoved(std::vector<Structure>& structures, int id, std::size_t lesion, bool notALesion)
{
    const auto own = std::find_if(structures.begin(), structures.end(), [&](const Structure& s) { return s.id == id; });
    const Lesion removed = own->lesions[lesion];
    for (Structure& s : structures) {
        const bool alsoMarked = std::count(removed.alsoMarkedAs.begin(), removed.alsoMarkedAs.end(), s.known.name) > 0;
        if (s.id == id || (alsoMarked && touches(*removed.mask, sourceOf(s).mask)))
            s.removed.push_back({removed.mask, notALesion, removed.diameters.longest.mm(), s.id == id});
    }
}

void keepRemoved(Structure& made, const Structure& old, const std::vector<Structure>& all)
{
    constexpr std::int64_t grownMost = 4; ///< times its voxels: beyond that another lesion may be in it
    made.removed.clear();
    if (old.removed.empty())
        return;
    const Mask& mask = sourceOf(made).mask;
    std::size_t again = 0;
    for (const RemovedLesion& one : old.removed) {
        const Mask now = touches(*one.mask, mask) ? reached(mask, *one.mask) : Mask(mask.geometry());
        bool kept = now.count() > grownMost * one.mask->count();
        for (const Structure& s : all)
            for (const Lesion& lesion : s.lesions)
                kept = kept || (s.known.isLesion() && touches(*lesion.mask, now));
        again += kept;
        if (!kept)
            made.removed.push_back(one);
    }
    if (again == 0)
        return;
    Finding finding = sourceOf(made);
    finding.warnings.push_back(again == 1 ? "A lesion that had been removed by hand has grown together with others here and is shown again."
                                          : std::to_string(again) + " lesions that had been removed by hand have grown together with others here and are shown again.");
            stop.check();
    made.source = std::make_shared<const Finding>(std::move(finding));
    made.derived = true;
}

Structure withLeftOut(const Structure& structure, const Volume& volume)
{
    Structure s = structure;
    Finding finding = sourceOf(structure);
    const std::string removed = sentenceOf(finding.removals);
    const double before = finding.mask.volumeMl();
    finding.mask = unionOf(finding.mask.geometry(), {&finding.mask, finding.leftOut.get()});
    finding.target.filter = {}; // all of what is given back is shown
    finding.removals.clear();
    finding.leftOut.reset();
    finding.peak = 0; // it held for the pieces that stayed
    finding.volumeHighMl += finding.mask.volumeMl() - before;
void measureAgain(std::vector<Structure>& structures, const Volume& volume, Progress& progress)
{
    for (std::size_t n = 0; n < structures.size(); ++n) {
        Structure& s = structures[n];
        progress.step({"measuring", double(n) / double(structures.size()), {}});
        if (s.derived)
            continue; // from its source, below
        Finding finding = *s.finding;
        finding.target.filter = {}; // it holds only the chosen lesions already
        Measured measured = measureFinding(std::move(finding), s.known, volume, {}, progress);
        s.statistics = measured.statistics;
        s.lesions = std::move(measured.lesions);
        s.burdens = std::move(measured.burdens);
    }
    deriveLesions(structures, volume, progress);
}

    std::erase(finding.warnings, removed);
    finding.warnings.insert(finding.warnings.begin(), "What the clean-up had left out was given back by hand.");
    if (s.known.isLesion())
        s.source = std::make_shared<const Finding>(finding);
    take(s, measureFinding(finding, s.known, volume));
    Finding done = *s.finding;
    done.target = structure.finding->target;
    s.finding = std::make_shared<const Finding>(std::move(done));
    s.derived = s.known.isLesion();
    return s;
}

} // namespace hounsfield
