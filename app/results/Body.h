// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "volume/Mask.h"
#include "volume/Volume.h"

namespace hounsfield {

/// The patient's body on a coarse grid of its own: the largest piece of soft tissue and denser once thin
/// things such as the table's shell are taken off, with everything that it encloses in an axial slice (lungs,
/// gas). Neither table nor mattress nor the air around.
Mask bodyOf(const Volume& volume);

/// Part of a mask's voxels that lie in a body, 0 to 1; 1 for an empty mask.
double shareInside(const Mask& mask, const Mask& body);

} // namespace hounsfield
