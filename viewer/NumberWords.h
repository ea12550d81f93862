// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "viewer/scene/Measurement.h"

#include <QString>
#include <QStringList>

namespace hounsfield {

/// A number as the window's language writes it: "1512.3", in German "1512,3". No group separators, which one
/// reader takes for the decimal point of another. What rounds to zero has no sign. Files never go through
/// here.
QString decimal(double value, int decimals);

/// What was measured, a line each: "40.0 × 30.0 mm", "12 ± 3 HU".
QStringList measuredInWords(const MeasuredValues& values);

} // namespace hounsfield
