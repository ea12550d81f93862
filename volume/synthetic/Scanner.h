#pragma once

#include "volume/synthetic/SyntheticPatient.h"
#include "volume/synthetic/Tissue.h"

namespace hounsfield::synthetic {

/// What a scanner makes of tissues (i fastest): their HU with slow texture, blur and noise, within [-1024, 3071].
std::vector<std::int16_t> scanned(const Geometry& grid, const std::vector<Tissue>& tissues, const Appearance& appearance, std::uint64_t seed);

} // namespace hounsfield::synthetic
