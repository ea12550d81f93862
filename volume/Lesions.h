// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "volume/Diameters.h"
#include "volume/Progress.h"
#include "volume/Statistics.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace hounsfield {

/// One connected part (26 neighbours) of a tumor or cyst.
struct Lesion {
    std::shared_ptr<const Mask> mask;
    Statistics statistics;
    Diameters diameters;
    std::optional<double> meanProbability; ///< absent where probabilities were not kept
    int host = -1;        ///< which of the organs given it lies in most, or is nearest to; -1: none was found
    double hostShare = 0; ///< part of its voxels that lie in that organ
    double hostDistanceMm = 0;               ///< from its centre to that organ, where no voxel lies in it
    std::vector<std::string> alsoMarkedAs{}; ///< names of other classes that mark it too
};

/// The lesions of a mask, largest first; where there are more than can be lesions, only so many are measured
/// one by one.
struct LesionList {
    std::vector<Lesion> lesions;
    std::int64_t others = 0; ///< parts beyond those
};
constexpr std::size_t mostLesions = 300;
/// @param hosts organs on the same grid; may be empty masks
/// @param probability in thousandths, on any grid; null: not kept @param stop looked at before every lesion
/// and organ. @throws Cancelled
LesionList lesionsOf(const Mask& mask, const Volume& volume, const std::vector<const Mask*>& hosts,
                     const Volume* probability, const Progress& stop = Progress());

/// Whether RECIST 1.1 counts a lesion as measurable, and why: longest axial diameter at least 10 mm, and at
/// least twice the distance of slices where that is over 5 mm.
struct Measurability {
    bool measurable = false;
    std::string why; ///< a whole sentence
};
Measurability measurability(const Lesion& lesion, bool cyst);

} // namespace hounsfield
