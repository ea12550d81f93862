// SPDX-License-Identifier: Apache-2.0
#include "inference/training/AugmentedScan.h"

#include "inference/internal/Preprocess.h"
#include "inference/training/SyntheticLesions.h"
#include "volume/synthetic/Scanner.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace hounsfield::training {
namespace {

using synthetic::Appearance;
using synthetic::Random;

constexpr double lowestHu = -1024, highestHu = 3071;
/// Places of each class that windows are centred about.
constexpr std::size_t placesPerClass = 256;
/// Classes below this many voxels are a window's centre twice as often.
constexpr std::size_t smallStructure = 1500;

/// Where each voxel of a window lies in the scan, in voxels: an affine part about the centre and a smooth
/// displacement.
struct Warp {
    Vector3 centre;              ///< of the window, scan voxels
    std::array<Vector3, 3> step; ///< one window voxel along each axis
    double displacementVoxels = 0, wavelengthVoxels = 1;
    std::uint32_t seed = 0;
    std::array<double, 3> low, high; ///< field of view, scan voxels

    Vector3 at(const Vector3& fromCentre) const
    {
        Vector3 p = centre;
        for (int a = 0; a < 3; ++a)
            for (int b = 0; b < 3; ++b)
                p[b] += fromCentre[a] * step[std::size_t(a)][b];
        if (displacementVoxels <= 0)
            return p;
        const auto scale = float(1 / wavelengthVoxels);
        const synthetic::Point q{scale * float(p[0]), scale * float(p[1]), scale * float(p[2])};
        for (int b = 0; b < 3; ++b)
            p[b] += displacementVoxels * double(synthetic::noise(q, seed + std::uint32_t(b)));
        return p;
    }
};

/// Turned about Z, then X, then Y, and scaled.
std::array<Vector3, 3> turnedAndScaled(Random& random)
{
    const double z = random.normal(0, 0.11), x = random.normal(0, 0.07), y = random.normal(0, 0.07);
    const double whole = std::exp(random.between(-0.17, 0.17));
    const double cz = std::cos(z), sz = std::sin(z), cx = std::cos(x), sx = std::sin(x), cy = std::cos(y),
                 sy = std::sin(y);
    std::array<Vector3, 3> axes{Vector3{cz * cy, sz * cy, -sy},
                                Vector3{cz * sy * sx - sz * cx, sz * sy * sx + cz * cx, cy * sx},
                                Vector3{cz * sy * cx + sz * sx, sz * sy * cx - cz * sx, cy * cx}};
    for (Vector3& axis : axes) {
        const double scale = whole * random.between(0.95, 1.05);
        for (int b = 0; b < 3; ++b)
            axis[b] *= scale;
    }
    return axes;
}

Appearance drawRealAppearance(Random& random)
{
    Appearance a;
    a.noiseHu = random.chance(0.5) ? random.between(0, 3) : random.between(3, 22);
    a.blurMm = random.chance(0.5) ? 0.2 : random.between(0.4, 1.6);
    a.sliceMm = random.chance(0.6) ? 0 : random.between(3, 8);
    a.streakHu = random.chance(0.06) ? random.between(10, 60) : 0;
    a.motionMm = random.chance(0.06) ? random.between(2, 6) : 0;
    return a;
}

class AugmentedWindows final : public PatchMaker {
public:
    AugmentedWindows(const Volume& volume, const std::vector<Mask>& masks, ClassBits annotated,
                     const InputSettings& settings)
        : m_settings(settings), m_annotated(annotated)
    {
        InputSettings whole = settings;
        whole.huLow = lowestHu;
        whole.huHigh = highestHu;
        TrainingScan scan = makeTrainingScan(volume, masks, annotated, whole);
        m_size = scan.size;
        m_labels = std::move(scan.labels);
        m_hu.resize(scan.image.size());
        std::transform(scan.image.begin(), scan.image.end(), m_hu.begin(), [](float part) {
            return static_cast<std::int16_t>(std::lround(lowestHu + double(part) * (highestHu - lowestHu)));
        });
        findBody();
        findPlaces();
    }

    TrainingPatch make(const Index3& roi, std::mt19937_64& random) const override
    {
        Random dice(random());
        ScanWindow window = sample(roi, drawWarp(roi, dice));
        if (dice.chance(0.4))
            changeContrast(window, dice);
        if (dice.chance(0.6))
            drawLesions(window, 0.4, dice);
        const double spacing = m_settings.spacingMm;
        scan(window.hu, roi, {spacing, spacing, spacing}, drawRealAppearance(dice), dice.bits());
        return finished(window, dice);
    }

private:
    std::size_t offset(std::int64_t x, std::int64_t y, std::int64_t z) const
    {
        return static_cast<std::size_t>((x * m_size[1] + y) * m_size[2] + z);
    }

