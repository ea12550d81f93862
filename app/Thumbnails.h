#pragma once

#include "volume/Volume.h"

#include <QIcon>
#include <QString>

namespace hounsfield::thumbnails {

/// The middle axial slice of a scan, small, kept in the cache folder under the scan's path, so that recent scans are known by sight.
void keep(const QString& path, std::shared_ptr<const Volume> volume);
/// Empty where there is none.
QIcon of(const QString& path);

} // namespace hounsfield::thumbnails
