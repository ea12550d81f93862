// SPDX-License-Identifier: Apache-2.0
#include "app/SessionFile.h"

#include "app/StructureJson.h"

#include "volume/RegularFile.h"
#include "volume/io/MaskWriter.h"

#include <QCryptographicHash>
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>

#include <cmath>

namespace hounsfield {
namespace {

QJsonObject measurementToJson(const Measurement& m)
{
    QJsonArray points;
    for (const Vector3& p : m.pointsMm)
        points.append(listOf(p));
    return {{"id", m.id},
            {"kind", int(m.kind)},
            {"points_lps_mm", points},
            {"right", listOf(m.plane.right)},
            {"down", listOf(m.plane.down)},
            {"normal", listOf(m.plane.normal)},
            {"text", QString::fromStdString(m.text)}};
}

Measurement measurementFromJson(const QJsonObject& json)
{
    Measurement m;
    m.id = json["id"].toInt();
    m.kind = MeasurementKind(std::clamp(json["kind"].toInt(), 0, int(MeasurementKind::Probe)));
    m.plane = {threeOf<double>(json["right"]), threeOf<double>(json["down"]),
               threeOf<double>(json["normal"])};
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
                           {"scan", QJsonObject{{"path", session.scanPath},
                                                {"series_uid", session.seriesUid},
                                                {"series_key", QString::fromStdString(session.seriesKey)},
                                                {"sha256", QString::fromLatin1(session.scanHash.toHex())}}},
                           {"structures", structures},
                           {"measurements", measurements},
                           {"view", session.view},
                           {"prompts", QJsonArray::fromStringList(session.prompts)}};
    return QJsonDocument(root).toJson(QJsonDocument::Compact);
}

} // namespace

std::optional<std::string> StoredSession::series() const
{
    const std::string known = seriesKey.empty() ? seriesUid.toStdString() : seriesKey;
    return known.empty() ? std::nullopt : std::optional(known);
}

QByteArray hashOf(const Volume& volume, const Progress& stop)
{
    QCryptographicHash hash(QCryptographicHash::Sha256);
    hash.addData(QJsonDocument(gridToJson(volume.geometry())).toJson(QJsonDocument::Compact));
    constexpr std::size_t voxelsAtOnce = std::size_t(4) << 20;
    const std::vector<std::int16_t>& voxels = volume.voxels();
    for (std::size_t first = 0; first < voxels.size(); first += voxelsAtOnce) {
        stop.check();
        const std::size_t count = std::min(voxelsAtOnce, voxels.size() - first);
        hash.addData(QByteArray::fromRawData(reinterpret_cast<const char*>(voxels.data() + first),
                                             qsizetype(count * sizeof(std::int16_t))));
    }
    return hash.result();
}

void writeSession(const StoredSession& session, const QString& file)
{
    writeTextFile(bytesOf(session).toStdString(), std::filesystem::path(file.toStdU16String()));
}

StoredSession readSession(const QString& file)
{
    requireRegularFile(std::filesystem::path(file.toStdU16String()), ErrorKind::Scan);
    QFile in(file);
    if (!in.open(QIODevice::ReadOnly))
        throw Error(ErrorKind::Scan, "The session " + file.toStdString() +
                                         " cannot be read: " + in.errorString().toStdString() + ".");
    const QJsonObject root = QJsonDocument::fromJson(in.readAll()).object();
    if (!root.contains("hounsfield_session"))
        throw Error(ErrorKind::Scan,
                    file.toStdString() + " is not a session of this program, or it is damaged.");
    if (root["hounsfield_session"].toInt() > StoredSession::version)
        throw Error(ErrorKind::Scan,
                    "This session was saved by a newer version of the program. Update to open it.");
    StoredSession session;
    const QJsonObject scan = root["scan"].toObject();
    session.scanPath = scan["path"].toString();
    session.seriesUid = scan["series_uid"].toString();
    session.seriesKey = scan["series_key"].toString().toStdString();
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

/// Sessions of older versions have none: every view is upright.
static std::array<double, 3> rollsFromJson(const QJsonValue& value)
{
    std::array<double, 3> rolls{0, 0, 0};
    for (int plane = 0; plane < 3; ++plane)
        rolls[std::size_t(plane)] = std::remainder(value.toArray().at(plane).toDouble(), 360);
    return rolls;
}

QJsonObject viewToJson(const ViewState& view)
{
    const SliceLook& look = view.look();
    QJsonArray frame, roll, zoom, pan;
    for (const Vector3& row : view.frame())
        frame.append(listOf(row));
    for (const Plane plane : {Plane::Axial, Plane::Coronal, Plane::Sagittal}) {
        roll.append(view.rolls()[std::size_t(plane)]);
        zoom.append(view.zoom(plane));
        pan.append(listOf(view.panMm(plane)));
    }
    return {{"crosshair_lps_mm", listOf(view.crosshairMm())},
            {"window", look.window},
            {"level", look.level},
            {"invert", look.invert},
            {"slab_mm", look.slab.thicknessMm},
            {"slab_mode", int(look.slab.mode)},
            {"fill", look.fillOpacity},
            {"outline", look.outline},
            {"layout", int(view.layout())},
            {"frame", frame},
            {"roll_degrees", roll},
            {"zoom", zoom},
            {"pan", pan}};
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
            view.setOrientation(read, rollsFromJson(json["roll_degrees"]));
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
