// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "inference/training/TrainingScan.h"

#include <filesystem>
#include <string>
#include <vector>

namespace hounsfield::training {

/// Classes that the annotator of a case looked for and did not find: "not_in_scan" and "no_lesion_seen" of
/// its annotation.json, names of masks, each perhaps followed by a remark ("prostate (woman)").
/// @param folder of the case; without an annotation.json nothing is absent
/// @param notes what is odd, whole sentences; may be null
/// @throws Error(Scan) that names the file where it cannot be understood
ClassBits absentClasses(const std::filesystem::path& folder, const std::vector<ModelClass>& classes,
                        std::vector<std::string>* notes);

} // namespace hounsfield::training
