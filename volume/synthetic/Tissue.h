// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "volume/synthetic/Random.h"

#include <array>

namespace hounsfield::synthetic {

enum class Tissue : unsigned char {
    Air,
    Skin,
    Fat,
    Muscle,
    Cortex,
    Marrow,
    Disc,
    Nerve,
    Table,
    Gas,
    BowelContent,
    BowelWall,
    StomachContent,
    Stool,
    Lung,
    LungVessel,
    Heart,
    Artery,
    Vein,
    PortalVein,
    Liver,
    HepaticVessel,
    Spleen,
    KidneyCortex,
    KidneyMedulla,
    Pancreas,
    Adrenal,
    Bile,
    Esophagus,
    Urine,
    Prostate,
    Uterus,
    Rectum,
    Cartilage,
    Calcification,
    Food,
    BrightContent,
    Ascites,
    BrightTumor,
    LiverTumor,
    KidneyTumor,
    PancreasTumor,
    LungTumor,
    ColonTumor,
    Necrosis,
    CystFluid,
    Count
};
inline constexpr int tissueCount = static_cast<int>(Tissue::Count);
using TissueHu = std::array<float, tissueCount>;

/// Hounsfield units of each tissue of one patient: typical values of abdominal CT, moved as they vary between
/// people.
/// @param contrast 0 native, 1 portal venous, 2 arterial; between them interpolated
TissueHu tissueHu(double contrast, std::uint64_t seed);

} // namespace hounsfield::synthetic
