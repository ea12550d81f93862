// SPDX-License-Identifier: Apache-2.0
#include "volume/io/internal/HounsfieldDoubts.h"

#include "volume/io/internal/Text.h"

#include <algorithm>

namespace hounsfield {
namespace {

/// Few whole numbers from 0 up, in patches: a segmentation, not a CT, in which neighbours hardly ever have
/// the same value.
/// @return a sentence; empty where it is none
std::string labelMapInWords(const Volume& volume)
{
    std::vector<std::int64_t> counts(1024, 0);
    const Index3& size = volume.geometry().size();
    const std::vector<std::int16_t>& voxels = volume.voxels();
    std::int64_t pairs = 0, alike = 0;
    for (std::size_t n = 0; n < voxels.size(); ++n) {
        const int value = voxels[n];
        if (value < 0 || value >= static_cast<int>(counts.size()))
            return "";
        ++counts[static_cast<std::size_t>(value)];
        const bool hasNext = static_cast<std::int64_t>(n) % size[0] + 1 < size[0];
        if (hasNext && (value != 0 || voxels[n + 1] != 0)) {
            ++pairs;
            alike += value == voxels[n + 1];
        }
    }
    const auto labels =
        std::count_if(counts.begin() + 1, counts.end(), [](std::int64_t count) { return count > 0; });
    const bool patches = pairs > 0 && alike * 2 > pairs;
    if (counts[0] == 0 || labels < 1 || labels > 255 || !(patches || labels <= 4))
        return "";
    return "This looks like a label map (a segmentation with " + std::to_string(labels) +
           (labels == 1 ? " label" : " labels") +
           "), not a CT: it holds few whole numbers from 0 up, in patches. Open the CT it belongs to; "
           "nothing that is found or "
           "measured in a label map means anything.";
}

} // namespace

void noteDoubtfulValues(const Volume& volume, std::vector<std::string>& notes)
{
    if (const std::string words = labelMapInWords(volume); !words.empty()) {
        notes.insert(notes.begin(), words);
        return;
    }
    std::int64_t air = 0, tissue = 0;
    int lowest = 32767, highest = -32768;
    for (std::int16_t hu : volume.voxels()) {
        lowest = std::min<int>(lowest, hu);
        highest = std::max<int>(highest, hu);
        air += hu >= -1100 && hu <= -850;
        tissue += hu >= -150 && hu <= 250;
    }
    if (lowest == highest) {
        notes.push_back("Every voxel has the same value (" + std::to_string(lowest) +
                        "): there is nothing to see in this scan.");
        return;
    }
    const std::string range =
        " (values from " + std::to_string(lowest) + " to " + std::to_string(highest) + ")";
    if (lowest >= 0)
        notes.push_back("No value is below 0" + range +
                        ": these are hardly Hounsfield units; an offset such as 1024 may be missing, or "
                        "the image was rescaled.");
    else if (air == 0)
        notes.push_back("There is no air near -1000 HU in the scan" + range +
                        ": it is cropped to the body, or its values are not "
                        "Hounsfield units.");
    if (tissue * 1000 < static_cast<std::int64_t>(volume.voxels().size()))
        notes.push_back("There is hardly any soft tissue (-150 to 250 HU) in the scan" + range +
                        ": its values may not be Hounsfield units.");
}

void noteDoubtfulGrid(const Geometry& geometry, std::vector<std::string>& notes)
{
    const Vector3 spacing = geometry.spacingMm();
    const double widest = *std::max_element(spacing.begin(), spacing.end());
    const double finest = *std::min_element(spacing.begin(), spacing.end());
    if (widest > 20 || finest < 0.02)
        notes.push_back("The voxels measure " + plainNumber(spacing[0], 4) + " x " +
                        plainNumber(spacing[1], 4) + " x " + plainNumber(spacing[2], 4) +
                        " mm, which no CT scanner makes: check the units of the file.");
    else if (widest > 5.0 + 1e-6)
        notes.push_back("The slices lie " + plainNumber(widest, 2) +
                        " mm apart (more than 5 mm): small structures are missed and "
                        "volumes are coarse.");
    const std::int64_t fewest = *std::min_element(geometry.size().begin(), geometry.size().end());
    if (fewest < 10)
        notes.push_back("The scan has only " + std::to_string(fewest) + (fewest == 1 ? " slice" : " slices") +
                        " along one axis; the model needs more around an organ to recognise it well.");
    if (!geometry.isOrthogonal())
        notes.push_back(
            "The scan is sheared by " + plainNumber(geometry.shearDegrees(), 1) +
            " degrees (a tilted gantry): its slices are displaced against each other. The grid is kept as "
            "it is; volumes "
            "and positions take it into account.");
}

} // namespace hounsfield
