// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "volume/Geometry.h"

namespace hounsfield {

/// The model's grid for a scan (shared/spec/universal-model.md section 4; MONAI 0.9 Orientation and Spacing):
/// axes to the Right, Anterior and Superior, isotropic, the rotation of the scan kept and any shear removed,
/// large enough for the scan's corner voxels.
Geometry modelGrid(const Geometry& scan, double spacingMm);

} // namespace hounsfield
