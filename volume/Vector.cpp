// SPDX-License-Identifier: Apache-2.0
#include "volume/Vector.h"

#include <algorithm>
#include <cassert>

namespace hounsfield {

Matrix3 operator*(const Matrix3& a, const Matrix3& b)
{
    return fromColumns(a * column(b, 0), a * column(b, 1), a * column(b, 2));
}

Matrix3 transposed(const Matrix3& m)
{
    return fromColumns(m[0], m[1], m[2]);
}

Matrix3 inverse(const Matrix3& m)
{
    const Vector3 a = column(m, 0), b = column(m, 1), c = column(m, 2);
    const double scale = 1.0 / determinant(m);
    assert(std::isfinite(scale));
    return {scale * cross(b, c), scale * cross(c, a), scale * cross(a, b)};
}

void IndexBox::include(const Index3& i)
{
    if (empty()) {
        begin = i;
        end = {i[0] + 1, i[1] + 1, i[2] + 1};
        return;
    }
    for (int a = 0; a < 3; ++a) {
        begin[a] = std::min(begin[a], i[a]);
        end[a] = std::max(end[a], i[a] + 1);
    }
}

} // namespace hounsfield
