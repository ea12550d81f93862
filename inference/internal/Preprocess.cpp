// SPDX-License-Identifier: Apache-2.0
#include "inference/internal/Preprocess.h"

#include "inference/internal/ModelGrid.h"
#include "inference/internal/Parallel.h"

#include <algorithm>
#include <cmath>

namespace hounsfield {
namespace {

/// Resampled between two looks for a stop: few enough for the largest scan, enough for every core.
constexpr std::int64_t planesAtOnce = 16;

/// Linear interpolation at a continuous voxel index, clamped to the grid (MONAI's padding mode "border").
float interpolate(const Volume& volume, const Vector3& index)
{
    const Index3& size = volume.geometry().size();
    std::array<std::int64_t, 3> low, high;
    std::array<double, 3> weight;
    for (std::size_t a = 0; a < 3; ++a) {
        const double at = std::clamp(index[a], 0.0, double(size[a] - 1));
        low[a] = static_cast<std::int64_t>(at);
        high[a] = std::min(low[a] + 1, size[a] - 1);
        weight[a] = at - double(low[a]);
    }
    double sum = 0;
    for (int corner = 0; corner < 8; ++corner) {
        double w = 1;
        Index3 i;
        for (std::size_t a = 0; a < 3; ++a) {
            const bool up = corner >> a & 1;
            w *= up ? weight[a] : 1 - weight[a];
            i[a] = up ? high[a] : low[a];
        }
        if (w != 0)
            sum += w * volume.at(i);
    }
    return static_cast<float>(sum);
}

float windowed(float hu, const InputSettings& settings)
{
    return static_cast<float>(
        std::clamp((double(hu) - settings.huLow) / (settings.huHigh - settings.huLow), 0.0, 1.0));
}

std::vector<float> cropped(const std::vector<float>& values, const Index3& size, const IndexBox& crop)
{
    std::vector<float> kept;
    kept.reserve(static_cast<std::size_t>(crop.count()));
    for (std::int64_t x = crop.begin[0]; x < crop.end[0]; ++x)
        for (std::int64_t y = crop.begin[1]; y < crop.end[1]; ++y) {
            const auto row = values.begin() + (x * size[1] + y) * size[2];
            kept.insert(kept.end(), row + crop.begin[2], row + crop.end[2]);
        }
    return kept;
}

} // namespace

ModelImage preprocess(const Volume& volume, const InputSettings& settings, Progress& progress)
{
    ModelImage image;
    image.resampled = modelGrid(volume.geometry(), settings.spacingMm);
    const Index3 size = image.resampled.size();
    std::vector<float> values(static_cast<std::size_t>(image.resampled.voxelCount()));
    // One matrix from the model's index to the scan's, so that a row is walked by adding a step.
    const Vector3 origin = volume.geometry().toIndex(image.resampled.originMm());
    const auto step = [&](int axis) {
        Vector3 unit{0, 0, 0};
        unit[static_cast<std::size_t>(axis)] = 1;
        return volume.geometry().toIndex(image.resampled.toMm(unit)) - origin;
    };
    const Vector3 dx = step(0), dy = step(1), dz = step(2);
    const auto resample = [&](std::int64_t from, std::int64_t to) {
        for (std::int64_t x = from; x < to; ++x)
            for (std::int64_t y = 0; y < size[1]; ++y) {
                float* row = values.data() + (x * size[1] + y) * size[2];
                const Vector3 start = origin + double(x) * dx + double(y) * dy;
                for (std::int64_t z = 0; z < size[2]; ++z)
                    row[z] = windowed(interpolate(volume, start + double(z) * dz), settings);
            }
    };
    for (std::int64_t first = 0; first < size[0]; first += planesAtOnce) {
        progress.step({"preparing the scan", 0.9 * double(first) / double(size[0]), std::nullopt});
        inParallel(std::min(planesAtOnce, size[0] - first),
                   [&](std::int64_t from, std::int64_t to) { resample(first + from, first + to); });
    }
    progress.step({"preparing the scan", 0.9, std::nullopt});
    std::size_t v = 0;
    for (std::int64_t x = 0; x < size[0]; ++x)
        for (std::int64_t y = 0; y < size[1]; ++y)
            for (std::int64_t z = 0; z < size[2]; ++z, ++v)
                if (values[v] > 0)
                    image.crop.include({x, y, z});
    if (image.crop.empty())
        image.crop = image.resampled.box();
    image.values = cropped(values, size, image.crop);
    progress.step({"preparing the scan", 1, std::nullopt});
    return image;
}

} // namespace hounsfield
