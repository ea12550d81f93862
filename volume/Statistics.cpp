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

std::vector<Mask> components(const Mask& mask)
{
    const IndexBox& box = mask.box();
    const Index3 size = box.size();
    std::vector<std::uint8_t> waiting = mask.boxVoxels();
    const auto at = [&](const Index3& i) { return static_cast<std::size_t>(i[0] + size[0] * (i[1] + size[1] * i[2])); };

    std::vector<Mask> found;
    std::vector<Index3> stack, members;
    for (std::size_t start = 0; start < waiting.size(); ++start) {
        if (!waiting[start])
            continue;
        const auto n = static_cast<std::int64_t>(start);
        stack = {{n % size[0], n / size[0] % size[1], n / (size[0] * size[1])}};
        waiting[start] = 0;
        members.clear();
        IndexBox extent;
        while (!stack.empty()) {
            const Index3 v = stack.back();
            stack.pop_back();
            members.push_back(v);
            extent.include(v);
            for (std::int64_t k = std::max<std::int64_t>(0, v[2] - 1); k <= std::min(size[2] - 1, v[2] + 1); ++k)
                for (std::int64_t j = std::max<std::int64_t>(0, v[1] - 1); j <= std::min(size[1] - 1, v[1] + 1); ++j)
                    for (std::int64_t i = std::max<std::int64_t>(0, v[0] - 1); i <= std::min(size[0] - 1, v[0] + 1); ++i)
                        if (auto& flag = waiting[at({i, j, k})]) {
                            flag = 0;
                            stack.push_back({i, j, k});
                        }
        }
        const Index3 s = extent.size();
        std::vector<std::uint8_t> inside(static_cast<std::size_t>(extent.count()), 0);
        for (const auto& v : members)
            inside[static_cast<std::size_t>((v[0] - extent.begin[0]) +
                                            s[0] * ((v[1] - extent.begin[1]) + s[1] * (v[2] - extent.begin[2])))] = 1;
        IndexBox onGrid;
        for (int a = 0; a < 3; ++a) {
            onGrid.begin[a] = box.begin[a] + extent.begin[a];
            onGrid.end[a] = box.begin[a] + extent.end[a];
        }
        found.push_back(Mask::fromBox(mask.geometry(), onGrid, inside));
    }
    std::stable_sort(found.begin(), found.end(), [](const Mask& a, const Mask& b) { return a.count() > b.count(); });
    return found;
}

} // namespace hounsfield
