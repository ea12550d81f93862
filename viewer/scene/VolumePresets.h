// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace hounsfield {

/// A transfer function for CT: colour and opacity over HU.
struct VolumePreset {
    struct Point {
        double hu, opacity, red, green, blue;
    };
    std::string name;
    std::vector<Point> points;
    bool shade = true;
    bool maximum = false; ///< maximum intensity projection instead of compositing
};
const std::vector<VolumePreset>& allVolumePresets();

} // namespace hounsfield
