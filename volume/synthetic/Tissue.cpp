// SPDX-License-Identifier: Apache-2.0
#include "volume/synthetic/Tissue.h"

#include <algorithm>
#include <cmath>

namespace hounsfield::synthetic {
namespace {

/// Native, portal venous and arterial HU, and how much they vary between people: native, and with contrast.
struct Row {
    Tissue tissue;
    float native, portal, arterial, nativeDeviation, deviation;
};

constexpr Row rows[] = {
    {Tissue::Air, -1000, -1000, -1000, 4, 4},
    {Tissue::Skin, 10, 20, 20, 15, 15},
    {Tissue::Fat, -105, -103, -104, 6, 6},
    {Tissue::Muscle, 52, 60, 57, 6, 7},
    {Tissue::Cortex, 480, 490, 490, 110, 110},
    {Tissue::Marrow, 170, 180, 175, 50, 50},
    {Tissue::Disc, 75, 80, 80, 12, 12},
    {Tissue::Nerve, 30, 35, 35, 6, 6},
    {Tissue::Table, -300, -300, -300, 150, 150},
    {Tissue::Gas, -950, -950, -950, 40, 40},
    {Tissue::BowelContent, 25, 30, 28, 16, 16},
    {Tissue::BowelWall, 40, 85, 75, 7, 14},
    {Tissue::StomachContent, 25, 28, 28, 25, 25},
    {Tissue::Stool, -10, -5, -5, 45, 45},
    {Tissue::Lung, -850, -840, -840, 35, 35},
    {Tissue::LungVessel, 42, 100, 140, 6, 25},
    {Tissue::Heart, 42, 140, 230, 6, 20},
    {Tissue::Artery, 42, 150, 310, 6, 22},
    {Tissue::Vein, 42, 140, 75, 6, 22},
    {Tissue::PortalVein, 42, 165, 95, 6, 18},
    {Tissue::Liver, 57, 110, 70, 9, 13},
    {Tissue::HepaticVessel, 42, 158, 92, 6, 14},
    {Tissue::Spleen, 49, 120, 125, 5, 11},
    {Tissue::KidneyCortex, 33, 180, 190, 4, 20},
    {Tissue::KidneyMedulla, 33, 165, 90, 4, 22},
    {Tissue::Pancreas, 41, 98, 105, 7, 13},
    {Tissue::Adrenal, 28, 80, 85, 10, 12},
    {Tissue::Bile, 9, 11, 10, 7, 7},
    {Tissue::Esophagus, 42, 65, 60, 7, 9},
    {Tissue::Urine, 5, 9, 6, 5, 6},
    {Tissue::Prostate, 42, 70, 60, 6, 9},
    {Tissue::Uterus, 48, 100, 80, 7, 14},
    {Tissue::Rectum, 42, 72, 66, 7, 10},
    {Tissue::LiverTumor, 40, 62, 62, 8, 16},
    {Tissue::KidneyTumor, 36, 90, 110, 10, 22},
    {Tissue::PancreasTumor, 38, 62, 58, 8, 10},
    {Tissue::LungTumor, 35, 62, 55, 12, 16},
    {Tissue::ColonTumor, 40, 82, 75, 8, 12},
    {Tissue::Cartilage, 95, 100, 98, 25, 25},
    {Tissue::Calcification, 420, 430, 430, 150, 150},
    {Tissue::Food, 10, 15, 15, 45, 45},
    {Tissue::BrightContent, 190, 190, 190, 90, 90},
    {Tissue::Ascites, 8, 10, 9, 7, 7},
    {Tissue::BrightTumor, 60, 150, 170, 10, 35},
    {Tissue::Necrosis, 18, 22, 20, 8, 8},
    {Tissue::CystFluid, 5, 7, 6, 5, 5},
};

/// What is one density without contrast, given by a tissue of it: blood is alike in every vessel (its
/// hematocrit makes it), and a kidney's cortex and medulla cannot be told.
Tissue alikeNatively(Tissue tissue)
{
    switch (tissue) {
    case Tissue::LungVessel:
    case Tissue::Heart:
    case Tissue::Vein:
    case Tissue::PortalVein:
    case Tissue::HepaticVessel:
        return Tissue::Artery;
    case Tissue::KidneyMedulla:
        return Tissue::KidneyCortex;
    default:
        return tissue;
    }
}

} // namespace

TissueHu tissueHu(double contrast, std::uint64_t seed)
{
    TissueHu hu{};
    Random random(seed ^ 0x715u);
    // Blood and what it feeds brighten together: one factor a patient.
    const auto strength = static_cast<float>(random.between(0.75, 1.25));
    const auto c = static_cast<float>(std::clamp(contrast, 0.0, 2.0));
    std::array<float, tissueCount> drawn{};
    for (float& d : drawn)
        d = static_cast<float>(random.normal(0, 1));
    const float contrasted = std::min(1.0f, c);
    for (const Row& row : rows) {
        const float own = drawn[static_cast<std::size_t>(row.tissue)],
                    native = drawn[static_cast<std::size_t>(alikeNatively(row.tissue))];
        const float enhanced =
            c <= 1 ? row.native + c * strength * (row.portal - row.native)
                   : row.native + strength * ((2 - c) * row.portal + (c - 1) * row.arterial - row.native);
        hu[static_cast<std::size_t>(row.tissue)] =
            enhanced + (1 - contrasted) * row.nativeDeviation * native + contrasted * row.deviation * own;
    }
    // Positive oral contrast in every fourth patient.
    if (random.chance(0.25)) {
        hu[static_cast<std::size_t>(Tissue::StomachContent)] = static_cast<float>(random.between(100, 350));
        hu[static_cast<std::size_t>(Tissue::BowelContent)] = static_cast<float>(random.between(60, 300));
    }
    return hu;
}

} // namespace hounsfield::synthetic
