#include "app/SessionFile.h"

#include "volume/io/MaskWriter.h"

#include <QCryptographicHash>
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>

namespace hounsfield {
namespace {

template <typename Numbers> QJsonArray listOf(const Numbers& numbers)
{
    QJsonArray list;
    for (const auto& n : numbers)
        list.append(double(n));
    return list;
}

template <typename T> std::array<T, 3> threeOf(const QJsonValue& value)
{
    const QJsonArray list = value.toArray();
    if (list.size() != 3)
        throw Error(ErrorKind::Scan, "The session file is damaged: three numbers are missing.");
    return {T(list[0].toDouble()), T(list[1].toDouble()), T(list[2].toDouble())};
}

QJsonObject gridToJson(const Geometry& g)
{
    QJsonArray matrix;
    for (const Vector3& row : g.matrix())
        matrix.append(listOf(row));
    return {{"size", listOf(g.size())}, {"origin", listOf(g.originMm())}, {"matrix", matrix}};
}

Geometry gridFromJson(const QJsonObject& json)
{
    const QJsonArray rows = json["matrix"].toArray();
    if (rows.size() != 3)
        throw Error(ErrorKind::Scan, "The session file is damaged: a grid is incomplete.");
    return {threeOf<std::int64_t>(json["size"]), threeOf<double>(json["origin"]), {threeOf<double>(rows[0]), threeOf<double>(rows[1]), threeOf<double>(rows[2])}};
}

QJsonObject maskToJson(const Mask& mask)
{
    const QByteArray voxels(reinterpret_cast<const char*>(mask.boxVoxels().data()), qsizetype(mask.boxVoxels().size()));
    return {{"grid", gridToJson(mask.geometry())}, {"begin", listOf(mask.box().begin)}, {"end", listOf(mask.box().end)}, {"voxels", QString::fromLatin1(qCompress(voxels).toBase64())}};
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
        all.append(QJsonObject{{"class_id", one.classId}, {"name", QString::fromStdString(one.name)}, {"cosine", one.cosine}, {"centred_cosine", one.centredCosine}});
    return all;
}

std::vector<NearestClass> nearestFromJson(const QJsonValue& value)
{
    std::vector<NearestClass> all;
    for (const QJsonValue& one : value.toArray())
        all.push_back({one["class_id"].toInt(), one["name"].toString().toStdString(), one["cosine"].toDouble(), one["centred_cosine"].toDouble()});
    return all;
}

QJsonObject structureToJson(const Structure& s)
{
    const Finding& f = *s.finding;
    std::vector<double> hosts(s.known.hosts.begin(), s.known.hosts.end());
    return {{"id", s.id}, {"name", s.name}, {"rgb", listOf(s.rgb)}, {"visible", s.visible}, {"class_id", s.known.id}, {"class_name", QString::fromStdString(s.known.name)},
            {"file", QString::fromStdString(s.known.fileName)}, {"snomed", QString::fromStdString(s.known.snomedCode)}, {"kind", QString::fromStdString(s.known.kind)}, {"hosts", listOf(hosts)},
            {"asked", QString::fromStdString(s.asked)}, {"explanation", QString::fromStdString(s.explanation)}, {"made_with", s.madeWith}, {"threshold", f.threshold},
            {"largest_probability", f.largestProbability}, {"mean_probability", f.meanProbability}, {"volume_low_ml", f.volumeLowMl}, {"volume_high_ml", f.volumeHighMl},
            {"warnings", warningsToJson(s.warnings)}, {"zero_shot_text", QString::fromStdString(f.target.zeroShotText)}, {"nearest", nearestToJson(f.nearest)}, {"mask", maskToJson(f.mask)}};
}

/// Statistics are measured again from scan and mask when the session opens.
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
    s.madeWith = json["made_with"].toString();
    s.warnings = warningsFromJson(json["warnings"]);
    s.finding = std::make_shared<const Finding>(Finding{{s.known.id, s.known.name, json["zero_shot_text"].toString().toStdString()}, maskFromJson(json["mask"].toObject()), json["threshold"].toDouble(0.5), json["largest_probability"].toDouble(),
                                                        json["mean_probability"].toDouble(), json["volume_low_ml"].toDouble(), json["volume_high_ml"].toDouble(), {}, nullptr, nearestFromJson(json["nearest"])});
    return s;
}

QJsonObject measurementToJson(const Measurement& m)
{
    QJsonArray points;
    for (const Vector3& p : m.pointsMm)
        points.append(listOf(p));
    return {{"id", m.id}, {"kind", int(m.kind)}, {"points_lps_mm", points}, {"right", listOf(m.plane.right)}, {"down", listOf(m.plane.down)}, {"normal", listOf(m.plane.normal)}, {"text", QString::fromStdString(m.text)}};
}

Measurement measurementFromJson(const QJsonObject& json)
{
    Measurement m;
    m.id = json["id"].toInt();
    m.kind = MeasurementKind(std::clamp(json["kind"].toInt(), 0, int(MeasurementKind::Probe)));
    m.plane = {threeOf<double>(json["right"]), threeOf<double>(json["down"]), threeOf<double>(json["normal"])};
    for (const QJsonValue& p : json["points_lps_mm"].toArray())
        m.pointsMm.push_back(threeOf<double>(p));
    m.text = json["text"].toString().toStdString();
    if (m.pointsMm.size() < 1 || (pointsOf(m.kind) > 0 && int(m.pointsMm.size()) != pointsOf(m.kind)))
        throw Error(ErrorKind::Scan, "The session file is damaged: a measurement is incomplete.");
    return m;
}

QByteArray bytesOf(const StoredSession& session)
{
    QJsonArray structures, measurements;
    for (const Structure& s : session.contents.structures)
        structures.append(structureToJson(s));
    for (const Measurement& m : session.contents.measurements)
        measurements.append(measurementToJson(m));
    const QJsonObject root{{"hounsfield_session", StoredSession::version},
                           {"scan", QJsonObject{{"path", session.scanPath}, {"series_uid", session.seriesUid}, {"sha256", QString::fromLatin1(session.scanHash.toHex())}}},
                           {"structures", structures}, {"measurements", measurements}, {"view", session.view}, {"prompts", QJsonArray::fromStringList(session.prompts)}};
    return QJsonDocument(root).toJson(QJsonDocument::Compact);
}

} // namespace

