// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "inference/ModelPack.h"
#include "volume/Mask.h"
#include "volume/Progress.h"

#include <memory>
#include <string>
#include <vector>

namespace hounsfield {

/// What another class marks of the same organs.
struct OtherMark {
    std::string name;                 ///< "Hepatic Vessel Tumor"
    std::shared_ptr<const Mask> mask; ///< all that the class marks, on the scan's own grid
};

/// How the lesions of a class were shared with others before they are measured.
struct LesionMarks {
    std::vector<OtherMark> others;        ///< classes that mark lesions of this one, too
    std::vector<std::string> listedUnder; ///< classes that lesions of this one went to
    std::int64_t lesionsMoved = 0;        ///< to those
    double movedMl = 0;                   ///< what of this class's own voxels went there
    bool takenOut = false; ///< lesions were there and went: an empty mask does not mean "not found"
};

/// The marks of one class of tumors or cysts.
struct MarkedClass {
    const ModelClass* known = nullptr;
    const Mask* mask = nullptr; ///< on the scan's own grid, the same for all
};

struct SharedLesions {
    std::vector<Mask> masks;        ///< for each class what stays with it; no voxel is in two
    std::vector<LesionMarks> marks; ///< for each class
};

/// A lesion that two classes of the same organ mark (they share a voxel) is one lesion: it takes all voxels
/// of both and goes to the class that marks more of it (the earlier where they mark as many), so that totals
/// count it once. Classes without a common organ are left as they are, and so are two results of one class
/// ("liver tumors, the largest liver tumor"). Parts that touch without sharing a voxel stay apart. @param
/// stop looked at before every lesion. @throws Cancelled
SharedLesions shareLesions(const std::vector<MarkedClass>& classes, const Progress& stop = Progress());

} // namespace hounsfield
