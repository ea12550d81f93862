// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "volume/Volume.h"
#include "volume/io/ScanSource.h"

#include <QIcon>
#include <QImage>
#include <QString>

namespace hounsfield::thumbnails {

/// The middle axial slice of a scan, small, kept in the cache folder under the scan's path and the key of its
/// series (keyOf), and as the last one of that path, so that recent scans are known by sight. Old ones go
/// when the folder grows beyond its size. For a worker thread.
void keep(const QString& path, const std::string& series, std::shared_ptr<const Volume> volume);
/// Empty where there is none. @param series its key; empty: the last one opened at that path
QIcon of(const QString& path, const std::string& series = {});
/// A picture as it is: Qt would tint that of a selected row.
QIcon iconOf(const QPixmap& picture);
/// A slice as grey, in its true proportions. @param windowLevel absent: that of the abdomen
QImage pictureOf(const SliceImage& slice, const std::optional<std::array<double, 2>>& windowLevel);

/// Where they are kept, and how many megabytes they may take.
QString folder();
int mostMb();
void setPlace(const QString& folder, int mostMb); ///< folder empty: the system's cache

} // namespace hounsfield::thumbnails
