#include "volume/io/internal/HounsfieldDoubts.h"

#include "volume/io/internal/Text.h"

#include <algorithm>

namespace hounsfield
{

void noteDoubtfulValues(const Volume& volume, std::vector<std::string>& notes)
{
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
    const std::string range = " (values from " + std::to_string(lowest) + " to " + std::to_string(highest) + ")";
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
        notes.push_back("The voxels measure " + plainNumber(spacing[0], 4) + " x " + plainNumber(spacing[1], 4) +
                        " x " + plainNumber(spacing[2], 4) +
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
        notes.push_back("The scan is sheared by " + plainNumber(geometry.shearDegrees(), 1) +
                        " degrees (a tilted gantry): its slices are displaced against each other. The grid is kept as "
                        "it is; volumes "
                        "and positions take it into account.");
}

} // namespace hounsfield