QByteArray hashOf(const Volume& volume)
{
    QCryptographicHash hash(QCryptographicHash::Sha256);
    hash.addData(QJsonDocument(gridToJson(volume.geometry())).toJson(QJsonDocument::Compact));
    hash.addData(QByteArray::fromRawData(reinterpret_cast<const char*>(volume.voxels().data()), qsizetype(volume.voxels().size() * sizeof(std::int16_t))));
    return hash.result();
}

void writeSession(const StoredSession& session, const QString& file)
{
    writeTextFile(bytesOf(session).toStdString(), std::filesystem::path(file.toStdU16String()));
}

StoredSession readSession(const QString& file)
{
    QFile in(file);
    if (!in.open(QIODevice::ReadOnly))
        throw Error(ErrorKind::Scan, "The session " + file.toStdString() + " cannot be read: " + in.errorString().toStdString() + ".");
    const QJsonObject root = QJsonDocument::fromJson(in.readAll()).object();
    if (!root.contains("hounsfield_session"))
        throw Error(ErrorKind::Scan, file.toStdString() + " is not a session of this program, or it is damaged.");
    if (root["hounsfield_session"].toInt() > StoredSession::version)
        throw Error(ErrorKind::Scan, "This session was saved by a newer version of the program. Update to open it.");
    StoredSession session;
    const QJsonObject scan = root["scan"].toObject();
    session.scanPath = scan["path"].toString();
    session.seriesUid = scan["series_uid"].toString();
    session.scanHash = QByteArray::fromHex(scan["sha256"].toString().toLatin1());
    for (const QJsonValue& s : root["structures"].toArray())
        session.contents.structures.push_back(structureFromJson(s.toObject()));
    for (const QJsonValue& m : root["measurements"].toArray())
        session.contents.measurements.push_back(measurementFromJson(m.toObject()));
    session.view = root["view"].toObject();
    for (const QJsonValue& p : root["prompts"].toArray())
        session.prompts << p.toString();
    return session;
}

QJsonObject viewToJson(const ViewState& view)
{
    const SliceLook& look = view.look();
    QJsonArray frame, zoom, pan;
    for (const Vector3& row : view.frame())
        frame.append(listOf(row));
    for (const Plane plane : {Plane::Axial, Plane::Coronal, Plane::Sagittal}) {
        zoom.append(view.zoom(plane));
        pan.append(listOf(view.panMm(plane)));
    }
    return {{"crosshair_lps_mm", listOf(view.crosshairMm())}, {"window", look.window}, {"level", look.level}, {"invert", look.invert}, {"slab_mm", look.slab.thicknessMm}, {"slab_mode", int(look.slab.mode)},
            {"fill", look.fillOpacity}, {"outline", look.outline}, {"layout", int(view.layout())}, {"frame", frame}, {"zoom", zoom}, {"pan", pan}};
}

void viewFromJson(const QJsonObject& json, ViewState& view)
{
    if (json.isEmpty())
        return;
    SliceLook look = view.look();
    look.window = json["window"].toDouble(look.window);
    look.level = json["level"].toDouble(look.level);
    look.invert = json["invert"].toBool();
    look.slab = {json["slab_mm"].toDouble(), SlabMode(std::clamp(json["slab_mode"].toInt(), 0, 2))};
    look.fillOpacity = std::clamp(json["fill"].toDouble(0.3), 0.0, 1.0);
    look.outline = json["outline"].toBool(true);
    view.setLook(look);
    if (const QJsonArray frame = json["frame"].toArray(); frame.size() == 3) {
        const Frame read{threeOf<double>(frame[0]), threeOf<double>(frame[1]), threeOf<double>(frame[2])};
        // Only a rotation is a frame.
        if (std::abs(determinant(read) - 1) < 1e-3)
            view.setFrame(read);
    }
    for (const Plane plane : {Plane::Axial, Plane::Coronal, Plane::Sagittal}) {
        view.setZoom(plane, json["zoom"].toArray().at(int(plane)).toDouble(1));
        if (json["pan"].toArray().at(int(plane)).isArray())
            view.setPan(plane, threeOf<double>(json["pan"].toArray().at(int(plane))));
    }
    view.setCrosshair(threeOf<double>(json["crosshair_lps_mm"]));
    view.setLayout(Layout(std::clamp(json["layout"].toInt(), 0, int(Layout::OneAndThree))));
}

} // namespace hounsfield
