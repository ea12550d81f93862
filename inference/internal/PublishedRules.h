// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "inference/internal/CleanUp.h"

namespace hounsfield {

/// The published pipeline's clean-up, known defects included: shared/spec/universal-model.md section 6.
/// @throws Cancelled between classes
void publishedRules(ModelMasks& masks, Progress& progress);

} // namespace hounsfield
