// SPDX-License-Identifier: Apache-2.0
#include "volume/io/internal/RoundedAxes.h"

#include "volume/io/internal/Text.h"

#include <algorithm>

namespace hounsfield {
namespace {

constexpr double perpendicularDegrees = 0.01; // as Geometry::isOrthogonal

/// The nearest perpendicular axes, by Newton's iteration for the polar decomposition (Higham 1986).
Matrix3 nearestRotation(Matrix3 matrix)
{
    for (int n = 0; n < 20; ++n) {
        const Matrix3 other = transposed(inverse(matrix));
        for (std::size_t row = 0; row < 3; ++row)
            for (std::size_t column = 0; column < 3; ++column)
                matrix[row][column] = 0.5 * (matrix[row][column] + other[row][column]);
    }
    return matrix;
}

double farthestMoveMm(const Geometry& from, const Geometry& to)
{
    double most = 0;
    const Index3& size = from.size();
    for (int corner = 0; corner < 8; ++corner) {
        const Index3 i{corner & 1 ? size[0] - 1 : 0, corner & 2 ? size[1] - 1 : 0,
                       corner & 4 ? size[2] - 1 : 0};
        most = std::max(most, length(to.toMm(i) - from.toMm(i)));
    }
    return most;
}

} // namespace

double roundingOf(const Matrix3& written)
{
    double lastDigit = 1;
    for (int digits = 0; digits <= 5; ++digits, lastDigit /= 10) {
        bool whole = true;
        for (const Vector3& row : written)
            for (double value : row)
                // float32, as in NIfTI, holds seven digits.
                whole = whole && std::abs(value / lastDigit - std::round(value / lastDigit)) < 1e-3;
        if (whole)
            return lastDigit / 2;
    }
    return 0;
}

bool roundingExplains(const Geometry& geometry, const Matrix3& written)
{
    const double rounding = roundingOf(written);
    const Matrix3 direction = geometry.direction();
    for (int a = 0; a < 3; ++a) {
        const int b = (a + 1) % 3;
        const double most =
            std::sqrt(3.0) * rounding * (1 / length(column(written, a)) + 1 / length(column(written, b)));
        if (std::abs(dot(column(direction, a), column(direction, b))) > most)
            return false;
    }
    return true;
}

Geometry withoutRounding(const Geometry& geometry, const Matrix3& written, std::vector<std::string>& notes)
{
    const double shear = geometry.shearDegrees();
    if (shear < perpendicularDegrees || !roundingExplains(geometry, written))
        return geometry;
    const Vector3 spacing = geometry.spacingMm();
    const Geometry straight = Geometry::fromSpacing(geometry.size(), geometry.originMm(), spacing,
                                                    nearestRotation(geometry.direction()));
    const double moved = farthestMoveMm(geometry, straight);
    if (moved > 0.5 * *std::min_element(spacing.begin(), spacing.end()))
        return geometry;
    notes.push_back(
        "The axes of the file are off a right angle by " + plainNumber(shear, 2) +
        " degrees because their numbers were rounded; they were made perpendicular. No voxel moved by more "
        "than " +
        plainNumber(std::max(moved, 0.01), 2) + " mm.");
    return straight;
}

} // namespace hounsfield
