// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace hounsfield {

/// What the clean-up left out of one class, for one reason.
struct Removal {
    enum class Why {
        Speck,         ///< pieces too small to be told from noise
        Apart,         ///< pieces far from the largest, or small beside it
        OtherSide,     ///< pieces that lie by the organ of the other side
        OutsideHost,   ///< a tumor or cyst outside its organ
        BelowPancreas, ///< of the portal and splenic vein
        Rule,          ///< by the published pipeline's rules
        Unsure         ///< pieces in which the model is nowhere sure enough
    };
    Why why = Why::Rule;
    std::int64_t pieces = 0; ///< 0 where voxels were cut off and not whole pieces
    double ml = 0;
};

/// One whole sentence; empty where nothing was left out.
std::string sentenceOf(const std::vector<Removal>& removals);
/// A word for files: "speck", "apart", "other_side", "outside_host", "below_pancreas", "rule", "unsure".
std::string nameOf(Removal::Why why);

} // namespace hounsfield
