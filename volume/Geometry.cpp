// SPDX-License-Identifier: Apache-2.0
#include "volume/Geometry.h"

#include "volume/Error.h"

#include <algorithm>
#include <numbers>

namespace hounsfield {
namespace {

constexpr Matrix3 identity{{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}};

void checkMatrix(const Matrix3& matrix, const Vector3& origin)
{
    for (const auto& row : matrix)
        for (double value : row)
            if (!std::isfinite(value))
                throw Error(ErrorKind::Scan, "The scan's geometry holds a number that is not finite.");
    for (double value : origin)
        if (!std::isfinite(value))
            throw Error(ErrorKind::Scan, "The scan's position in the patient is not a finite number.");
    // Relative to the column lengths, so that micrometre and metre grids are judged alike.
    const double lengths = length(column(matrix, 0)) * length(column(matrix, 1)) * length(column(matrix, 2));
    if (!(lengths > 0) || std::abs(determinant(matrix)) < 1e-4 * lengths)
        throw Error(ErrorKind::Scan,
                    "The scan's axes do not span a volume (two are parallel, or a spacing is zero).");
}

} // namespace

Geometry::Geometry() : Geometry({1, 1, 1}, {0, 0, 0}, identity) {}

Geometry::Geometry(const Index3& size, const Vector3& originMm, const Matrix3& matrix)
    : m_size(size), m_originMm(originMm), m_matrix(matrix)
{
    if (std::any_of(size.begin(), size.end(), [](auto n) { return n < 1; }))
        throw Error(ErrorKind::Scan, "The scan has no voxels along one axis.");
    checkMatrix(matrix, originMm);
    m_inverse = inverse(matrix);
}

Geometry Geometry::fromSpacing(const Index3& size, const Vector3& originMm, const Vector3& spacingMm,
                               const Matrix3& direction)
{
    return {size, originMm,
            fromColumns(spacingMm[0] * column(direction, 0), spacingMm[1] * column(direction, 1),
                        spacingMm[2] * column(direction, 2))};
}

Geometry Geometry::fromRasAffine(const Index3& size, const std::array<std::array<double, 4>, 3>& a)
{
    const Matrix3 matrix{
        {{-a[0][0], -a[0][1], -a[0][2]}, {-a[1][0], -a[1][1], -a[1][2]}, {a[2][0], a[2][1], a[2][2]}}};
    return {size, {-a[0][3], -a[1][3], a[2][3]}, matrix};
}

Vector3 Geometry::toMm(const Index3& i) const
{
    return toMm(Vector3{double(i[0]), double(i[1]), double(i[2])});
}

Vector3 Geometry::spacingMm() const
{
    return {length(column(m_matrix, 0)), length(column(m_matrix, 1)), length(column(m_matrix, 2))};
}

Matrix3 Geometry::direction() const
{
    const Vector3 s = spacingMm();
    return fromColumns((1 / s[0]) * column(m_matrix, 0), (1 / s[1]) * column(m_matrix, 1),
                       (1 / s[2]) * column(m_matrix, 2));
}

std::array<std::array<double, 4>, 3> Geometry::rasAffine() const
{
    const auto& m = m_matrix;
    const auto& o = m_originMm;
    return {{{-m[0][0], -m[0][1], -m[0][2], -o[0]},
             {-m[1][0], -m[1][1], -m[1][2], -o[1]},
             {m[2][0], m[2][1], m[2][2], o[2]}}};
}

double Geometry::voxelVolumeMl() const
{
    return std::abs(determinant(m_matrix)) / 1000.0;
}

double Geometry::shearDegrees() const
{
    const Matrix3 d = direction();
    double worst = 0;
    for (int a = 0; a < 3; ++a)
        worst = std::max(worst, std::abs(dot(column(d, a), column(d, (a + 1) % 3))));
    return std::asin(std::min(1.0, worst)) * 180.0 / std::numbers::pi;
}

bool Geometry::isOrthogonal() const
{
    return shearDegrees() < 0.01;
}

std::string Geometry::orientation() const
{
    return {patientLetter(column(m_matrix, 0)), patientLetter(column(m_matrix, 1)),
            patientLetter(column(m_matrix, 2))};
}

bool Geometry::sameGrid(const Geometry& other, double toleranceMm) const
{
    if (m_size != other.m_size)
        return false;
    for (int corner = 0; corner < 8; ++corner) {
        const Index3 i{corner & 1 ? m_size[0] - 1 : 0, corner & 2 ? m_size[1] - 1 : 0,
                       corner & 4 ? m_size[2] - 1 : 0};
        if (length(toMm(i) - other.toMm(i)) > toleranceMm)
            return false;
    }
    return true;
}

char patientLetter(const Vector3& lps)
{
    int axis = 0;
    for (int a = 1; a < 3; ++a)
        if (std::abs(lps[a]) > std::abs(lps[axis]))
            axis = a;
    constexpr const char* letters[3] = {"RL", "AP", "IS"};
    return letters[axis][lps[axis] > 0 ? 1 : 0];
}

} // namespace hounsfield
