// SPDX-License-Identifier: Apache-2.0
#include "app/train/Scores.h"

#include "volume/ClassicLocale.h"
#include "volume/Components.h"
#include "volume/Diameters.h"
#include "volume/io/Csv.h"

#include <cstdarg>
#include <cstdio>

namespace hounsfield::training {
namespace {

constexpr double largeLesionMm = 10;
/// Parts of a few voxels are no lesions, and a noisy answer has thousands of them.
constexpr std::int64_t leastVoxels = 3;
constexpr std::size_t mostParts = 500;

std::string text(const char* format, ...)
{
    const ClassicLocale numbersAsInC;
    char line[512];
    va_list values;
    va_start(values, format);
    std::vsnprintf(line, sizeof line, format, values);
    va_end(values);
    return line;
}

std::int64_t shared(const Mask& a, const Mask& b)
{
    std::int64_t both = 0;
    forEachVoxel(a, [&](const Index3& i) { both += b.at(i); });
    return both;
}

Mask together(const Geometry& geometry, const std::vector<Mask>& parts, const std::vector<bool>& taken)
{
    std::vector<const Mask*> chosen;
    for (std::size_t n = 0; n < parts.size(); ++n)
        if (taken[n])
            chosen.push_back(&parts[n]);
    return unionOf(geometry, chosen);
}

void scoreLesions(ClassScore& score, const Mask& truth, const Mask& found)
{
    const std::vector<Mask> real = components(truth), parts = pieces(found, mostParts, leastVoxels).masks;
    std::vector<bool> large(real.size()), counts(parts.size());
    for (std::size_t n = 0; n < real.size(); ++n)
        large[n] = diameters(real[n]).longest.mm() > largeLesionMm;
    const Mask largeTruth = together(truth.geometry(), real, large);
    for (const Mask& part : parts)
        if (shared(part, truth) == 0)
            score.falseLesions += diameters(part).longest.mm() > largeLesionMm;
    for (std::size_t n = 0; n < real.size(); ++n) {
        if (!large[n])
            continue;
        ++score.lesions;
        std::int64_t both = 0, either = real[n].count();
        for (const Mask& part : parts)
            if (const std::int64_t common = shared(part, real[n])) {
                both += common;
                either += part.count() - common;
            }
        score.lesionsFound += 10 * both >= either;
    }
    if (score.lesions == 0)
        return;
    for (std::size_t n = 0; n < parts.size(); ++n)
        counts[n] = shared(parts[n], truth) == 0 || shared(parts[n], largeTruth) > 0;
    score.largeDice = diceOf(together(found.geometry(), parts, counts), largeTruth);
}

/// Sums of some numbers and how many there were.
struct Mean {
    double sum = 0;
    int count = 0;
    void add(double value)
    {
        sum += value;
        ++count;
    }
    std::string shown(const char* format) const { return count ? text(format, sum / count) : "-"; }
};

/// A class over its scans.
struct Summary {
    Mean dice, surface, meanMm, percentile95Mm, largeDice;
    int missed = 0, absent = 0, falseAlarms = 0, lesions = 0, lesionsFound = 0, falseLesions = 0;
};

Summary summary(const std::vector<ClassScore>& scores)
{
    Summary all;
    for (const ClassScore& score : scores) {
        all.lesions += score.lesions;
        all.lesionsFound += score.lesionsFound;
        all.falseLesions += score.falseLesions;
        if (score.largeDice)
            all.largeDice.add(*score.largeDice);
        if (!score.there) {
            ++all.absent;
            all.falseAlarms += score.found;
            continue;
        }
        all.dice.add(score.dice);
        all.missed += !score.found;
        // A surface that was not found agrees nowhere; how far off it is cannot be said.
        all.surface.add(score.surface ? score.surface->withinTolerance : 0);
        if (score.surface) {
            all.meanMm.add(score.surface->meanMm);
            all.percentile95Mm.add(score.surface->percentile95Mm);
        }
    }
    return all;
}

} // namespace

double diceOf(const Mask& a, const Mask& b)
{
    return a.count() + b.count() == 0 ? 1 : 2.0 * double(shared(a, b)) / double(a.count() + b.count());
}

ClassScore lesionScoreOf(const std::string& scan, const ModelClass& known, const Mask& truth,
                         const Mask& found)
{
    ClassScore score{
        scan, known.id, !truth.empty(), !found.empty(), 0, truth.volumeMl(), found.volumeMl(), {}, 0, 0,
        0,    {}};
    if (score.there)
        score.dice = diceOf(truth, found);
    if (known.isLesion())
        scoreLesions(score, truth, found);
    return score;
}

ClassScore scoreOf(const std::string& scan, const ModelClass& known, const Mask& truth, const Mask& found,
                   double toleranceMm)
{
    ClassScore score = lesionScoreOf(scan, known, truth, found);
    score.surface = surfaceAgreement(truth, found, toleranceMm);
    return score;
}

LesionTotals lesionTotals(const std::vector<ClassScore>& scores)
{
    const Summary all = summary(scores);
    return {all.lesions, all.lesionsFound, all.falseLesions, all.largeDice.count,
            all.largeDice.count ? all.largeDice.sum / all.largeDice.count : 0};
}

std::string ScoreBoard::markdown() const
{
    std::string table = text("| class | Dice | surface Dice at %g mm | mean distance, mm | 95th percentile, "
                             "mm | scans | not found | false alarms |\n|---|---|---|---|---|---|---|---|\n",
                             m_toleranceMm);
    std::string lesions = "| class | Dice, over 1 cm | scans | found of those over 1 cm | false, over 1 cm "
                          "|\n|---|---|---|---|---|\n";
    Mean organDice, organSurface, tumorDice, largeTumorDice;
    int there = 0, found = 0, wrong = 0;
    bool anyLesion = false;
    for (const ModelClass& known : m_classes) {
        const auto scores = m_scores.find(known.id);
        if (scores == m_scores.end())
            continue;
        const Summary s = summary(scores->second);
        table += "| " + known.name + " | " + s.dice.shown("%.3f") + " | " + s.surface.shown("%.3f") + " | " +
                 s.meanMm.shown("%.2f") + " | " + s.percentile95Mm.shown("%.1f") +
                 text(" | %d | %d | %d of %d |\n", s.dice.count, s.missed, s.falseAlarms, s.absent);
        if (!known.isLesion() && s.dice.count) {
            organDice.add(s.dice.sum / s.dice.count);
            organSurface.add(s.surface.sum / s.surface.count);
        }
        if (!known.isLesion())
            continue;
        anyLesion = true;
        lesions +=
            "| " + known.name + " | " + s.largeDice.shown("%.3f") +
            text(" | %d | %d of %d | %d |\n", s.largeDice.count, s.lesionsFound, s.lesions, s.falseLesions);
        there += s.lesions;
        found += s.lesionsFound;
        wrong += s.falseLesions;
        if (known.kind == "tumor" && s.dice.count)
            tumorDice.add(s.dice.sum / s.dice.count);
        if (known.kind == "tumor" && s.largeDice.count)
            largeTumorDice.add(s.largeDice.sum / s.largeDice.count);
    }
    table += "\nMean over organs: Dice " + organDice.shown("%.3f") + ", surface Dice " +
             organSurface.shown("%.3f") + ".\n";
    if (anyLesion)
        table += "\n" + lesions + "\nMean over tumors: Dice " + tumorDice.shown("%.3f") +
                 ", of those over 1 cm " + largeTumorDice.shown("%.3f") +
                 text(". Tumors and cysts over 1 cm: %d of %d found, %d false.\n", found, there, wrong);
    return table;
}

std::map<int, Reliability> ScoreBoard::reliabilities() const
{
    std::map<int, Reliability> all;
    for (const auto& [id, scores] : m_scores) {
        Reliability one;
        for (const ClassScore& score : scores)
            if (score.there) {
                one.dice += score.dice;
                ++one.scans;
            }
        if (one.scans > 0)
            all[id] = {one.dice / one.scans, one.scans};
    }
    return all;
}

namespace {

/// Cells of Dice and distances of surfaces; empty where there is nothing to compare.
std::string surfaceCells(const ClassScore& s)
{
    if (s.surface)
        return text(",%.4f,%.3f,%.3f", s.surface->withinTolerance, s.surface->meanMm,
                    s.surface->percentile95Mm);
    return s.there ? ",0,," : ",,,";
}

std::string lesionCells(const ClassScore& s, const ModelClass& known)
{
    if (!known.isLesion())
        return ",,,,";
    const std::string dice = s.largeDice ? text("%.4f", *s.largeDice) : "";
    return text(",%d,%d,%d,", s.lesions, s.lesionsFound, s.falseLesions) + dice;
}

} // namespace

std::string ScoreBoard::csv() const
{
    std::string rows = "scan,class,there,found,dice,surface_dice,mean_mm,percentile95_mm,truth_ml,found_ml,"
                       "lesions_over_1cm,found_over_1cm,false_over_1cm,dice_over_1cm\r\n";
    for (const ModelClass& known : m_classes) {
        const auto scores = m_scores.find(known.id);
        if (scores == m_scores.end())
            continue;
        for (const ClassScore& s : scores->second) {
            rows += csvCell(s.scan) + "," + csvCell(known.name) + (s.there ? ",1" : ",0") +
                    (s.found ? ",1," : ",0,") + (s.there ? text("%.4f", s.dice) : "");
            rows += surfaceCells(s);
            rows += text(",%.3f,%.3f", s.truthMl, s.foundMl);
            rows += lesionCells(s, known) + "\r\n";
        }
    }
    return rows;
}

} // namespace hounsfield::training
