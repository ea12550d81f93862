// SPDX-License-Identifier: Apache-2.0
#include "inference/training/TrainingScan.h"

#include "inference/internal/Preprocess.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace hounsfield::training {
namespace {

/// Nearest voxel of the scan, or nothing outside it.
bool nearestVoxel(const Geometry& scan, const Vector3& mm, Index3& voxel)
{
    const Vector3 at = scan.toIndex(mm);
    for (int a = 0; a < 3; ++a) {
        voxel[a] = std::llround(at[a]);
        if (voxel[a] < 0 || voxel[a] >= scan.size()[a])
            return false;
    }
    return true;
}

/// One of the classes of a set; none of an empty set.
ClassBits randomBit(ClassBits set, std::mt19937_64& random)
{
    if (set == 0)
        return 0;
    for (int others = std::uniform_int_distribution<int>(0, std::popcount(set) - 1)(random); others > 0;
         --others)
        set &= set - 1;
    return set & ~(set - 1);
}

Index3 randomCentre(const TrainingScan& scan, std::mt19937_64& random)
{
    const auto any = [&](std::int64_t n) {
        return std::uniform_int_distribution<std::int64_t>(0, n - 1)(random);
    };
    const Index3 anywhere{any(scan.size[0]), any(scan.size[1]), any(scan.size[2])};
    if (any(3) == 0)
        return anywhere;
    // A class first, then a voxel of it: small organs are met as often as large ones. A few thousand random
    // voxels usually hit it; the scan is walked only for the smallest.
    const ClassBits wanted = randomBit(scan.favoured && any(2) == 0 ? scan.favoured : scan.annotated, random);
    const auto place = [&](std::size_t v) {
        const auto n = static_cast<std::int64_t>(v);
        return Index3{n / (scan.size[1] * scan.size[2]), n / scan.size[2] % scan.size[1], n % scan.size[2]};
    };
    for (int attempt = 0; attempt < 2000; ++attempt) {
        const auto v = static_cast<std::size_t>(any(static_cast<std::int64_t>(scan.labels.size())));
        if (scan.labels[v] & wanted)
            return place(v);
    }
    const auto start = static_cast<std::size_t>(any(static_cast<std::int64_t>(scan.labels.size())));
    for (std::size_t step = 0; step < scan.labels.size(); ++step) {
        const std::size_t v = (start + step) % scan.labels.size();
        if (scan.labels[v] & wanted)
            return place(v);
    }
    return anywhere;
}

Index3 patchStart(const Index3& centre, const Index3& size, const Index3& roi, std::mt19937_64& random)
{
    Index3 start;
    for (int a = 0; a < 3; ++a) {
        if (size[a] <= roi[a]) {
            start[a] = -((roi[a] - size[a]) / 2);
            continue;
        }
        // Anywhere in the middle half of the window, so that organs are also seen off centre.
        const std::int64_t jitter =
            std::uniform_int_distribution<std::int64_t>(-roi[a] / 4, roi[a] / 4)(random);
        start[a] = std::clamp<std::int64_t>(centre[a] - roi[a] / 2 + jitter, 0, size[a] - roi[a]);
    }
    return start;
}

void varyIntensity(std::vector<float>& image, std::mt19937_64& random)
{
    std::uniform_real_distribution<float> unit(-1, 1);
    const float stretch = 1 + 0.1f * unit(random), shift = 0.07f * unit(random);
    for (float& v : image)
        v = std::clamp(v * stretch + shift, 0.0f, 1.0f);
}

} // namespace

TrainingScan makeTrainingScan(const Volume& volume, const std::vector<Mask>& masks, ClassBits annotated,
                              const InputSettings& settings)
{
    Progress silent;
    ModelImage image = preprocess(volume, settings, silent);
    TrainingScan scan;
    scan.size = image.crop.size();
    scan.image = std::move(image.values);
    scan.annotated = annotated;
    scan.labels.assign(scan.image.size(), 0);

    // One label image of the scan's grid first, so that the search for the nearest voxel is done once for all
    // classes.
    std::vector<ClassBits> onScan(volume.voxels().size(), 0);
    for (std::size_t c = 0; c < masks.size(); ++c)
        forEachVoxel(masks[c], [&](const Index3& i) {
            onScan[static_cast<std::size_t>(volume.geometry().offset(i))] |= ClassBits{1} << c;
        });
    std::size_t v = 0;
    for (std::int64_t x = image.crop.begin[0]; x < image.crop.end[0]; ++x)
        for (std::int64_t y = image.crop.begin[1]; y < image.crop.end[1]; ++y)
            for (std::int64_t z = image.crop.begin[2]; z < image.crop.end[2]; ++z, ++v) {
                Index3 voxel;
                if (nearestVoxel(volume.geometry(), image.resampled.toMm(Index3{x, y, z}), voxel))
                    scan.labels[v] = onScan[static_cast<std::size_t>(volume.geometry().offset(voxel))];
            }
    return scan;
}

TrainingPatch randomPatch(const TrainingScan& scan, const Index3& roi, std::mt19937_64& random)
{
    if (scan.maker)
        return scan.maker->make(roi, random);
    const Index3 start = patchStart(randomCentre(scan, random), scan.size, roi, random);
    TrainingPatch patch;
    patch.annotated = scan.annotated;
    patch.image.assign(static_cast<std::size_t>(roi[0] * roi[1] * roi[2]), 0.0f);
    patch.labels.assign(patch.image.size(), 0);
    const std::int64_t zFrom = std::max<std::int64_t>(0, -start[2]),
                       zTo = std::min(roi[2], scan.size[2] - start[2]);
    for (std::int64_t x = std::max<std::int64_t>(0, -start[0]); x < std::min(roi[0], scan.size[0] - start[0]);
         ++x)
        for (std::int64_t y = std::max<std::int64_t>(0, -start[1]);
             y < std::min(roi[1], scan.size[1] - start[1]); ++y) {
            const std::int64_t from =
                ((x + start[0]) * scan.size[1] + y + start[1]) * scan.size[2] + start[2];
            const std::int64_t to = (x * roi[1] + y) * roi[2];
            std::copy(scan.image.begin() + from + zFrom, scan.image.begin() + from + zTo,
                      patch.image.begin() + to + zFrom);
            std::copy(scan.labels.begin() + from + zFrom, scan.labels.begin() + from + zTo,
                      patch.labels.begin() + to + zFrom);
        }
    varyIntensity(patch.image, random);
    return patch;
}

} // namespace hounsfield::training