    /// The box that the model's own crop keeps: voxels above its HU window.
    void findBody()
    {
        std::size_t v = 0;
        for (std::int64_t x = 0; x < m_size[0]; ++x)
            for (std::int64_t y = 0; y < m_size[1]; ++y)
                for (std::int64_t z = 0; z < m_size[2]; ++z, ++v)
                    if (m_hu[v] > m_settings.huLow)
                        m_body.include({x, y, z});
        if (m_body.empty())
            m_body = {{0, 0, 0}, m_size};
    }

    /// A sample of each class's voxels, each as likely (reservoir sampling, Vitter 1985).
    void findPlaces()
    {
        std::mt19937_64 random(m_labels.size());
        std::size_t v = 0;
        for (std::int64_t x = 0; x < m_size[0]; ++x)
            for (std::int64_t y = 0; y < m_size[1]; ++y)
                for (std::int64_t z = 0; z < m_size[2]; ++z, ++v)
                    for (ClassBits bits = m_labels[v] & m_annotated; bits; bits &= bits - 1)
                        remember(static_cast<std::size_t>(std::countr_zero(bits)), {x, y, z}, random);
        for (std::size_t c = 0; c < m_places.size(); ++c)
            if (!m_places[c].empty())
                m_centres.insert(m_centres.end(), m_seen[c] < smallStructure ? 2 : 1, c);
    }

    void remember(std::size_t c, const Index3& place, std::mt19937_64& random)
    {
        if (++m_seen[c] <= placesPerClass)
            m_places[c].push_back(place);
        else if (const std::size_t at = random() % m_seen[c]; at < placesPerClass)
            m_places[c][at] = place;
    }

    Index3 drawCentre(Random& dice) const
    {
        if (!m_centres.empty() && !dice.chance(0.25)) {
            const auto& places = m_places[m_centres[dice.bits() % m_centres.size()]];
            return places[dice.bits() % places.size()];
        }
        Index3 anywhere;
        for (int a = 0; a < 3; ++a)
            anywhere[a] =
                m_body.begin[a] + std::int64_t(dice.unit() * double(m_body.end[a] - m_body.begin[a]));
        return anywhere;
    }

    Warp drawWarp(const Index3& roi, Random& dice) const
    {
        Warp warp;
        warp.step = turnedAndScaled(dice);
        warp.seed = static_cast<std::uint32_t>(dice.bits());
        warp.displacementVoxels = dice.chance(0.6) ? dice.between(0.5, 6) / m_settings.spacingMm : 0;
        warp.wavelengthVoxels = dice.between(30, 80) / m_settings.spacingMm;
        const Index3 middle = drawCentre(dice);
        for (std::size_t a = 0; a < 3; ++a) {
            warp.low[a] = double(m_body.begin[int(a)]);
            warp.high[a] = double(m_body.end[int(a)]);
        }
        if (dice.chance(0.3)) {
            const double tall = dice.between(60, 260) / m_settings.spacingMm,
                         from = double(middle[2]) - tall * dice.unit();
            warp.low[2] = std::max(warp.low[2], from);
            warp.high[2] = std::min(warp.high[2], from + tall);
        }
        for (std::size_t a = 0; a < 3; ++a) {
            const double length = warp.high[a] - warp.low[a],
                         half = 0.5 * double(roi[int(a)]) * std::abs(warp.step[a][int(a)]);
            const double wanted = double(middle[int(a)]) + dice.between(-0.5, 0.5) * half;
            warp.centre[int(a)] = length <= 2 * half
                                      ? 0.5 * (warp.low[a] + warp.high[a])
                                      : std::clamp(wanted, warp.low[a] + half, warp.high[a] - half);
        }
        return warp;
    }

    float interpolate(const Vector3& at) const
    {
        std::array<std::int64_t, 3> low, high;
        std::array<float, 3> part;
        for (std::size_t a = 0; a < 3; ++a) {
            const double p = std::clamp(at[int(a)], 0.0, double(m_size[int(a)] - 1));
            low[a] = static_cast<std::int64_t>(p);
            high[a] = std::min(low[a] + 1, m_size[int(a)] - 1);
            part[a] = float(p - double(low[a]));
        }
        const auto along = [&](std::int64_t x, std::int64_t y) {
            const float a = m_hu[offset(x, y, low[2])], b = m_hu[offset(x, y, high[2])];
            return a + part[2] * (b - a);
        };
        const float a = along(low[0], low[1]), b = along(low[0], high[1]), c = along(high[0], low[1]),
                    d = along(high[0], high[1]);
        const float near = a + part[1] * (b - a), far = c + part[1] * (d - c);
        return near + part[0] * (far - near);
    }

