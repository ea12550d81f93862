// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/results/SharedLesions.h"
#include "inference/Segmenter.h"
#include "volume/Lesions.h"

#include <memory>
#include <string>
#include <vector>

namespace hounsfield {

/// What a person should know of a result: a whole sentence, and where to look where that is one place.
struct Warning {
    std::string text;
    std::optional<Vector3> placeMm; ///< LPS
};

/// How much of an organ is tumor or cyst.
struct Burden {
    int classId = 0;
    std::string organ;
    double lesionMl = 0;
    double organMl = 0; ///< of the organ and what of its lesions lies outside the model's outline of it
    double percent() const { return organMl > 0 ? 100 * lesionMl / organMl : 0; }
};

/// A finding with everything that is measured of it. Where the prompt chose among lesions, only the chosen
/// ones are left in it.
struct Measured {
    std::shared_ptr<const Finding> finding;
    Statistics statistics;
    std::vector<Lesion> lesions; ///< of a tumor or cyst, largest first; Lesion::host numbers finding->hosts
    std::vector<Burden> burdens; ///< of each organ that has lesions
    std::vector<Warning> warnings;
    std::vector<std::string>
        listedUnder{}; ///< other classes under which lesions stand that this one marks, too
};

/// @param marks how its lesions were shared with other classes, and whether some were taken out of `finding`
/// before
/// @param stop looked at before every lesion. @throws Cancelled
Measured measureFinding(Finding finding, const ModelClass& known, const Volume& volume,
                        const LesionMarks& marks = {}, const Progress& stop = Progress());
/// Another mask for a finding, its range of volumes scaled along.
void replaceMask(Finding& finding, Mask mask);
/// All findings of one prompt, each lesion in one of them alone (shareLesions).
std::vector<Measured> measureFindings(std::vector<Finding> findings, const std::vector<ModelClass>& known,
                                      const Volume& volume, const Progress& stop = Progress());
/// Whether RECIST 1.1 counts a lesion of such a class as measurable. A cyst that is marked as a tumor, too,
/// is taken as one.
Measurability measurabilityOf(const Lesion& lesion, const ModelClass& known);
/// The organ that a lesion lies in or is nearest to: "Left Kidney"; empty where none is known.
std::string organOf(const Lesion& lesion, const Finding& finding);

} // namespace hounsfield
