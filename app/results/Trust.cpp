#include "app/results/Trust.h"

#include "app/results/Text.h"

namespace hounsfield {
namespace {

void add(Trust& trust, Light light, const std::string& why)
{
    trust.light = std::max(trust.light, light);
    trust.why += (trust.why.empty() ? "" : " ") + why;
}

} // namespace

Trust trustOf(const Finding& finding, const Statistics& statistics, const std::vector<Lesion>& lesions, const std::vector<Warning>& implausible)
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
    if (!statistics.leavesScan.empty())
        add(trust, Light::Look, "It reaches the edge of the scan.");
    // None where a person drew or gave back what is there.
    if (finding.meanProbability > 0 && finding.meanProbability < sure)
        add(trust, Light::Look, print("Its mean probability is only %.2f.", finding.meanProbability));
    if (finding.volumeHighMl - finding.volumeLowMl > wide * statistics.volumeMl)
        add(trust, Light::Look, print("Between the thresholds 0.7 and 0.3 its volume goes from %.1f to %.1f mL.", finding.volumeLowMl, finding.volumeHighMl));
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
    case Light::Good: return "good";
    case Light::Look: return "look";
    case Light::Doubt: return "doubt";
    default: return "";
    }
}

} // namespace hounsfield
