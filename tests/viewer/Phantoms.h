// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "viewer/scene/SliceScene.h"

#include <cmath>
#include <string>
#include <vector>

namespace hounsfield::test {

struct NamedGrid {
    std::string name;
    Geometry grid;
};

inline Matrix3 turn(double degrees, std::size_t a, std::size_t b)
{
    const double r = degrees * 3.14159265358979 / 180;
    Matrix3 m{{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}};
    m[a][a] = m[b][b] = std::cos(r);
    m[a][b] = -std::sin(r);
    m[b][a] = std::sin(r);
    return m;
}

/// Grids of every kind about (10, -20, 300), about 120 mm along every axis.
inline std::vector<NamedGrid> everyGrid()
{
    const auto about = [](const Index3& n, const Matrix3& m) {
        const Vector3 middle{0.5 * double(n[0] - 1), 0.5 * double(n[1] - 1), 0.5 * double(n[2] - 1)};
        return Geometry(n, Vector3{10, -20, 300} - m * middle, m);
    };
    const Matrix3 plain = fromColumns({2, 0, 0}, {0, 2, 0}, {0, 0, 3});
    return {
        {"LPS", about({60, 60, 40}, plain)},
        {"RAS", about({60, 60, 40}, fromColumns({-2, 0, 0}, {0, -2, 0}, {0, 0, 3}))},
        {"upside down", about({60, 60, 40}, fromColumns({2, 0, 0}, {0, 2, 0}, {0, 0, -3}))},
        {"axes swapped", about({40, 60, 60}, fromColumns({0, 0, 3}, {2, 0, 0}, {0, 2, 0}))},
        {"oblique", about({60, 60, 40}, turn(17, 0, 1) * (turn(11, 1, 2) * plain))},
        {"gantry tilt", about({60, 60, 40}, fromColumns({2, 0, 0}, {0, 2, 0}, {0, 3 * std::tan(0.3), 3}))}};
}

/// Air with a ball of 100 HU about a place.
inline std::shared_ptr<const Volume> ball(const Geometry& grid, const Vector3& centreMm, double radiusMm)
{
    std::vector<std::int16_t> voxels;
    const Index3& n = grid.size();
    for (std::int64_t k = 0; k < n[2]; ++k)
        for (std::int64_t j = 0; j < n[1]; ++j)
            for (std::int64_t i = 0; i < n[0]; ++i)
                voxels.push_back(length(grid.toMm(Index3{i, j, k}) - centreMm) <= radiusMm ? 100 : -1000);
    return std::make_shared<const Volume>(grid, voxels);
}

inline Mask above(const Volume& volume, int hu)
{
    std::vector<std::uint8_t> inside;
    for (const std::int16_t v : volume.voxels())
        inside.push_back(v > hu);
    return Mask::fromGrid(volume.geometry(), inside);
}

} // namespace hounsfield::test
