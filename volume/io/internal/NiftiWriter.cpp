// SPDX-License-Identifier: Apache-2.0
#include "volume/Error.h"
#include "volume/io/internal/CarefulFile.h"
#include "volume/io/internal/GzipOut.h"
#include "volume/io/internal/NiftiHeader.h"
#include "volume/io/internal/Text.h"

#include <bit>
#include <cstring>

namespace hounsfield {
namespace {
namespace fs = std::filesystem;

static_assert(std::endian::native == std::endian::little, "NIfTI is written in little endian");
constexpr std::size_t headerBytes = 352;

template <typename Number> void put(std::vector<unsigned char>& header, std::size_t place, double value)
{
    const auto number = static_cast<Number>(value);
    std::memcpy(header.data() + place, &number, sizeof number);
}

/// The quaternion as float32 holds it, where it says the same as the grid; a sheared grid has none.
std::optional<Quaternion> exactQuaternion(const Geometry& geometry)
{
    if (!geometry.isOrthogonal())
        return std::nullopt;
    const Matrix3 lps = geometry.direction();
    const Matrix3 ras{{{-lps[0][0], -lps[0][1], -lps[0][2]}, {-lps[1][0], -lps[1][1], -lps[1][2]}, lps[2]}};
    const Quaternion q = quaternionOf(ras);
    NiftiHeader said;
    const Vector3 spacing = geometry.spacingMm();
    const Affine affine = geometry.rasAffine();
    said.pixdim[0] = q.handedness;
    for (std::size_t n = 0; n < 3; ++n) {
        said.pixdim[n + 1] = static_cast<float>(spacing[n]);
        said.quaternion[n] = static_cast<float>(q.bcd[n]);
        said.quaternion[n + 3] = static_cast<float>(affine[n][3]);
    }
    if (!Geometry::fromRasAffine(geometry.size(), qformAffine(said)).sameGrid(geometry))
        return std::nullopt;
    return q;
}

void putPlace(std::vector<unsigned char>& header, const Geometry& geometry)
{
    constexpr int scanner = 1;
    const Affine affine = geometry.rasAffine();
    const Vector3 spacing = geometry.spacingMm();
    const auto q = exactQuaternion(geometry);
    put<float>(header, 76, q ? q->handedness : 1);
    for (std::size_t n = 0; n < 3; ++n) {
        put<float>(header, 80 + 4 * n, spacing[n]);
        put<float>(header, 256 + 4 * n, q ? q->bcd[n] : 0);
        put<float>(header, 268 + 4 * n, affine[n][3]);
        for (std::size_t m = 0; m < 4; ++m)
            put<float>(header, 280 + 16 * n + 4 * m, affine[n][m]);
    }
    for (std::size_t n = 4; n < 8; ++n)
        put<float>(header, 76 + 4 * n, 1);
    put<std::int16_t>(header, 252, q ? scanner : 0);
    put<std::int16_t>(header, 254, scanner);
}

std::vector<unsigned char> headerOf(const VoxelsToWrite& image)
{
    std::vector<unsigned char> h(headerBytes, 0);
    put<std::int32_t>(h, 0, 348);
    h[38] = 'r';
    put<std::int16_t>(h, 40, 3);
    for (std::size_t n = 0; n < 7; ++n)
        put<std::int16_t>(h, 42 + 2 * n, n < 3 ? static_cast<double>(image.geometry.size()[n]) : 1);
    put<std::int16_t>(h, 70, image.component == Component::UInt8 ? 2 : 4);
    put<std::int16_t>(h, 72, static_cast<double>(8 * bytesOf(image.component)));
    put<float>(h, 108, headerBytes);
    put<float>(h, 112, 1);
    h[123] = 2 | 8; // millimetres and seconds
    std::memcpy(h.data() + 148, writtenByUs, std::strlen(writtenByUs));
    putPlace(h, image.geometry);
    std::memcpy(h.data() + 344, "n+1", 4);
    return h;
}

} // namespace

void writeNifti(const VoxelsToWrite& image, const fs::path& file, bool compressed)
{
    const std::vector<unsigned char> header = headerOf(image);
    GzipOut out(file, compressed ? GzipOut::Mode::Compressed : GzipOut::Mode::Plain);
    out.write(header.data(), static_cast<std::int64_t>(header.size()));
    out.write(image.voxels, image.bytes(), image.stop);
    out.close();
}

} // namespace hounsfield
