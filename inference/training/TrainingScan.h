// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "inference/ModelPack.h"
#include "volume/Mask.h"
#include "volume/Volume.h"

#include <cstdint>
#include <memory>
#include <random>
#include <vector>

namespace hounsfield::training {

/// A set of classes: bit id-1.
using ClassBits = std::uint64_t;
inline constexpr int mostClasses = ModelPack::mostClasses;
inline ClassBits bitOf(int classId)
{
    return ClassBits{1} << (classId - 1);
}

/// A piece of a scan as the network sees it, row-major roi.
struct TrainingPatch {
    std::vector<float> image;
    std::vector<ClassBits> labels;
    ClassBits annotated = 0;
};

/// What makes windows itself, each with a look of its own.
class PatchMaker {
public:
    virtual ~PatchMaker() = default;
    virtual TrainingPatch make(const Index3& roi, std::mt19937_64& random) const = 0;
};

/// A labelled scan on the model's grid (X, Y, Z of RAS+, Z fastest).
struct TrainingScan {
    std::shared_ptr<const PatchMaker> maker; ///< where it is there, the rest is empty
    Index3 size{0, 0, 0};
    std::vector<float> image;      ///< [0, 1]
    std::vector<ClassBits> labels; ///< bit id-1 is set where the voxel belongs to the class; classes overlap
    ClassBits annotated = 0; ///< bit id-1 is set where this scan's annotators looked for the class at all
    std::int64_t number =
        -1; ///< of the case among those of its source, the same whenever it is read; -1: not said
    ClassBits favoured =
        0; ///< every second window about a class is about one of these; of none, each class as often
};

/// Where labelled scans come from. Called from a thread of its own.
class ScanSource {
public:
    virtual ~ScanSource() = default;
    virtual TrainingScan next() = 0;
    /// A scan is used for about this many patches before another takes its place, so that making scans leaves
    /// the processor to training.
    virtual std::size_t patchesAScan() const { return 6; }
    /// As if next() had been called so often: training that goes on must meet the same scans as one that
    /// never stopped.
    virtual void skip(std::uint64_t scans)
    {
        for (; scans > 0; --scans)
            next();
    }
};

/// @param masks by class id - 1, on the volume's grid; brought to the model's grid by nearest neighbour. A
/// tumor voxel counts as its host organ too (where the host is annotated): the caller's masks overlap.
TrainingScan makeTrainingScan(const Volume& volume, const std::vector<Mask>& masks, ClassBits annotated,
                              const InputSettings& settings);

/// A random window: two times of three around a voxel of a random class that is there, else anywhere.
/// Zero-padded where the scan is smaller. Intensities are shifted and stretched a little (Liu et al. 2023,
/// section 4). No mirroring: left must stay left.
TrainingPatch randomPatch(const TrainingScan& scan, const Index3& roi, std::mt19937_64& random);

} // namespace hounsfield::training
