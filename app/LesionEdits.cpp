// SPDX-License-Identifier: Apache-2.0
#include "app/LesionEdits.h"

#include "app/results/Text.h"
#include "volume/Components.h"
#include "volume/MaskSets.h"

#include <algorithm>

namespace hounsfield {
namespace {

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
    return filtered(mask, [&](const Index3& v) { return !lesions.at(v); });
}

bool holds(const Structure& s, const RemovedLesion& lesion)
{
    return std::any_of(s.removed.begin(), s.removed.end(),
                       [&](const RemovedLesion& one) { return areEqual(*one.mask, *lesion.mask); });
}

/// A removed lesion that several classes mark is counted once: by the class that marks most of it, the first
/// of those that mark as much.
void countOnce(std::vector<Structure>& structures)
{
    for (Structure& s : structures)
        for (RemovedLesion& lesion : s.removed) {
            std::int64_t most = -1;
            int counting = s.known.id;
            for (const Structure& other : structures)
                if (holds(other, lesion))
                    if (const std::int64_t marked = sharedVoxels(*lesion.mask, sourceOf(other).mask);
                        marked > most) {
                        most = marked;
                        counting = other.known.id;
                    }
            lesion.counted = counting == s.known.id;
        }
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
                      : std::to_string(count) + " lesions, together " + volume +
                            ", were removed by hand and are not counted.";
}

/// Empty where none has regrown.
std::string regrownSentence(std::size_t count)
{
    if (count == 0)
        return {};
    return count == 1 ? "A lesion that had been removed by hand has grown together with others here and is "
                        "shown again."
                      : std::to_string(count) + " lesions that had been removed by hand have grown together "
                                                "with others here and are shown again.";
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
    for (const std::string& sentence : {removedSentence(s.removed), regrownSentence(s.regrown.size())})
        if (!sentence.empty())
            finding.warnings.push_back(sentence);
    const Target target = s.finding->target;
    Measured measured = measureFinding(std::move(finding), s.known, volume, marks, stop);
    Finding done = *measured.finding;
    done.target = target; // by which a later answer to the same words is recognised
    if (!s.removed.empty())
        done.meanProbability = meanProbabilityOf(measured, done.meanProbability);
    measured.finding = std::make_shared<const Finding>(std::move(done));
    take(s, std::move(measured));
}

/// What the components of `mask` that hold a voxel of a removed lesion are now.
Mask lesionNow(const Mask& mask, const RemovedLesion& removed)
{
    return touches(*removed.mask, mask) ? reached(mask, *removed.mask) : Mask(mask.geometry());
}

/// So many times its voxels: another lesion may be in it.
bool isTooLarge(const Mask& now, const RemovedLesion& removed)
{
    constexpr std::int64_t grownMost = 4;
    return now.count() > grownMost * removed.mask->count();
}

/// The lesions that are shown and that `now` holds a voxel of.
std::vector<std::shared_ptr<const Mask>> keptIn(const Mask& now, const std::vector<Structure>& all)
{
    std::vector<std::shared_ptr<const Mask>> kept;
    for (const Structure& s : all)
        for (const Lesion& lesion : s.lesions)
            if (s.known.isLesion() && touches(*lesion.mask, now))
                kept.push_back(lesion.mask);
    return kept;
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
    countOnce(structures);
    std::vector<Structure*> lesions;
    std::vector<Mask> left;
    for (Structure& s : structures)
        if (s.known.isLesion()) {
            stop.check();
            lesions.push_back(&s);
            left.push_back(withoutRemoved(sourceOf(s).mask, s.removed));
        }
    std::vector<MarkedClass> classes;
    for (std::size_t n = 0; n < lesions.size(); ++n)
        classes.push_back({&lesions[n]->known, &left[n]});
    SharedLesions shared = shareLesions(classes, stop);
    for (std::size_t n = 0; n < lesions.size(); ++n) {
        const bool changed = !lesions[n]->removed.empty() || !lesions[n]->regrown.empty() ||
                             !shared.marks[n].others.empty() || shared.marks[n].takenOut;
        if (changed || lesions[n]->derived)
            deriveOne(*lesions[n], std::move(shared.masks[n]), shared.marks[n], volume, stop);
        lesions[n]->derived = changed;
    }
}

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

void markRemoved(std::vector<Structure>& structures, int id, std::size_t lesion, bool notALesion)
{
    const auto chosen =
        std::find_if(structures.begin(), structures.end(), [&](const Structure& s) { return s.id == id; });
    const Lesion removed = chosen->lesions[lesion];
    const int own = chosen->known.id;
    for (Structure& s : structures) {
        const bool isMarked = s.known.id == own || std::count(removed.alsoMarkedAs.begin(),
                                                              removed.alsoMarkedAs.end(), s.known.name) > 0;
        if (s.id == id || (isMarked && touches(*removed.mask, sourceOf(s).mask)))
            s.removed.push_back({removed.mask, notALesion, removed.diameters.longest.mm(), true});
    }
}

void keepRemoved(Structure& made, const Structure& old, const std::vector<Structure>& all)
{
    made.removed.clear();
    made.regrown.clear();
    const Mask& mask = sourceOf(made).mask;
    for (const RemovedLesion& one : old.removed) {
        const Mask now = lesionNow(mask, one);
        RegrownLesion lesion{one, keptIn(now, all)};
        if (lesion.with.empty() && !isTooLarge(now, one))
            made.removed.push_back(one);
        else
            made.regrown.push_back(std::move(lesion));
    }
    for (const RegrownLesion& lesion : old.regrown) {
        const Mask now = lesionNow(mask, lesion.removed);
        const bool together = std::any_of(lesion.with.begin(), lesion.with.end(),
                                          [&](const auto& other) { return touches(*other, now); });
        if (together || isTooLarge(now, lesion.removed))
            made.regrown.push_back(lesion);
        else
            made.removed.push_back(lesion.removed);
    }
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
    std::erase(finding.warnings, removed);
    finding.warnings.insert(finding.warnings.begin(),
                            "What the clean-up had left out was given back by hand.");
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
