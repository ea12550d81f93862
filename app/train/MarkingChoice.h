// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/train/Scores.h"
#include "inference/Segmenter.h"

#include <string>
#include <vector>

namespace hounsfield::training {

/// The ways to mark a class that are tried beside the pack's own. An organ: by a threshold. A tumor or cyst:
/// by a threshold, or outlined at 0.5 and kept by a peak.
std::vector<Marking> markingsToTry(bool lesion);
/// "from 0.9" or "0.5, peak 0.95"
std::string words(const Marking& marking);

/// What one way to mark one class gave, over all scans.
struct MarkingFigures {
    Marking marking;
    int scans = 0;        ///< that have the class
    double dice = 0;      ///< mean over those
    LesionTotals lesions; ///< of a tumor or cyst
    int gain() const { return lesions.found - lesions.wrong; }
};
MarkingFigures figuresOf(const Marking& marking, const std::vector<ClassScore>& scores);

/// Scans with an organ, or lesions, fewer than these say nothing.
constexpr int leastToChooseBy = 3;
/// What an organ's mean Dice must gain for another threshold than its own.
constexpr double leastGainOfDice = 0.005;

/// Of a lesion's, the pack's own marking first: that in which those found less those that are none are most;
/// in a tie that with the larger Dice, then the earlier. Null where there is too little to choose by.
const MarkingFigures* bestForLesions(const std::vector<MarkingFigures>& tried);
/// Of an organ's, the pack's own threshold first: that with the largest Dice, but its own where that gains
/// too little. Null as above.
const MarkingFigures* bestForOrgans(const std::vector<MarkingFigures>& tried);

/// Whether lesions that another way finds are found no more.
bool findsNoMore(const std::vector<MarkingFigures>& tried, const MarkingFigures& taken);

} // namespace hounsfield::training
