// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/results/Measured.h"
#include "volume/io/ScanReader.h"

namespace hounsfield {

/// What the voxels alone tell of how a scan lies and what it covers.
struct ScanLook {
    double bonesBehindMm = 0; ///< how far the middle of bone lies behind (posterior of) the middle of the
                              ///< body; negative: in front
    double boneShare = 0;     ///< of the body's voxels
    double lungAtTop = 0,
           lungAtBottom = 0; ///< part of the body that is lung, in the uppermost and lowest tenth
    double lungMost = 0;     ///< in the tenth that has most
    std::shared_ptr<const Mask>
        body; ///< where the patient is (bodyOf), on a coarse grid; null: not looked for
};
ScanLook lookAt(const Volume& volume);

/// A structure to be judged beside the others.
struct Judged {
    const ModelClass* known = nullptr;
    const Measured* measured = nullptr;
};

/// Something that does not fit a patient.
struct Implausible {
    int structure = -1; ///< number among those judged; -1: the scan
    Warning warning;
};

/// Sides, up and down, front and back, pairs, adult volumes, what the scan covers, the patient's sex, lesions
/// that measure as fat. Volumes: wide ranges of adults, from anatomical and CT literature; only what lies
/// wholly in the scan and was asked for as a whole is held against them.
std::vector<Implausible> plausibility(const std::vector<Judged>& all, const Scan& scan, const ScanLook& look);

} // namespace hounsfield
