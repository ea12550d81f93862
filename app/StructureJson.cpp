// SPDX-License-Identifier: Apache-2.0
#include "app/StructureJson.h"

#include <algorithm>
#include <cmath>

namespace hounsfield {

QJsonObject gridToJson(const Geometry& g)
{
    QJsonArray matrix;
    for (const Vector3& row : g.matrix())
        matrix.append(listOf(row));
    return {{"size", listOf(g.size())}, {"origin", listOf(g.originMm())}, {"matrix", matrix}};
}

namespace {

Geometry gridFromJson(const QJsonObject& json)
{
    const QJsonArray rows = json["matrix"].toArray();
    if (rows.size() != 3)
        throw Error(ErrorKind::Scan, "The session file is damaged: a grid is incomplete.");
    return {threeOf<std::int64_t>(json["size"]),
            threeOf<double>(json["origin"]),
            {threeOf<double>(rows[0]), threeOf<double>(rows[1]), threeOf<double>(rows[2])}};
}

QJsonObject maskToJson(const Mask& mask)
{
    const QByteArray voxels(reinterpret_cast<const char*>(mask.boxVoxels().data()),
                            qsizetype(mask.boxVoxels().size()));
    return {{"grid", gridToJson(mask.geometry())},
            {"begin", listOf(mask.box().begin)},
            {"end", listOf(mask.box().end)},
            {"voxels", QString::fromLatin1(qCompress(voxels).toBase64())}};
}

Mask maskFromJson(const QJsonObject& json)
{
    const Geometry grid = gridFromJson(json["grid"].toObject());
    const IndexBox box{threeOf<std::int64_t>(json["begin"]), threeOf<std::int64_t>(json["end"])};
    if (box.empty())
        return Mask(grid);
    const QByteArray voxels = qUncompress(QByteArray::fromBase64(json["voxels"].toString().toLatin1()));
    return Mask::fromBox(grid, box, std::vector<std::uint8_t>(voxels.begin(), voxels.end()));
}

QJsonArray warningsToJson(const std::vector<Warning>& warnings)
{
    QJsonArray all;
    for (const Warning& one : warnings) {
        QJsonObject json{{"text", QString::fromStdString(one.text)}};
        if (one.placeMm)
            json["lps_mm"] = listOf(*one.placeMm);
        all.append(json);
    }
    return all;
}

std::vector<Warning> warningsFromJson(const QJsonValue& value)
{
    std::vector<Warning> all;
    for (const QJsonValue& one : value.toArray()) {
        // The first sessions held sentences alone.
        Warning warning{(one.isObject() ? one["text"] : one).toString().toStdString(), {}};
        if (one["lps_mm"].isArray())
            warning.placeMm = threeOf<double>(one["lps_mm"]);
        all.push_back(std::move(warning));
    }
    return all;
}

QJsonArray nearestToJson(const std::vector<NearestClass>& nearest)
{
    QJsonArray all;
    for (const NearestClass& one : nearest)
        all.append(QJsonObject{{"class_id", one.classId},
                               {"name", QString::fromStdString(one.name)},
                               {"cosine", one.cosine},
                               {"centred_cosine", one.centredCosine}});
    return all;
}

std::vector<NearestClass> nearestFromJson(const QJsonValue& value)
{
    std::vector<NearestClass> all;
    for (const QJsonValue& one : value.toArray())
        all.push_back({one["class_id"].toInt(), one["name"].toString().toStdString(),
                       one["cosine"].toDouble(), one["centred_cosine"].toDouble()});
    return all;
}

QJsonObject filterToJson(const LesionFilter& filter)
{
    QJsonObject json{{"lowest_mm", filter.lowestMm},
                     {"lowest_ml", filter.lowestMl},
                     {"largest", filter.largest},
                     {"organs", listOf(filter.hosts)}};
    // JSON has no infinity.
    if (std::isfinite(filter.highestMm))
        json["highest_mm"] = filter.highestMm;
    if (std::isfinite(filter.highestMl))
        json["highest_ml"] = filter.highestMl;
    return json;
}

std::vector<int> idsFromJson(const QJsonValue& value)
{
    std::vector<int> ids;
    for (const QJsonValue& one : value.toArray())
        ids.push_back(one.toInt());
    return ids;
}

LesionFilter filterFromJson(const QJsonObject& json)
{
    const double none = std::numeric_limits<double>::infinity();
    return {json["lowest_mm"].toDouble(), json["highest_mm"].toDouble(none),
            json["lowest_ml"].toDouble(), json["highest_ml"].toDouble(none),
            json["largest"].toInt(),      idsFromJson(json["organs"])};
}

QJsonArray hostsToJson(const std::vector<std::shared_ptr<const HostOrgan>>& hosts)
{
    QJsonArray all;
    for (const auto& host : hosts)
        all.append(QJsonObject{{"class_id", host->classId},
                               {"name", QString::fromStdString(host->name)},
                               {"mask", maskToJson(host->mask)}});
    return all;
}

std::vector<std::shared_ptr<const HostOrgan>> hostsFromJson(const QJsonValue& value)
{
    std::vector<std::shared_ptr<const HostOrgan>> all;
    for (const QJsonValue& one : value.toArray())
        all.push_back(std::make_shared<const HostOrgan>(HostOrgan{one["class_id"].toInt(),
                                                                  one["name"].toString().toStdString(),
                                                                  maskFromJson(one["mask"].toObject())}));
    return all;
}

QJsonArray removalsToJson(const std::vector<Removal>& removals)
{
    QJsonArray all;
    for (const Removal& one : removals)
        all.append(QJsonObject{{"why", int(one.why)}, {"pieces", double(one.pieces)}, {"ml", one.ml}});
    return all;
}

std::vector<Removal> removalsFromJson(const QJsonValue& value)
{
    std::vector<Removal> all;
    for (const QJsonValue& one : value.toArray())
        all.push_back({Removal::Why(std::clamp(one["why"].toInt(), 0, int(Removal::Why::Unsure))),
                       std::int64_t(one["pieces"].toDouble()), one["ml"].toDouble()});
    return all;
}

QJsonObject removedToJson(const RemovedLesion& one)
{
    return {{"mask", maskToJson(*one.mask)},
            {"not_a_lesion", one.notALesion},
            {"longest_mm", one.longestMm},
            {"counted", one.counted}};
}

RemovedLesion removedFromJson(const QJsonValue& one)
{
    return {std::make_shared<const Mask>(maskFromJson(one["mask"].toObject())), one["not_a_lesion"].toBool(),
            one["longest_mm"].toDouble(), one["counted"].toBool(true)};
}

QJsonArray removedToJson(const std::vector<RemovedLesion>& removed)
{
    QJsonArray all;
    for (const RemovedLesion& one : removed)
        all.append(removedToJson(one));
    return all;
}

std::vector<RemovedLesion> removedListFromJson(const QJsonValue& value)
{
    std::vector<RemovedLesion> all;
    for (const QJsonValue& one : value.toArray())
        all.push_back(removedFromJson(one));
    return all;
}

QJsonArray regrownToJson(const std::vector<RegrownLesion>& regrown)
{
    QJsonArray all;
    for (const RegrownLesion& one : regrown) {
        QJsonArray with;
        for (const auto& mask : one.with)
            with.append(maskToJson(*mask));
        all.append(QJsonObject{{"removed", removedToJson(one.removed)}, {"with", with}});
    }
    return all;
}

std::vector<RegrownLesion> regrownFromJson(const QJsonValue& value)
{
    std::vector<RegrownLesion> all;
    for (const QJsonValue& one : value.toArray()) {
        RegrownLesion lesion{removedFromJson(one["removed"]), {}};
        for (const QJsonValue& mask : one["with"].toArray())
            lesion.with.push_back(std::make_shared<const Mask>(maskFromJson(mask.toObject())));
        all.push_back(std::move(lesion));
    }
    return all;
}

QJsonArray textsToJson(const std::vector<std::string>& texts)
{
    QJsonArray all;
    for (const std::string& text : texts)
        all.append(QString::fromStdString(text));
    return all;
}

std::vector<std::string> textsFromJson(const QJsonValue& value)
{
    std::vector<std::string> all;
    for (const QJsonValue& text : value.toArray())
        all.push_back(text.toString().toStdString());
    return all;
}

/// What was said of a finding itself. Sessions of older versions hold it among the warnings of the structure:
/// those that are not measured anew.
std::vector<std::string> findingWarningsFromJson(const QJsonValue& value,
                                                 const std::vector<Warning>& ofStructure)
{
    if (value.isArray())
        return textsFromJson(value);
    std::vector<std::string> all;
    for (const Warning& one : ofStructure)
        if (!one.placeMm && one.text.rfind("Not found:", 0) != 0 && one.text.rfind("It lies in ", 0) != 0)
            all.push_back(one.text);
    return all;
}

/// What a structure was made from, where that is more than what is shown of it.
QJsonValue sourceToJson(const Structure& s)
{
    if (!s.source || (!s.derived && !s.source->target.filter.chooses()))
        return {};
    const Finding& f = *s.source;
    return QJsonObject{{"mask", maskToJson(f.mask)},
                       {"filter", filterToJson(f.target.filter)},
                       {"mean_probability", f.meanProbability},
                       {"volume_low_ml", f.volumeLowMl},
                       {"volume_high_ml", f.volumeHighMl},
                       {"warnings", textsToJson(f.warnings)}};
}

std::shared_ptr<const Finding> sourceFromJson(const QJsonValue& value, const Finding& shown)
{
    Finding f = shown;
    f.target.filter = {}; // the chosen lesions alone are in it
    if (value.isObject()) {
        f.mask = maskFromJson(value["mask"].toObject());
        f.target.filter = filterFromJson(value["filter"].toObject());
        f.meanProbability = value["mean_probability"].toDouble();
        f.volumeLowMl = value["volume_low_ml"].toDouble();
        f.volumeHighMl = value["volume_high_ml"].toDouble();
        f.warnings = textsFromJson(value["warnings"]);
    }
    return std::make_shared<const Finding>(std::move(f));
}

/// Null where the model did not state it.
QJsonValue reliabilityToJson(const ModelClass& known)
{
    return known.reliability
               ? QJsonObject{{"dice", known.reliability->dice}, {"scans", known.reliability->scans}}
               : QJsonValue();
}

std::optional<Reliability> reliabilityFromJson(const QJsonValue& value)
{
    if (!value.isObject())
        return std::nullopt;
    return Reliability{std::clamp(value["dice"].toDouble(), 0.0, 1.0), std::max(0, value["scans"].toInt())};
}

} // namespace

QJsonObject structureToJson(const Structure& s)
{
    const Finding& f = *s.finding;
    std::vector<double> hosts(s.known.hosts.begin(), s.known.hosts.end());
    return {{"id", s.id},
            {"name", s.name},
            {"rgb", listOf(s.rgb)},
            {"visible", s.visible},
            {"class_id", s.known.id},
            {"class_name", QString::fromStdString(s.known.name)},
            {"file", QString::fromStdString(s.known.fileName)},
            {"snomed", QString::fromStdString(s.known.snomedCode)},
            {"kind", QString::fromStdString(s.known.kind)},
            {"hosts", listOf(hosts)},
            {"asked", QString::fromStdString(s.asked)},
            {"explanation", QString::fromStdString(s.explanation)},
            {"guess", s.guess},
            {"reliability", reliabilityToJson(s.known)},
            {"made_with", s.madeWith},
            {"threshold", f.threshold},
            {"peak", f.peak},
            {"largest_probability", f.largestProbability},
            {"mean_probability", f.meanProbability},
            {"volume_low_ml", f.volumeLowMl},
            {"volume_high_ml", f.volumeHighMl},
            {"warnings", warningsToJson(s.warnings)},
            {"zero_shot_text", QString::fromStdString(f.target.zeroShotText)},
            {"nearest", nearestToJson(f.nearest)},
            {"mask", maskToJson(f.mask)},
            {"filter", filterToJson(f.target.filter)},
            {"without", listOf(f.target.without)},
            {"organs", hostsToJson(f.hosts)},
            {"removals", removalsToJson(f.removals)},
            {"left_out", f.leftOut ? QJsonValue(maskToJson(*f.leftOut)) : QJsonValue()},
            {"finding_warnings", textsToJson(f.warnings)},
            {"source", sourceToJson(s)},
            {"removed", removedToJson(s.removed)},
            {"regrown", regrownToJson(s.regrown)}};
}

Structure structureFromJson(const QJsonObject& json)
{
    Structure s;
    s.id = json["id"].toInt();
    s.name = json["name"].toString();
    s.rgb = threeOf<int>(json["rgb"]);
    s.visible = json["visible"].toBool(true);
    s.known.id = json["class_id"].toInt();
    s.known.name = json["class_name"].toString().toStdString();
    s.known.fileName = json["file"].toString().toStdString();
    s.known.snomedCode = json["snomed"].toString().toStdString();
    s.known.kind = json["kind"].toString("organ").toStdString();
    s.known.rgb = s.rgb;
    for (const QJsonValue& host : json["hosts"].toArray())
        s.known.hosts.push_back(host.toInt());
    s.asked = json["asked"].toString().toStdString();
    s.explanation = json["explanation"].toString().toStdString();
    s.guess = json["guess"].toBool();
    s.known.reliability = reliabilityFromJson(json["reliability"]);
    s.madeWith = json["made_with"].toString();
    s.warnings = warningsFromJson(json["warnings"]);
    Target target{s.known.id, s.known.name, json["zero_shot_text"].toString().toStdString(),
                  filterFromJson(json["filter"].toObject()), idsFromJson(json["without"])};
    Finding finding{std::move(target),
                    maskFromJson(json["mask"].toObject()),
                    json["threshold"].toDouble(0.5),
                    json["largest_probability"].toDouble(),
                    json["mean_probability"].toDouble(),
                    json["volume_low_ml"].toDouble(),
                    json["volume_high_ml"].toDouble(),
                    {},
                    nullptr,
                    nearestFromJson(json["nearest"]),
                    removalsFromJson(json["removals"]),
                    {},
                    hostsFromJson(json["organs"])};
    finding.peak = json["peak"].toDouble();
    finding.warnings = findingWarningsFromJson(json["finding_warnings"], s.warnings);
    if (json["left_out"].isObject())
        finding.leftOut = std::make_shared<const Mask>(maskFromJson(json["left_out"].toObject()));
    s.finding = std::make_shared<const Finding>(std::move(finding));
    s.removed = removedListFromJson(json["removed"]);
    s.regrown = regrownFromJson(json["regrown"]);
    s.derived = s.known.isLesion() && json["source"].isObject();
    if (s.known.isLesion())
        s.source = sourceFromJson(json["source"], *s.finding);
    return s;
}

} // namespace hounsfield
