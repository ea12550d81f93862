// SPDX-License-Identifier: Apache-2.0
#include "volume/io/Csv.h"
#include "app/results/Results.h"
#include "app/results/Text.h"
#include "inference/ClassTable.h"

#include <algorithm>

namespace hounsfield {
namespace {

std::string joined(const std::vector<Warning>& warnings)
{
    std::string all;
    for (const Warning& warning : warnings)
        all += (all.empty() ? "" : " ") + warning.text;
    return all;
}

std::string joined(const std::vector<std::string>& names)
{
    std::string all;
    for (const std::string& name : names)
        all += (all.empty() ? "" : "; ") + name;
    return all;
}

/// The last columns of a structure: codes, what its outline was drawn from, what is listed elsewhere or was
/// taken out.
std::string codesOf(const Row& row)
{
    const Finding& f = *row.measured.finding;
    const auto removed = std::count_if(row.removed.begin(), row.removed.end(),
                                       [](const RemovedLesion& one) { return one.counted; });
    return row.known.snomedCode + "," + lateralityOf(row.known) + print(",%.3f,", f.threshold) +
           (f.peak > 0 ? print("%.3f", f.peak) : "") + "," + csvCell(joined(row.measured.listedUnder)) + "," +
           (row.known.isLesion() ? std::to_string(removed) : "");
}

/// guess, reliability_dice and reliability_scans; empty cells where the model does not state it.
std::string reliabilityText(const Row& row)
{
    const auto& stated = row.known.reliability;
    return (row.guess ? ",true," : ",false,") +
           (stated ? print("%.3f,%d", stated->dice, stated->scans) : std::string(","));
}

/// Classes whose words are near, as the CSV has them: "Liver 0.93 (0.41)".
std::string nearestText(const Finding& finding)
{
    std::string text;
    for (const NearestClass& one : finding.nearest)
        text += (text.empty() ? "" : "; ") + one.name + print(" %.3f (%.3f)", one.cosine, one.centredCosine);
    return text;
}

} // namespace

std::string measurementsCsv(const Run& run)
{
    std::string text =
        "asked,class_id,name,volume_ml,volume_low_ml,volume_high_ml,voxels,hu_mean,hu_sd,hu_median,hu_min,hu_"
        "max,parts,mask,warnings,zero_shot,nearest,trust,trust_why,snomed,laterality,threshold,peak,listed_"
        "under,removed_by_hand,guess,reliability_dice,reliability_scans\r\n";
    for (const Row& row : run.rows) {
        const Statistics& s = row.measured.statistics;
        const Finding& f = *row.measured.finding;
        text += csvCell(row.asked) + "," + std::to_string(row.known.id) + "," + csvCell(row.known.name) +
                print(",%.3f,%.3f,%.3f,%lld,", s.volumeMl, f.volumeLowMl, f.volumeHighMl,
                      static_cast<long long>(s.voxels));
        text += s.hu ? print("%.1f,%.1f,%.1f,%d,%d,", s.hu->mean, s.hu->standardDeviation, s.hu->median,
                             s.hu->minimum, s.hu->maximum)
                     : ",,,,,";
        text += (row.known.isLesion() ? std::to_string(row.measured.lesions.size()) : "") + "," +
                csvCell(row.file) + "," + csvCell(joined(row.measured.warnings)) +
                ((f.target.classId == 0) ? ",true," : ",false,") + csvCell(nearestText(f)) + "," +
                nameOf(row.trust.light) + "," + csvCell(row.trust.why) + "," + codesOf(row) +
                reliabilityText(row) + "\r\n";
    }
    for (const PromptPart& part : run.prompt.parts)
        if (!part.understood())
            text += csvCell(part.text) + ",,not understood,,,,,,,,,,,," + csvCell(part.explanation) +
                    ",,,,,,,,,,,,,\r\n";
    return text;
}

std::string lesionsCsv(const Run& run)
{
    std::string text;
    for (const Row& row : run.rows)
        for (std::size_t n = 0; n < row.measured.lesions.size(); ++n) {
            const Lesion& lesion = row.measured.lesions[n];
            const Diameters& d = lesion.diameters;
            const Statistics& s = lesion.statistics;
            const Measurability recist = measurabilityOf(lesion, row.known);
            text += csvCell(row.known.name) + "," + std::to_string(row.known.id) + "," +
                    std::to_string(n + 1) + "," + csvCell(organOf(lesion, *row.measured.finding)) +
                    print(",%.3f,%.2f,%.2f,%.2f,%lld,", s.volumeMl, d.longest.mm(), d.perpendicular.mm(),
                          d.longest3d.mm(), static_cast<long long>(d.slice));
            text += s.hu ? print("%.1f,%.1f,%.1f,%d,%d,", s.hu->mean, s.hu->standardDeviation, s.hu->median,
                                 s.hu->minimum, s.hu->maximum)
                         : ",,,,,";
            text += (lesion.meanProbability ? print("%.3f", *lesion.meanProbability) : "") +
                    print(",%.1f,%.1f,%.1f,", s.centroidMm[0], s.centroidMm[1], s.centroidMm[2]) +
                    (recist.measurable ? "true," : "false,") + csvCell(recist.why) + "," +
                    csvCell(joined(lesion.alsoMarkedAs)) + print(",%.3f", row.measured.finding->threshold) +
                    "\r\n";
        }
    return text.empty() ? text
                        : "name,class_id,lesion,organ,volume_ml,longest_axial_mm,short_axis_mm,longest_3d_mm,"
                          "slice,hu_mean,hu_sd,hu_median,hu_min,hu_max,mean_probability,"
                          "centroid_l_mm,centroid_p_mm,centroid_s_mm,recist_measurable,why,also_marked_as,"
                          "threshold\r\n" +
                              text;
}

} // namespace hounsfield
