// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "viewer/scene/Measurement.h"

#include <string>
#include <vector>

namespace hounsfield {

/// What a person measured, as CSV with one row each: kind, text, value and its unit, further numbers, the
/// plane (axial, coronal, sagittal, oblique), the 1-based number of its slice, and where it is in LPS
/// millimetres. Numbers are written without the process's locale.
std::string byHandCsv(const std::vector<Measurement>& measurements, const Volume& volume);

} // namespace hounsfield
