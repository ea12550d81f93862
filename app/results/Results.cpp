#include "app/results/Results.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdarg>
#include <cstdio>

namespace hounsfield {
namespace {

std::string print(const char* format, ...) __attribute__((format(printf, 1, 2)));

std::string print(const char* format, ...)
{
    char text[256];
    va_list arguments;
    va_start(arguments, format);
    std::vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    return text;
}

/// RFC 4180; a leading = + - @ of typed text would be a formula to a spreadsheet.
std::string csv(std::string text)
{
    if (!text.empty() && std::string("=+-@\t\r").find(text[0]) != std::string::npos)
        text = "'" + text;
    if (text.find_first_of(",\"\n\r") == std::string::npos)
        return text;
    std::string quoted = "\"";
    for (char c : text)
        quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
    return quoted + "\"";
}

std::string joined(const std::vector<Warning>& warnings)
{
    std::string all;
    for (const Warning& warning : warnings)
        all += (all.empty() ? "" : " ") + warning.text;
    return all;
}

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
                    sums[2 * axis + end] = sums[2 * axis + end] + Vector3{double(i[0]), double(i[1]), double(i[2])};
                }
    });
    const auto most = std::size_t(std::max_element(counts.begin(), counts.end()) - counts.begin());
    if (counts[most] == 0)
        return std::nullopt;
    return mask.geometry().toMm((1.0 / double(counts[most])) * sums[most]);
}

nlohmann::ordered_json statisticsJson(const Statistics& s)
{
    nlohmann::ordered_json json{{"volume_ml", s.volumeMl}, {"voxels", s.voxels}, {"hu", nullptr}};
    if (s.hu)
        json["hu"] = {{"mean", s.hu->mean}, {"sd", s.hu->standardDeviation}, {"median", s.hu->median}, {"min", s.hu->minimum}, {"max", s.hu->maximum}};
    json["box_begin"] = s.box.begin;
    json["box_end"] = s.box.end;
    json["centroid_lps_mm"] = s.centroidMm;
    return json;
}

std::size_t shownWidth(const std::string& text)
{
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](unsigned char c) { return (c & 0xC0) != 0x80; }));
}

/// Classes whose words are near, as the CSV has them: "Liver 0.93 (0.41)".
std::string nearestText(const Finding& finding)
{
    std::string text;
    for (const NearestClass& one : finding.nearest)
        text += (text.empty() ? "" : "; ") + one.name + print(" %.3f (%.3f)", one.cosine, one.centredCosine);
    return text;
}

nlohmann::ordered_json nearestJson(const Finding& finding)
{
    auto all = nlohmann::ordered_json::array();
    for (const NearestClass& one : finding.nearest)
        all.push_back({{"class_id", one.classId}, {"name", one.name}, {"cosine", one.cosine}, {"centred_cosine", one.centredCosine}});
    return all;
}

bool isZeroShot(const Row& row)
{
    return row.finding->target.classId == 0;
}

} // namespace

std::string shownName(const std::string& name, const Target& target)
{
    return target.classId == 0 ? name + " (zero-shot)" : name;
}

void numberLabels(std::vector<LabelledMask>& labels)
{
    constexpr int lastKnown = 32;
    int next = lastKnown + 1;
    for (LabelledMask& label : labels)
        if (label.id == 0)
            label.id = next++;
    std::stable_sort(labels.begin(), labels.end(), [](const LabelledMask& a, const LabelledMask& b) {
        return std::pair(a.id <= lastKnown, a.id) < std::pair(b.id <= lastKnown, b.id);
    });
}

std::vector<Warning> warningsOf(const Finding& finding, const Statistics& statistics)
{
    std::vector<Warning> warnings;
    if (finding.mask.empty())
        warnings.push_back({print("Not found: the highest probability anywhere is %.2f, the threshold %.2f.", finding.largestProbability, finding.threshold), {}});
    for (const std::string& text : finding.warnings)
        warnings.push_back({text, {}});
    if (!statistics.leavesScan.empty())
        warnings.push_back({"It reaches the edge of the scan (" + statistics.leavesScan + "): the volume is that of the visible part.", placeAtEdge(finding.mask)});
    return warnings;
}

std::string measurementsCsv(const Run& run)
{
    std::string text = "asked,class_id,name,volume_ml,volume_low_ml,volume_high_ml,voxels,hu_mean,hu_sd,hu_median,hu_min,hu_max,parts,mask,warnings,zero_shot,nearest\r\n";
    for (const Row& row : run.rows) {
        const Statistics& s = row.statistics;
        text += csv(row.asked) + "," + std::to_string(row.known.id) + "," + csv(row.known.name) +
                print(",%.3f,%.3f,%.3f,%lld,", s.volumeMl, row.finding->volumeLowMl, row.finding->volumeHighMl, static_cast<long long>(s.voxels));
        text += s.hu ? print("%.1f,%.1f,%.1f,%d,%d,", s.hu->mean, s.hu->standardDeviation, s.hu->median, s.hu->minimum, s.hu->maximum) : ",,,,,";
        text += (row.known.isLesion() ? std::to_string(row.lesions.size()) : "") + "," + csv(row.file) + "," + csv(joined(row.warnings)) + (isZeroShot(row) ? ",true," : ",false,") + csv(nearestText(*row.finding)) + "\r\n";
    }
    for (const PromptPart& part : run.prompt.parts)
        if (!part.understood())
            text += csv(part.text) + ",,not understood,,,,,,,,,,,," + csv(part.explanation) + ",,\r\n";
    return text;
}

