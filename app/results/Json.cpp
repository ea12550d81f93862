// SPDX-License-Identifier: Apache-2.0
#include "app/results/Results.h"
#include "inference/ClassTable.h"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace hounsfield {
namespace {

nlohmann::ordered_json statisticsJson(const Statistics& s)
{
    nlohmann::ordered_json json{{"volume_ml", s.volumeMl}, {"voxels", s.voxels}, {"hu", nullptr}};
    if (s.hu)
        json["hu"] = {{"mean", s.hu->mean},
                      {"sd", s.hu->standardDeviation},
                      {"median", s.hu->median},
                      {"min", s.hu->minimum},
                      {"max", s.hu->maximum}};
    json["box_begin"] = s.box.begin;
    json["box_end"] = s.box.end;
    json["centroid_lps_mm"] = s.centroidMm;
    return json;
}

nlohmann::ordered_json nearestJson(const Finding& finding)
{
    auto all = nlohmann::ordered_json::array();
    for (const NearestClass& one : finding.nearest)
        all.push_back({{"class_id", one.classId},
                       {"name", one.name},
                       {"cosine", one.cosine},
                       {"centred_cosine", one.centredCosine}});
    return all;
}

nlohmann::ordered_json lineJson(const Line& line)
{
    return {{"mm", line.mm()}, {"from_lps_mm", line.from}, {"to_lps_mm", line.to}};
}

nlohmann::ordered_json lesionJson(const Lesion& lesion, const Row& row)
{
    nlohmann::ordered_json json = statisticsJson(lesion.statistics);
    json["longest_axial"] = lineJson(lesion.diameters.longest);
    json["short_axis"] = lineJson(lesion.diameters.perpendicular);
    json["longest_3d"] = lineJson(lesion.diameters.longest3d);
    json["slice"] = lesion.diameters.slice;
    json["slice_axis"] = lesion.diameters.sliceAxis;
    json["mean_probability"] = lesion.meanProbability ? nlohmann::ordered_json(*lesion.meanProbability)
                                                      : nlohmann::ordered_json(nullptr);
    json["organ"] = organOf(lesion, *row.measured.finding);
    json["part_in_organ"] = lesion.hostShare;
    const Measurability recist = measurabilityOf(lesion, row.known);
    json["recist_measurable"] = recist.measurable;
    json["recist_why"] = recist.why;
    json["also_marked_as"] = lesion.alsoMarkedAs;
    return json;
}

nlohmann::ordered_json removedJson(const std::vector<RemovedLesion>& removed)
{
    auto all = nlohmann::ordered_json::array();
    for (const RemovedLesion& one : removed) {
        if (!one.counted)
            continue;
        Vector3 sum{0, 0, 0};
        forEachVoxel(*one.mask, [&](const Index3& v) { sum = sum + one.mask->geometry().toMm(v); });
        all.push_back(
            {{"why", one.notALesion ? "not_a_lesion" : "deleted"},
             {"volume_ml", one.mask->volumeMl()},
             {"longest_axial_mm", one.longestMm},
             {"centroid_lps_mm", (1.0 / double(std::max<std::int64_t>(1, one.mask->count()))) * sum}});
    }
    return all;
}

nlohmann::ordered_json burdenJson(const Measured& measured)
{
    auto all = nlohmann::ordered_json::array();
    for (const Burden& one : measured.burdens)
        all.push_back({{"organ", one.organ},
                       {"class_id", one.classId},
                       {"lesions_ml", one.lesionMl},
                       {"organ_ml", one.organMl},
                       {"percent", one.percent()}});
    return all;
}

nlohmann::ordered_json leftOutJson(const Row& row)
{
    nlohmann::ordered_json json{{"mask", row.leftOutFile}, {"reasons", nlohmann::ordered_json::array()}};
    for (const Removal& one : row.measured.finding->removals)
        json["reasons"].push_back({{"why", nameOf(one.why)}, {"pieces", one.pieces}, {"ml", one.ml}});
    return json;
}

} // namespace

