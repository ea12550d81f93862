// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/Session.h"
#include "viewer/ViewState.h"
#include "volume/Progress.h"

#include <QJsonObject>

#include <optional>

namespace hounsfield {

/// A session as it lies in a file (ending .hounsfield, JSON, versioned): where the scan is and how to know it
/// again, everything found and measured, how it was looked at. The scan's voxels are not inside.
struct StoredSession {
    static constexpr int version = 1;
    QString scanPath;
    QString seriesUid;
    QByteArray scanHash; ///< SHA-256 of grid and voxels: another scan at the same place is noticed
    Contents contents;
    QJsonObject view;
    QStringList prompts;
    std::string
        seriesKey; ///< keyOf the series; empty in sessions of older versions, which know the identifier alone
    /// What opens the series again; nothing where the path holds only one.
    std::optional<std::string> series() const;
};

QByteArray hashOf(const Volume& volume,
                  const Progress& stop = Progress()); ///< @throws Cancelled within a few megabytes
/// Written beside, read back, then renamed: an older file stays whole until then. @throws Error(Resources)
void writeSession(const StoredSession& session, const QString& file);
/// @throws Error(Scan): not a session, damaged, newer than this program
StoredSession readSession(const QString& file);
/// How a scan is looked at, to and from JSON.
QJsonObject viewToJson(const ViewState& view);
void viewFromJson(const QJsonObject& json, ViewState& view);

} // namespace hounsfield
