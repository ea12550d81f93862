// SPDX-License-Identifier: Apache-2.0
#include "volume/io/internal/NiftiHeader.h"

#include <algorithm>
#include <cstring>

namespace hounsfield {
namespace {

/// Reads numbers at fixed places of a header, in either byte order.
class Fields {
public:
    Fields(const std::vector<unsigned char>& bytes, bool swapped) : m_bytes(bytes), m_swapped(swapped) {}

    template <typename Number> Number at(std::size_t place) const
    {
        unsigned char raw[sizeof(Number)];
        std::memcpy(raw, m_bytes.data() + place, sizeof raw);
        if (m_swapped)
            std::reverse(raw, raw + sizeof raw);
        Number value;
        std::memcpy(&value, raw, sizeof raw);
        return value;
    }
    std::string text(std::size_t place, std::size_t length) const
    {
        std::string value(reinterpret_cast<const char*>(m_bytes.data()) + place, length);
        return value.substr(0, value.find('\0'));
    }

private:
    const std::vector<unsigned char>& m_bytes;
    bool m_swapped;
};

NiftiHeader parseFirst(const Fields& f)
{
    NiftiHeader h;
    for (std::size_t n = 0; n < 8; ++n) {
        h.dim[n] = f.at<std::int16_t>(40 + 2 * n);
        h.pixdim[n] = f.at<float>(76 + 4 * n);
    }
    h.datatype = f.at<std::int16_t>(70);
    const float offset = f.at<float>(108);
    h.voxelOffset = offset >= 0 && offset < 1e9f ? static_cast<std::int64_t>(offset) : -1;
    h.slope = f.at<float>(112);
    h.intercept = f.at<float>(116);
    h.units = f.at<unsigned char>(123) & 7;
    h.description = f.text(148, 80);
    h.qformCode = f.at<std::int16_t>(252);
    h.sformCode = f.at<std::int16_t>(254);
    for (std::size_t n = 0; n < 6; ++n)
        h.quaternion[n] = f.at<float>(256 + 4 * n);
    for (std::size_t n = 0; n < 12; ++n)
        h.sform[n / 4][n % 4] = f.at<float>(280 + 4 * n);
    return h;
}

NiftiHeader parseSecond(const Fields& f)
{
    NiftiHeader h;
    for (std::size_t n = 0; n < 8; ++n) {
        h.dim[n] = f.at<std::int64_t>(16 + 8 * n);
        h.pixdim[n] = f.at<double>(104 + 8 * n);
    }
    h.datatype = f.at<std::int16_t>(12);
    h.voxelOffset = f.at<std::int64_t>(168);
    h.slope = f.at<double>(176);
    h.intercept = f.at<double>(184);
    h.description = f.text(240, 80);
    h.qformCode = f.at<std::int32_t>(344);
    h.sformCode = f.at<std::int32_t>(348);
    for (std::size_t n = 0; n < 6; ++n)
        h.quaternion[n] = f.at<double>(352 + 8 * n);
    for (std::size_t n = 0; n < 12; ++n)
        h.sform[n / 4][n % 4] = f.at<double>(400 + 8 * n);
    h.units = f.at<std::int32_t>(500) & 7;
    return h;
}

} // namespace

std::optional<NiftiHeader> parseNifti(const std::vector<unsigned char>& bytes)
{
    for (bool swapped : {false, true}) {
        const Fields f(bytes, swapped);
        if (bytes.size() >= 348 && f.at<std::int32_t>(0) == 348) {
            const std::string magic = f.text(344, 4);
            if (magic != "n+1" && magic != "ni1")
                return std::nullopt;
            NiftiHeader h = parseFirst(f);
            h.swapped = swapped;
            h.separateData = magic == "ni1";
            return h;
        }
        if (bytes.size() >= 540 && f.at<std::int32_t>(0) == 540) {
            const std::string magic = f.text(4, 4);
            if (magic != "n+2" && magic != "ni2")
                return std::nullopt;
            NiftiHeader h = parseSecond(f);
            h.swapped = swapped;
            h.separateData = magic == "ni2";
            return h;
        }
    }
    return std::nullopt;
}

Affine qformAffine(const NiftiHeader& h)
{
    double b = h.quaternion[0], c = h.quaternion[1], d = h.quaternion[2];
    double a = 1 - (b * b + c * c + d * d);
    if (a < 1e-7) {
        // A half turn, stored with rounding: the vector part is made a unit vector again (nifti1_io,
        // quatern_to_mat44).
        const double norm = std::sqrt(b * b + c * c + d * d);
        b /= norm;
        c /= norm;
        d /= norm;
        a = 0;
    } else {
        a = std::sqrt(a);
    }
    const double handedness = h.pixdim[0] < 0 ? -1 : 1;
    const Vector3 step{h.pixdim[1], h.pixdim[2], handedness * h.pixdim[3]};
    const Matrix3 r{{{a * a + b * b - c * c - d * d, 2 * (b * c - a * d), 2 * (b * d + a * c)},
                     {2 * (b * c + a * d), a * a + c * c - b * b - d * d, 2 * (c * d - a * b)},
                     {2 * (b * d - a * c), 2 * (c * d + a * b), a * a + d * d - c * c - b * b}}};
    Affine affine{};
    for (std::size_t row = 0; row < 3; ++row) {
        for (std::size_t n = 0; n < 3; ++n)
            affine[row][n] = r[row][n] * step[n];
        affine[row][3] = h.quaternion[3 + row];
    }
    return affine;
}

Quaternion quaternionOf(const Matrix3& rotation)
{
    Quaternion q;
    q.handedness = determinant(rotation) < 0 ? -1 : 1;
    const Vector3 x = column(rotation, 0), y = column(rotation, 1), z = q.handedness * column(rotation, 2);
    // The largest of the four squares is divided by, so that nothing is lost near a half turn.
    const double squares[4] = {1 + x[0] + y[1] + z[2], 1 + x[0] - y[1] - z[2], 1 - x[0] + y[1] - z[2],
                               1 - x[0] - y[1] + z[2]};
    const auto largest = std::max_element(squares, squares + 4) - squares;
    const double s = 2 * std::sqrt(squares[largest]);
    double a = 0;
    if (largest == 0) {
        a = s / 4;
        q.bcd = {(y[2] - z[1]) / s, (z[0] - x[2]) / s, (x[1] - y[0]) / s};
    } else if (largest == 1) {
        a = (y[2] - z[1]) / s;
        q.bcd = {s / 4, (y[0] + x[1]) / s, (z[0] + x[2]) / s};
    } else if (largest == 2) {
        a = (z[0] - x[2]) / s;
        q.bcd = {(y[0] + x[1]) / s, s / 4, (z[1] + y[2]) / s};
    } else {
        a = (x[1] - y[0]) / s;
        q.bcd = {(z[0] + x[2]) / s, (z[1] + y[2]) / s, s / 4};
    }
    if (a < 0)
        for (double& value : q.bcd)
            value = -value;
    return q;
}

} // namespace hounsfield
