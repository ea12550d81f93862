// SPDX-License-Identifier: Apache-2.0
#include "inference/internal/Parallel.h"
#include "inference/internal/Preprocess.h"

#include <algorithm>
#include <cmath>

namespace hounsfield {
namespace {

/// The scan's voxels that a box of the model's grid can reach, one voxel of margin included.
IndexBox reach(const IndexBox& onModel, const ModelImage& image, const Geometry& scan)
{
    IndexBox box;
    for (int corner = 0; corner < 8; ++corner) {
        Vector3 at;
        for (std::size_t a = 0; a < 3; ++a)
            at[a] = corner >> a & 1 ? double(image.crop.begin[a] + onModel.end[a])
                                    : double(image.crop.begin[a] + onModel.begin[a] - 1);
        const Vector3 index = scan.toIndex(image.resampled.toMm(at));
        box.include({std::int64_t(std::floor(index[0])), std::int64_t(std::floor(index[1])),
                     std::int64_t(std::floor(index[2]))});
        box.include({std::int64_t(std::ceil(index[0])), std::int64_t(std::ceil(index[1])),
                     std::int64_t(std::ceil(index[2]))});
    }
    for (std::size_t a = 0; a < 3; ++a) {
        box.begin[a] = std::clamp<std::int64_t>(box.begin[a], 0, scan.size()[a]);
        box.end[a] = std::clamp<std::int64_t>(box.end[a], 0, scan.size()[a]);
    }
    return box;
}

/// The bounding box, in the crop, of what is inside; row by row, of each only its first and last voxel.
template <typename Inside> IndexBox extent(const ModelImage& image, Inside&& inside)
{
    const Index3 size = image.crop.size();
    IndexBox box;
    for (std::int64_t x = 0; x < size[0]; ++x)
        for (std::int64_t y = 0; y < size[1]; ++y) {
            const auto row = static_cast<std::size_t>(image.offset({x, y, 0}));
            std::int64_t first = 0, last = size[2];
            while (first < last && !inside(row + static_cast<std::size_t>(first)))
                ++first;
            if (first == last)
                continue;
            while (!inside(row + static_cast<std::size_t>(last - 1)))
                --last;
            box.include({x, y, first});
            box.include({x, y, last - 1});
        }
    return box;
}

/// Asks inside(index in the crop, continuous) for every voxel of the scan that the box can reach.
template <typename Inside>
Mask sampled(const IndexBox& onModel, const ModelImage& image, const Geometry& scan, Inside&& inside)
{
    const IndexBox box = onModel.empty() ? IndexBox{} : reach(onModel, image, scan);
    if (box.empty())
        return Mask(scan);
    const Vector3 crop{double(image.crop.begin[0]), double(image.crop.begin[1]), double(image.crop.begin[2])};
    // From a scan's index to the crop's in one step.
    const Vector3 origin = image.resampled.toIndex(scan.originMm()) - crop;
    const Matrix3 step = inverse(image.resampled.matrix()) * scan.matrix();
    std::vector<std::uint8_t> voxels(static_cast<std::size_t>(box.count()));
    const Index3 size = box.size();
    inParallel(size[2], [&](std::int64_t from, std::int64_t to) {
        auto voxel = voxels.begin() + from * size[0] * size[1];
        for (std::int64_t k = box.begin[2] + from; k < box.begin[2] + to; ++k)
            for (std::int64_t j = box.begin[1]; j < box.end[1]; ++j)
                for (std::int64_t i = box.begin[0]; i < box.end[0]; ++i)
                    *voxel++ = inside(origin + step * Vector3{double(i), double(j), double(k)});
    });
    return Mask::fromBox(scan, box, voxels);
}

/// The nearest voxel of the crop, half to even as in the published pipeline; false outside it.
bool nearest(const Vector3& at, const ModelImage& image, std::size_t& offset)
{
    const Index3 size = image.crop.size();
    Index3 i;
    for (std::size_t a = 0; a < 3; ++a) {
        i[a] = static_cast<std::int64_t>(std::nearbyint(at[a]));
        // The scan's outermost voxels may lie half a voxel beyond the model's grid, and belong to its border.
        if (i[a] < 0 && image.crop.begin[a] == 0)
            i[a] = 0;
        if (i[a] >= size[a] && image.crop.end[a] == image.resampled.size()[a])
            i[a] = size[a] - 1;
        if (i[a] < 0 || i[a] >= size[a])
            return false;
    }
    offset = static_cast<std::size_t>(image.offset(i));
    return true;
}

/// The eight voxels around a place, clamped to the crop: where the lowest lies, how far the next is along
/// each axis (0 at the border), and how much of it counts.
struct Neighbours {
    std::size_t lowest = 0;
    std::array<std::size_t, 3> next{};
    std::array<float, 3> weight{};
};

Neighbours neighbours(const Vector3& at, const Index3& size)
{
    const std::array<std::int64_t, 3> strides{size[1] * size[2], size[2], 1};
    Neighbours n;
    for (std::size_t a = 0; a < 3; ++a) {
        const double in = std::clamp(at[a], 0.0, double(size[a] - 1));
        const auto low = static_cast<std::int64_t>(in);
        n.lowest += static_cast<std::size_t>(low * strides[a]);
        n.next[a] = low + 1 < size[a] ? static_cast<std::size_t>(strides[a]) : 0;
        n.weight[a] = static_cast<float>(in - double(low));
    }
    return n;
}

/// Interpolated, in steps.
float linear(const Probabilities& values, const Neighbours& n)
{
    const std::uint8_t* v = values.data() + n.lowest;
    const auto along = [&](std::size_t offset) {
        return float(v[offset]) + n.weight[2] * (float(v[offset + n.next[2]]) - float(v[offset]));
    };
    const float a = along(0), b = along(n.next[1]), c = along(n.next[0]), d = along(n.next[0] + n.next[1]);
    const float low = a + n.weight[1] * (b - a), high = c + n.weight[1] * (d - c);
    return low + n.weight[0] * (high - low);
}

/// Whether one of the eight voxels around a place is in the mask.
bool anyCorner(const std::vector<std::uint8_t>& mask, const Neighbours& n)
{
    for (std::size_t corner = 0; corner < 8; ++corner) {
        std::size_t at = n.lowest;
        for (std::size_t a = 0; a < 3; ++a)
            at += corner >> a & 1 ? n.next[a] : 0;
        if (mask[at])
            return true;
    }
    return false;
}

} // namespace

Mask toScanGridNearest(const std::vector<std::uint8_t>& mask, const ModelImage& image, const Geometry& scan)
{
    return sampled(extent(image, [&](std::size_t v) { return mask[v] != 0; }), image, scan,
                   [&](const Vector3& at) {
                       std::size_t offset = 0;
                       return nearest(at, image, offset) && mask[offset];
                   });
}

Mask toScanGridLinear(const Probabilities& probability, const std::vector<std::uint8_t>& allowed,
                      double threshold, const ModelImage& image, const Geometry& scan)
{
    const int step = stepOf(threshold);
    const Index3 size = image.crop.size();
    const auto counts = [&](std::size_t v) {
        return probability[v] >= step && (allowed.empty() || allowed[v]);
    };
    return sampled(extent(image, counts), image, scan, [&](const Vector3& at) {
        std::size_t offset = 0;
        if (!nearest(at, image, offset))
            return false;
        const Neighbours around = neighbours(at, size);
        // At the surface the nearest voxel of the model is often just outside while the interpolated
        // probability is inside. A voxel that is above the threshold and not allowed was taken away by the
        // clean-up, and stays away.
        if (!allowed.empty() && !allowed[offset] &&
            (probability[offset] >= step || !anyCorner(allowed, around)))
            return false;
        return linear(probability, around) + 0.5F > float(step);
    });
}

} // namespace hounsfield
