// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "inference/training/ScanWindow.h"

namespace hounsfield::training {

/// A real scan whose every window is another view of it: turned up to about 15 degrees, scaled from 0.82
/// to 1.2, bent by smooth displacements of up to 6 mm, cut at another field of view, with organs at another
/// contrast, lesions drawn into healthy organs (SyntheticLesions.h), noise, blur, thick slices, streaks and
/// motion. Never mirrored: left stays left.
/// @param volume Hounsfield units, any grid; @param masks by class id - 1 on its grid
/// @param annotated classes whose annotators looked for them; an empty mask of one of these means "not there"
TrainingScan makeAugmentedScan(const Volume& volume, const std::vector<Mask>& masks, ClassBits annotated,
                               const InputSettings& settings);

} // namespace hounsfield::training
