// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/fuzz/Targets.h"

#include <string>
#include <string_view>
#include <vector>

namespace hounsfield::test {

/// The scan front: what is read of a scan before a toolkit sees it. This library's fuzzTargets() are
/// scan_dicom (a folder of files divided by nextFile), scan_nifti, scan_nrrd and scan_meta; it is never
/// linked beside the engine's targets.
inline constexpr std::string_view nextFile = "\nNEXT\n";

/// Inputs to begin with, made by code so that no scan lies in the repository: small, and read without
/// complaint.
std::vector<std::string> scanSeeds(const std::string& target);

} // namespace hounsfield::test