std::string measurementsJson(const Run& run)
{
    using json = nlohmann::ordered_json;
    const Geometry& grid = run.scan->volume->geometry();
    json root;
    root["schema"] = 1;
    root["program"] = {{"name", "hounsfield"},
                       {"version", HOUNSFIELD_VERSION},
                       {"notice", "Research use only. Not a medical device."}};
    root["scan"] = {{"source", run.scan->source.filename().string()},
                    {"case", run.scan->caseName},
                    {"format", run.scan->series.format},
                    {"series_uid", run.scan->series.uid},
                    {"study_uid", run.scan->series.studyUid},
                    {"series_number", run.scan->series.number},
                    {"series_key", keyOf(run.scan->series)},
                    {"series_description", run.scan->series.description},
                    {"study_date", run.scan->series.studyDate},
                    {"choice", run.scan->choice.empty() ? json(nullptr) : json(run.scan->choice)}};
    root["geometry"] = {{"size", grid.size()},
                        {"spacing_mm", grid.spacingMm()},
                        {"origin_lps_mm", grid.originMm()},
                        {"direction_lps", grid.direction()},
                        {"affine_ras", grid.rasAffine()},
                        {"voxel_ml", grid.voxelVolumeMl()},
                        {"orientation", grid.orientation()}};
    root["model"] = {{"name", run.pack->name},
                     {"title", run.pack->title},
                     {"version", run.pack->version},
                     {"licence", run.pack->licence},
                     {"weights_sha256", run.pack->weightsSha256}};
    root["settings"] = {{"device", run.device},
                        {"precision", run.precision},
                        {"overlap", run.overlap},
                        {"clean_up", run.cleanUp},
                        {"threshold", run.threshold ? json(*run.threshold) : json(nullptr)}};
    root["notes"] = run.notes;
    root["prompt"] = run.prompt.text;
    root["targets"] = json::array();
    for (const Row& row : run.rows) {
        json one{{"prompt", row.asked},
                 {"understood_as", row.explanation},
                 {"name", row.known.name},
                 {"class_id", row.known.id},
                 {"snomed", row.known.snomedCode},
                 {"laterality", lateralityOf(row.known)},
                 {"mask", row.file}};
        const Finding& f = *row.measured.finding;
        one["zero_shot"] = f.target.classId == 0;
        if (f.target.classId == 0)
            one["nearest"] = nearestJson(f);
        one.update(statisticsJson(row.measured.statistics));
        one["volume_range_ml"] = {f.volumeLowMl, f.volumeHighMl};
        one["threshold"] = f.threshold;
        one["peak"] = f.peak > 0 ? json(f.peak) : json(nullptr);
        one["largest_probability"] = f.largestProbability;
        one["mean_probability"] = f.meanProbability;
        one["lesions"] = json::array();
        for (const Lesion& lesion : row.measured.lesions)
            one["lesions"].push_back(lesionJson(lesion, row));
        one["listed_under"] = row.measured.listedUnder;
        one["removed_by_hand"] = removedJson(row.removed);
        one["burden"] = burdenJson(row.measured);
        one["left_out"] = leftOutJson(row);
        one["trust"] = nameOf(row.trust.light);
        one["trust_why"] = row.trust.why;
        one["guess"] = row.guess;
        one["reliability"] = row.known.reliability ? json{{"dice", row.known.reliability->dice},
                                                          {"real_scans", row.known.reliability->scans}}
                                                   : json(nullptr);
        one["warnings"] = json::array();
        for (const Warning& warning : row.measured.warnings)
            one["warnings"].push_back(warning.text);
        root["targets"].push_back(std::move(one));
    }
    root["not_understood"] = json::array();
    for (const PromptPart& part : run.prompt.parts)
        if (!part.understood())
            root["not_understood"].push_back({{"text", part.text},
                                              {"explanation", part.explanation},
                                              {"reason", part.reason},
                                              {"suggestions", part.suggestions}});
    return root.dump(2, ' ', false, json::error_handler_t::replace) + "\n";
}

} // namespace hounsfield
