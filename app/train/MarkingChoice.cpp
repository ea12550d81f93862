// SPDX-License-Identifier: Apache-2.0
#include "app/train/MarkingChoice.h"

#include "volume/NumberText.h"

#include <algorithm>
#include <tuple>

namespace hounsfield::training {

std::vector<Marking> markingsToTry(bool lesion)
{
    std::vector<Marking> all;
    for (const double threshold :
         lesion ? std::vector{0.5, 0.7, 0.9, 0.97} : std::vector{0.3, 0.4, 0.5, 0.6, 0.7})
        all.push_back({threshold, 0});
    if (lesion)
        for (const double peak : {0.7, 0.8, 0.9, 0.93, 0.95, 0.97, 0.99})
            all.push_back({0.5, peak});
    return all;
}

std::string words(const Marking& marking)
{
    const std::string threshold = significantText(marking.threshold, 6);
    return marking.peak > 0 ? threshold + ", peak " + significantText(marking.peak, 6) : "from " + threshold;
}

MarkingFigures figuresOf(const Marking& marking, const std::vector<ClassScore>& scores)
{
    MarkingFigures figures{marking, 0, 0, lesionTotals(scores)};
    for (const ClassScore& score : scores)
        if (score.there) {
            ++figures.scans;
            figures.dice += score.dice;
        }
    figures.dice /= std::max(1, figures.scans);
    return figures;
}

const MarkingFigures* bestForLesions(const std::vector<MarkingFigures>& tried)
{
    const auto best =
        std::max_element(tried.begin(), tried.end(), [](const MarkingFigures& a, const MarkingFigures& b) {
            return std::tuple(a.gain(), a.lesions.dice) < std::tuple(b.gain(), b.lesions.dice);
        });
    return best == tried.end() || best->lesions.lesions < leastToChooseBy ? nullptr : &*best;
}

bool findsNoMore(const std::vector<MarkingFigures>& tried, const MarkingFigures& taken)
{
    return taken.lesions.found == 0 && std::any_of(tried.begin(), tried.end(), [](const MarkingFigures& one) {
               return one.lesions.found > 0;
           });
}

const MarkingFigures* bestForOrgans(const std::vector<MarkingFigures>& tried)
{
    const auto best =
        std::max_element(tried.begin(), tried.end(),
                         [](const MarkingFigures& a, const MarkingFigures& b) { return a.dice < b.dice; });
    if (best == tried.end() || best->scans < leastToChooseBy)
        return nullptr;
    return best->dice < tried.front().dice + leastGainOfDice ? &tried.front() : &*best;
}

} // namespace hounsfield::training
