// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "inference/internal/CleanUp.h"

namespace hounsfield {

/// Tells the lungs apart: what either mask marks goes to the lung whose core it is nearest to inside the
/// lungs. Cores are the largest pieces that only one mask marks, after an erosion that cuts bridges between
/// the lungs. Neither is emptied; sides are not swapped: where the masks contradict the patient's sides, a
/// warning says so. Where only one mask found anything and its pieces lie side by side, they are taken for
/// the two lungs, with a warning.
void splitLungs(ModelMasks& masks, int right, int left);

} // namespace hounsfield
