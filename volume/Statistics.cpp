// SPDX-License-Identifier: Apache-2.0
#include "volume/Statistics.h"

#include "volume/Error.h"

#include <cmath>
#include <vector>

namespace hounsfield {
namespace {

/// From how often each value is there: exact, in one pass, whatever the size of the organ.
class Histogram {
public:
    void add(std::int16_t value) { ++m_counts[static_cast<std::size_t>(value + offset)]; }

    HuStatistics statistics(std::int64_t count) const
    {
        HuStatistics hu;
        double sum = 0, squares = 0;
        bool any = false;
        forEach([&](int value, std::int64_t many) {
            hu.minimum = any ? hu.minimum : value;
            hu.maximum = value;
            any = true;
            sum += double(value) * double(many);
        });
        hu.mean = sum / double(count);
        forEach([&](int value, std::int64_t many) {
            squares += (value - hu.mean) * (value - hu.mean) * double(many);
        });
        hu.standardDeviation = std::sqrt(squares / double(count));
        hu.median = 0.5 * (valueOfRank((count - 1) / 2) + valueOfRank(count / 2));
        return hu;
    }

private:
    static constexpr int offset = 32768;

    template <typename Visit> void forEach(Visit&& visit) const
    {
        for (std::size_t n = 0; n < m_counts.size(); ++n)
            if (m_counts[n])
                visit(static_cast<int>(n) - offset, m_counts[n]);
    }

    int valueOfRank(std::int64_t rank) const
    {
        std::size_t n = 0;
        for (std::int64_t before = m_counts[0]; before <= rank; before += m_counts[n])
            ++n;
        return static_cast<int>(n) - offset;
    }

    std::vector<std::int64_t> m_counts = std::vector<std::int64_t>(65536, 0);
};

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
        throw Error(ErrorKind::Scan,
                    "The mask does not lie on the scan's grid, so it cannot be measured on it.");
    Statistics s;
    s.voxels = mask.count();
    s.volumeMl = mask.volumeMl();
    s.box = mask.box();
    if (mask.empty())
        return s;

    Histogram values;
    Vector3 sum{0, 0, 0};
    forEachVoxel(mask, [&](const Index3& i) {
        values.add(volume.at(i));
        sum = sum + Vector3{double(i[0]), double(i[1]), double(i[2])};
    });
    s.hu = values.statistics(mask.count());
    s.centroidMm = mask.geometry().toMm((1.0 / static_cast<double>(mask.count())) * sum);
    s.leavesScan = touchedFaces(s.box, mask.geometry());
    return s;
}

} // namespace hounsfield
