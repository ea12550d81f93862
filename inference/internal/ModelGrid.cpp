// SPDX-License-Identifier: Apache-2.0
#include "inference/internal/ModelGrid.h"

#include <algorithm>
#include <limits>

namespace hounsfield {
namespace {

/// The scan with its axes permuted and flipped to the nearest of Right, Anterior, Superior.
Geometry reoriented(const Geometry& scan)
{
    // Each patient axis takes the voxel axis that runs most along it; the clearest choice is made first.
    const Matrix3 d = scan.direction();
    std::array<int, 3> voxelAxis{-1, -1, -1};
    std::array<bool, 3> used{};
    for (int round = 0; round < 3; ++round) {
        int bestPatient = -1, bestVoxel = -1;
        for (int p = 0; p < 3; ++p)
            for (int v = 0; v < 3; ++v)
                if (voxelAxis[static_cast<std::size_t>(p)] < 0 && !used[static_cast<std::size_t>(v)] &&
                    (bestPatient < 0 ||
                     std::abs(d[static_cast<std::size_t>(p)][static_cast<std::size_t>(v)]) >
                         std::abs(d[static_cast<std::size_t>(bestPatient)]
                                   [static_cast<std::size_t>(bestVoxel)]))) {
                    bestPatient = p;
                    bestVoxel = v;
                }
        voxelAxis[static_cast<std::size_t>(bestPatient)] = bestVoxel;
        used[static_cast<std::size_t>(bestVoxel)] = true;
    }
    Index3 size;
    std::array<Vector3, 3> columns;
    Vector3 corner{0, 0, 0};
    for (std::size_t p = 0; p < 3; ++p) {
        const auto v = static_cast<std::size_t>(voxelAxis[p]);
        size[p] = scan.size()[v];
        columns[p] = column(scan.matrix(), static_cast<int>(v));
        // LPS: Right is -x and Anterior is -y.
        const double wanted = p < 2 ? -1 : 1;
        if (columns[p][p] * wanted < 0) {
            columns[p] = -1.0 * columns[p];
            corner[v] = double(scan.size()[v] - 1);
        }
    }
    return {size, scan.toMm(corner), fromColumns(columns[0], columns[1], columns[2])};
}

/// The rotation of a matrix with spacing, shear and nothing else removed: R of M'M = L L' (Cholesky), R = M
/// inverse(L').
Matrix3 rotationOf(const Matrix3& m)
{
    const Matrix3 s = transposed(m) * m;
    Matrix3 l{};
    for (std::size_t i = 0; i < 3; ++i)
        for (std::size_t j = 0; j <= i; ++j) {
            double sum = s[i][j];
            for (std::size_t k = 0; k < j; ++k)
                sum -= l[i][k] * l[j][k];
            l[i][j] = i == j ? std::sqrt(sum) : sum / l[j][j];
        }
    return m * inverse(transposed(l));
}

} // namespace

Geometry modelGrid(const Geometry& scan, double spacingMm)
{
    const Geometry ras = reoriented(scan);
    const Matrix3 rotation = rotationOf(ras.matrix());
    const Matrix3 matrix = fromColumns(spacingMm * column(rotation, 0), spacingMm * column(rotation, 1),
                                       spacingMm * column(rotation, 2));
    const Matrix3 toNew = inverse(matrix);
    Vector3 low{0, 0, 0}, high{0, 0, 0};
    for (int corner = 0; corner < 8; ++corner) {
        Index3 i;
        for (std::size_t a = 0; a < 3; ++a)
            i[a] = corner >> a & 1 ? ras.size()[a] - 1 : 0;
        const Vector3 at = toNew * (ras.toMm(i) - ras.originMm());
        for (std::size_t a = 0; a < 3; ++a) {
            low[a] = std::min(low[a], at[a]);
            high[a] = std::max(high[a], at[a]);
        }
    }
    Index3 size;
    for (std::size_t a = 0; a < 3; ++a)
        // Half to even, as NumPy rounds.
        size[a] = static_cast<std::int64_t>(std::nearbyint(high[a] - low[a])) + 1;
    return {size, ras.originMm() + matrix * low, matrix};
}

} // namespace hounsfield
