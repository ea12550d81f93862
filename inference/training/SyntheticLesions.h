// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "inference/training/ScanWindow.h"
#include "volume/synthetic/Random.h"

namespace hounsfield::training {

/// Draws lesions into healthy organs of a window: tumors of liver, kidney, pancreas and lung, and kidney
/// cysts, each only where the scan's annotators looked for that kind, since unknown lesions of the scan would
/// else be taught as background. Sizes from 6 to 50 mm, irregular borders, densities relative to the organ
/// around them (after the idea of Hu et al., CVPR 2023, that lesions drawn while training can replace
/// annotated ones; the shapes and densities here are our own).
/// @param chance of each kind in a window that holds its organ
void drawLesions(ScanWindow& window, double chance, synthetic::Random& random);

} // namespace hounsfield::training
