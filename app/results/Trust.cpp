// SPDX-License-Identifier: Apache-2.0
#include "app/results/Trust.h"

#include "app/results/Text.h"

namespace hounsfield {
namespace {

void add(Trust& trust, Light light, const std::string& why)
{
    trust.light = std::max(trust.light, light);
    trust.why += (trust.why.empty() ? "" : " ") + why;
}

/// The light of a class is capped by what the model reached on real scans.
void addReliability(Trust& trust, const std::optional<Reliability>& reliability)
{
    if (!reliability)
        return add(trust, Light::Look, "Reliability not stated by the model.");
    if (reliability->scans == 0)
        return add(trust, Light::Look, "The model was tested on no real scan that shows it.");
    const std::string figures = print("%.2f (%d %s)", reliability->dice, reliability->scans,
                                      reliability->scans == 1 ? "scan" : "scans");
    if (reliability->dice < usableDice)
        add(trust, Light::Doubt,
            "Do not rely on it: on real scans the model's mean Dice for it is " + figures + ".");
    else if (reliability->dice < reliableDice)
        add(trust, Light::Look, "On real scans the model's mean Dice for it is " + figures + ".");
}

} // namespace

Trust trustOf(const Finding& finding, const Statistics& statistics, const std::vector<Lesion>& lesions,
              const std::vector<Warning>& implausible, const Grounds& grounds)
{
    constexpr double sure = 0.7, wide = 0.5, much = 0.2;
    Trust trust;
    if (finding.mask.empty())
        return trust;
    trust.light = Light::Good;
    for (const Warning& one : implausible)
        add(trust, Light::Doubt, one.text);
    for (const Lesion& lesion : lesions)
        if (lesion.host >= 0 && lesion.hostShare == 0) {
            add(trust, Light::Doubt, "A lesion lies outside the outline of its organ.");
            break;
        }
    if (finding.target.classId == 0)
        add(trust, Light::Look, "The model was not trained on these words.");
    else
        addReliability(trust, grounds.reliability);
    if (grounds.guess)
        add(trust, Light::Look, "What was asked for is a guess: check that this is what is meant.");
    if (!statistics.leavesScan.empty())
        add(trust, Light::Look, "It reaches the edge of the scan.");
    // None where a person drew or gave back what is there.
    if (finding.meanProbability > 0 && finding.meanProbability < sure)
        add(trust, Light::Look, print("Its mean probability is only %.2f.", finding.meanProbability));
    if (finding.volumeHighMl - finding.volumeLowMl > wide * statistics.volumeMl)
        add(trust, Light::Look,
            print("Between the thresholds 0.7 and 0.3 its volume goes from %.1f to %.1f mL.",
                  finding.volumeLowMl, finding.volumeHighMl));
    double leftOut = 0;
    for (const Removal& removal : finding.removals)
        leftOut += removal.ml;
    if (leftOut > much * statistics.volumeMl)
        add(trust, Light::Look, print("The clean-up left out %.1f mL.", leftOut));
    return trust;
}

std::string nameOf(Light light)
{
    switch (light) {
    case Light::Good:
        return "good";
    case Light::Look:
        return "look";
    case Light::Doubt:
        return "doubt";
    default:
        return "";
    }
}

} // namespace hounsfield