std::string measurementsJson(const Run& run)
{
    using json = nlohmann::ordered_json;
    const Geometry& grid = run.scan->volume->geometry();
    json root;
    root["schema"] = 1;
    root["program"] = {{"name", "hounsfield"}, {"version", HOUNSFIELD_VERSION}, {"notice", "Research use only. Not a medical device."}};
    root["scan"] = {{"source", run.scan->source.filename().string()}, {"case", run.scan->caseName}, {"format", run.scan->series.format},
                    {"series_uid", run.scan->series.uid}, {"study_uid", run.scan->series.studyUid}};
    root["geometry"] = {{"size", grid.size()}, {"spacing_mm", grid.spacingMm()}, {"origin_lps_mm", grid.originMm()}, {"direction_lps", grid.direction()},
                        {"affine_ras", grid.rasAffine()}, {"voxel_ml", grid.voxelVolumeMl()}, {"orientation", grid.orientation()}};
    root["model"] = {{"name", run.pack->name}, {"title", run.pack->title}, {"version", run.pack->version}, {"licence", run.pack->licence}, {"weights_sha256", run.pack->weightsSha256}};
    root["settings"] = {{"device", run.device}, {"precision", run.precision}, {"overlap", run.overlap}, {"clean_up", run.cleanUp},
                        {"threshold", run.threshold ? json(*run.threshold) : json(nullptr)}};
    root["notes"] = run.notes;
    root["prompt"] = run.prompt.text;
    root["targets"] = json::array();
    for (const Row& row : run.rows) {
        json one{{"prompt", row.asked}, {"understood_as", row.explanation}, {"name", row.known.name}, {"class_id", row.known.id}, {"snomed", row.known.snomedCode}, {"mask", row.file}};
        one["zero_shot"] = isZeroShot(row);
        if (isZeroShot(row))
            one["nearest"] = nearestJson(*row.finding);
        one.update(statisticsJson(row.statistics));
        one["volume_range_ml"] = {row.finding->volumeLowMl, row.finding->volumeHighMl};
        one["threshold"] = row.finding->threshold;
        one["largest_probability"] = row.finding->largestProbability;
        one["mean_probability"] = row.finding->meanProbability;
        one["lesions"] = json::array();
        for (const Statistics& lesion : row.lesions)
            one["lesions"].push_back(statisticsJson(lesion));
        one["warnings"] = json::array();
        for (const Warning& warning : row.warnings)
            one["warnings"].push_back(warning.text);
        root["targets"].push_back(std::move(one));
    }
    root["not_understood"] = json::array();
    for (const PromptPart& part : run.prompt.parts)
        if (!part.understood())
            root["not_understood"].push_back({{"text", part.text}, {"explanation", part.explanation}, {"suggestions", part.suggestions}});
    return root.dump(2, ' ', false, json::error_handler_t::replace) + "\n";
}

std::string measurementsTable(const Run& run)
{
    std::vector<std::array<std::string, 5>> cells{{"Asked for", "Structure", "Volume mL", "(range)", "HU mean ± SD"}};
    for (const Row& row : run.rows) {
        const Statistics& s = row.statistics;
        cells.push_back({row.asked, shownName(row.known.name, row.finding->target), s.voxels ? print("%.1f", s.volumeMl) : "not found",
                         s.voxels ? print("%.1f to %.1f", row.finding->volumeLowMl, row.finding->volumeHighMl) : "",
                         s.hu ? print("%.0f ± %.0f", s.hu->mean, s.hu->standardDeviation) : ""});
    }
    std::array<std::size_t, 5> widths{};
    for (const auto& line : cells)
        for (std::size_t c = 0; c < 5; ++c)
            widths[c] = std::max(widths[c], shownWidth(line[c]));
    std::string text;
    for (std::size_t r = 0; r < cells.size(); ++r) {
        for (std::size_t c = 0; c < 5; ++c) {
            const std::string pad(widths[c] - shownWidth(cells[r][c]), ' ');
            text += (c ? "  " : "") + (c == 2 ? pad + cells[r][c] : cells[r][c] + pad);
        }
        text += "\n";
        if (r > 0)
            for (const Warning& warning : run.rows[r - 1].warnings)
                text += "    ! " + warning.text + "\n";
    }
    return text;
}

} // namespace hounsfield
