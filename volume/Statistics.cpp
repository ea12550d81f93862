#include "volume/Statistics.h"

#include "volume/Error.h"

#include <algorithm>

namespace hounsfield {
namespace {

HuStatistics huStatistics(std::vector<std::int16_t>& values)
{
    HuStatistics hu;
    double sum = 0, squares = 0;
    for (auto v : values)
        sum += v;
    hu.mean = sum / static_cast<double>(values.size());
    for (auto v : values)
        squares += (v - hu.mean) * (v - hu.mean);
    hu.standardDeviation = std::sqrt(squares / static_cast<double>(values.size()));

    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    hu.median = *middle;
    if (values.size() % 2 == 0)
        hu.median = 0.5 * (hu.median + *std::max_element(values.begin(), middle));
    const auto [low, high] = std::minmax_element(values.begin(), values.end());
    hu.minimum = *low;
    hu.maximum = *high;
    return hu;
}

std::string touchedFaces(const IndexBox& box, const Geometry& geometry)
{
    std::string letters;
    for (int a = 0; a < 3; ++a) {
        const Vector3 outward = column(geometry.matrix(), a);
        if (box.begin[a] == 0)
            letters += patientLetter(-1.0 * outward);
        if (box.end[a] == geometry.size()[a])
            letters += patientLetter(outward);
    }
    return letters;
}

} // namespace

Statistics measure(const Mask& mask, const Volume& volume)
{
    if (!mask.geometry().sameGrid(volume.geometry()))
        throw Error(ErrorKind::Scan, "The mask does not lie on the scan's grid, so it cannot be measured on it.");
    Statistics s;
    s.voxels = mask.count();
    s.volumeMl = mask.volumeMl();
    s.box = mask.box();
    if (mask.empty())
        return s;

    std::vector<std::int16_t> values;
    values.reserve(static_cast<std::size_t>(mask.count()));
    Vector3 sum{0, 0, 0};
    forEachVoxel(mask, [&](const Index3& i) {
        values.push_back(volume.at(i));
        sum = sum + Vector3{double(i[0]), double(i[1]), double(i[2])};
    });
    s.hu = huStatistics(values);
    s.centroidMm = mask.geometry().toMm((1.0 / static_cast<double>(mask.count())) * sum);
    s.leavesScan = touchedFaces(s.box, mask.geometry());
    return s;
}

} // namespace hounsfield