    ScanWindow sample(const Index3& roi, const Warp& warp) const
    {
        ScanWindow window;
        window.size = roi;
        window.spacingMm = m_settings.spacingMm;
        window.annotated = m_annotated;
        const auto count = static_cast<std::size_t>(roi[0] * roi[1] * roi[2]);
        window.hu.resize(count);
        window.labels.assign(count, 0);
        window.outside.assign(count, 0);
#pragma omp parallel for schedule(static)
        for (std::int64_t z = 0; z < roi[2]; ++z)
            for (std::int64_t y = 0; y < roi[1]; ++y)
                for (std::int64_t x = 0; x < roi[0]; ++x) {
                    const std::size_t v = window.offset(x, y, z);
                    const Vector3 at =
                        warp.at({double(x) - 0.5 * double(roi[0] - 1), double(y) - 0.5 * double(roi[1] - 1),
                                 double(z) - 0.5 * double(roi[2] - 1)});
                    window.hu[v] = interpolate(at);
                    Index3 nearest;
                    for (int a = 0; a < 3; ++a) {
                        nearest[a] = std::llround(at[a]);
                        const bool in = double(nearest[a]) >= warp.low[std::size_t(a)] &&
                                        double(nearest[a]) < warp.high[std::size_t(a)];
                        window.outside[v] |= std::uint8_t(!in);
                    }
                    if (!window.outside[v])
                        window.labels[v] = m_labels[offset(nearest[0], nearest[1], nearest[2])] & m_annotated;
                }
        return window;
    }

    /// Another phase of contrast: each organ brighter or darker by an amount of its own, blended over its
    /// border.
    void changeContrast(ScanWindow& window, Random& dice) const
    {
        std::array<float, mostClasses> moved{};
        for (float& hu : moved)
            hu = float(dice.normal(0, 18));
        std::vector<float> field(window.hu.size());
        for (std::size_t v = 0; v < field.size(); ++v)
            for (ClassBits bits = window.labels[v]; bits && window.hu[v] > -150; bits &= bits - 1)
                field[v] += moved[std::size_t(std::countr_zero(bits))];
        Appearance blurOnly;
        blurOnly.noiseHu = 0;
        blurOnly.blurMm = 0.7 * window.spacingMm;
        blurOnly.sliceMm = blurOnly.streakHu = blurOnly.motionMm = 0;
        const double spacing = window.spacingMm;
        scan(field, window.size, {spacing, spacing, spacing}, blurOnly, 0);
        for (std::size_t v = 0; v < field.size(); ++v)
            window.hu[v] += field[v];
    }

    TrainingPatch finished(const ScanWindow& window, Random& dice) const
    {
        TrainingPatch patch;
        patch.annotated = window.annotated;
        patch.image.assign(window.hu.size(), 0);
        patch.labels.resize(window.hu.size());
        const double width = m_settings.huHigh - m_settings.huLow;
        const auto stretch = float((1 + 0.12 * dice.between(-1, 1)) / width),
                   shift = float(0.06 * dice.between(-1, 1));
        const auto low = float(m_settings.huLow);
        std::size_t to = 0;
        for (std::int64_t x = 0; x < window.size[0]; ++x)
            for (std::int64_t y = 0; y < window.size[1]; ++y)
                for (std::int64_t z = 0; z < window.size[2]; ++z, ++to) {
                    const std::size_t from = window.offset(x, y, z);
                    patch.labels[to] = window.labels[from];
                    if (!window.outside[from])
                        patch.image[to] = std::clamp((window.hu[from] - low) * stretch + shift, 0.0f, 1.0f);
                }
        return patch;
    }

    InputSettings m_settings;
    ClassBits m_annotated;
    Index3 m_size{0, 0, 0};
    IndexBox m_body;
    std::vector<std::int16_t> m_hu;
    std::vector<ClassBits> m_labels;
    std::array<std::vector<Index3>, mostClasses> m_places;
    std::array<std::size_t, mostClasses> m_seen{};
    std::vector<std::size_t> m_centres; ///< classes (from 0) that are there, small ones twice
};

} // namespace

TrainingScan makeAugmentedScan(const Volume& volume, const std::vector<Mask>& masks, ClassBits annotated,
                               const InputSettings& settings)
{
    TrainingScan scan;
    scan.annotated = annotated;
    scan.maker = std::make_shared<AugmentedWindows>(volume, masks, annotated, settings);
    return scan;
}

} // namespace hounsfield::training
