// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "inference/Segmenter.h"
#include "tests/support/Formula.h"

namespace hounsfield::test {

/// Noise of -200 to 300 HU, the same on every machine.
inline std::shared_ptr<const Volume> noiseScan(const Geometry& geometry)
{
    std::vector<std::int16_t> voxels;
    for (const float v : uniform01("noise", static_cast<std::size_t>(geometry.voxelCount())))
        voxels.push_back(static_cast<std::int16_t>(-200 + 500 * v));
    return std::make_shared<const Volume>(geometry, voxels);
}

/// The same in voxels of 4 mm.
inline std::shared_ptr<const Volume> noiseScan(const Index3& size)
{
    return noiseScan(Geometry::fromSpacing(size, {0, 0, 0}, {4, 4, 4}));
}

/// Two threads of the processor.
inline EngineSettings twoThreads(Precision precision = Precision::Auto)
{
    EngineSettings settings;
    settings.device = "cpu";
    settings.threads = 2;
    settings.precision = precision;
    return settings;
}

} // namespace hounsfield::test
