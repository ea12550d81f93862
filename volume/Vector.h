// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cmath>
#include <cstdint>

namespace hounsfield {

/// Three numbers along x, y, z: millimetres in the patient, or a continuous voxel index (i, j, k).
using Vector3 = std::array<double, 3>;
/// A 3x3 matrix, rows first: m[row][column].
using Matrix3 = std::array<Vector3, 3>;
/// A voxel index or a grid size (i, j, k).
using Index3 = std::array<std::int64_t, 3>;

inline Vector3 operator+(const Vector3& a, const Vector3& b)
{
    return {a[0] + b[0], a[1] + b[1], a[2] + b[2]};
}
inline Vector3 operator-(const Vector3& a, const Vector3& b)
{
    return {a[0] - b[0], a[1] - b[1], a[2] - b[2]};
}
inline Vector3 operator*(double s, const Vector3& a)
{
    return {s * a[0], s * a[1], s * a[2]};
}
inline double dot(const Vector3& a, const Vector3& b)
{
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}
inline double length(const Vector3& a)
{
    return std::sqrt(dot(a, a));
}
inline Vector3 cross(const Vector3& a, const Vector3& b)
{
    return {a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]};
}
inline Vector3 column(const Matrix3& m, int c)
{
    return {m[0][c], m[1][c], m[2][c]};
}
inline Matrix3 fromColumns(const Vector3& a, const Vector3& b, const Vector3& c)
{
    return {{{a[0], b[0], c[0]}, {a[1], b[1], c[1]}, {a[2], b[2], c[2]}}};
}
inline Vector3 operator*(const Matrix3& m, const Vector3& v)
{
    return {dot(m[0], v), dot(m[1], v), dot(m[2], v)};
}
inline double determinant(const Matrix3& m)
{
    return dot(column(m, 0), cross(column(m, 1), column(m, 2)));
}
Matrix3 operator*(const Matrix3& a, const Matrix3& b);
Matrix3 transposed(const Matrix3& m);
/// The inverse by cofactors. The matrix must not be singular (assert).
Matrix3 inverse(const Matrix3& m);

/// A box of voxels, begin included, end excluded, along each axis. Empty where an end is not above its begin.
struct IndexBox {
    Index3 begin{0, 0, 0};
    Index3 end{0, 0, 0};

    Index3 size() const { return {end[0] - begin[0], end[1] - begin[1], end[2] - begin[2]}; }
    bool empty() const { return end[0] <= begin[0] || end[1] <= begin[1] || end[2] <= begin[2]; }
    std::int64_t count() const { return empty() ? 0 : size()[0] * size()[1] * size()[2]; }
    bool contains(const Index3& i) const
    {
        for (int a = 0; a < 3; ++a)
            if (i[a] < begin[a] || i[a] >= end[a])
                return false;
        return true;
    }
    /// The smallest box that holds this one and the voxel.
    void include(const Index3& i);
    bool operator==(const IndexBox&) const = default;
};

} // namespace hounsfield
