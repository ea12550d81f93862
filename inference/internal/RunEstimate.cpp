// SPDX-License-Identifier: Apache-2.0
#include "inference/internal/RunEstimate.h"

#include "inference/internal/ByteSource.h"
#include "inference/internal/cpu/CpuBackbone.h"

#include <algorithm>
#include <cmath>

namespace hounsfield {
namespace {

/// Seconds of one core for a voxel: resampled; of a class in a window, put through the head; of a class on
/// the model's grid, cleaned up; of a class on the scan's grid, sampled and measured.
constexpr double toResample = 2.4e-7, toBlend = 6e-9, toCleanUp = 3e-8, toMeasure = 3e-9;

std::int64_t voxelsOf(const std::array<std::int64_t, 3>& size)
{
    return size[0] * size[1] * size[2];
}

/// The scan's voxels above a limit; row by row, of each only its first and last.
IndexBox boxAbove(const Volume& scan, double limit, Progress& progress)
{
    const Index3 size = scan.geometry().size();
    IndexBox box;
    for (std::int64_t k = 0; k < size[2]; ++k) {
        progress.check();
        for (std::int64_t j = 0; j < size[1]; ++j) {
            const std::int16_t* row = scan.voxels().data() + (k * size[1] + j) * size[0];
            const std::int16_t* const end = row + size[0];
            const auto inside = [limit](std::int16_t hu) { return hu > limit; };
            const std::int16_t* first = std::find_if(row, end, inside);
            if (first == end)
                continue;
            const std::int16_t* last = end - 1;
            while (!inside(*last))
                --last;
            box.include({first - row, j, k});
            box.include({last - row, j, k});
        }
    }
    return box;
}

} // namespace

IndexBox expectedCrop(const Volume& scan, const Geometry& modelGrid, double huLow, Progress& progress)
{
    const IndexBox inScan = boxAbove(scan, huLow, progress);
    if (inScan.empty())
        return modelGrid.box();
    IndexBox crop;
    for (int corner = 0; corner < 8; ++corner) {
        Vector3 at;
        for (std::size_t a = 0; a < 3; ++a)
            at[a] = corner >> a & 1 ? double(inScan.end[a] - 1) : double(inScan.begin[a]);
        const Vector3 index = modelGrid.toIndex(scan.geometry().toMm(at));
        crop.include({std::llround(index[0]), std::llround(index[1]), std::llround(index[2])});
    }
    for (std::size_t a = 0; a < 3; ++a) {
        crop.begin[a] = std::clamp<std::int64_t>(crop.begin[a], 0, modelGrid.size()[a] - 1);
        crop.end[a] = std::clamp<std::int64_t>(crop.end[a], crop.begin[a] + 1, modelGrid.size()[a]);
    }
    return crop;
}

double secondsBesideWindows(const RunSize& size, const ModelPack& pack, int threads)
{
    const auto classes = double(size.targets), cores = double(std::max(1, threads));
    const double parallel = toResample * double(size.gridVoxels) +
                            toBlend * classes * double(size.windows * voxelsOf(pack.input.roi)) +
                            toMeasure * classes * double(size.scanVoxels);
    return parallel / cores + toCleanUp * classes * double(size.cropVoxels);
}

std::int64_t memoryOfRun(const RunSize& size, const ModelPack& pack, Precision precision,
                         const FeatureBudget& budget, std::int64_t blendBytes)
{
    const std::int64_t voxels = voxelsOf(pack.input.roi), bytes = precision == Precision::Fp32 ? 4 : 2;
    const std::int64_t kept = 4 * size.cropVoxels + FeatureKeeper::memoryFor(size.windows, voxels, budget);
    // While windows run: the maps of one, its input, what is copied of the largest, and the weights as they
    // are laid out for it.
    const std::int64_t channels = pack.widths.encoder[1] + 4 * pack.widths.encoder[0],
                       copied =
                           CpuBackbone::copiesMaps() ? pack.widths.encoder[1] + pack.widths.encoder[0] : 0;
    const std::int64_t maps = voxels * (bytes * (channels + copied) + 4),
                       weights = std::int64_t(pack.files->open(pack.weightsFile)->size()) * bytes / 4;
    // While a prompt is answered: sums of logits, then probabilities and masks of a byte a voxel.
    const std::int64_t answer =
        size.cropVoxels * (4 + 2 * size.targets) + std::min(blendBytes, 4 * size.cropVoxels * size.targets);
    return weights + std::max({4 * size.gridVoxels + 4 * size.cropVoxels, kept + maps, kept + answer});
}

} // namespace hounsfield
