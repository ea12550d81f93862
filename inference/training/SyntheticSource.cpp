// SPDX-License-Identifier: Apache-2.0
#include "inference/training/SyntheticSource.h"

#include "volume/synthetic/BodyPlan.h"
#include "volume/synthetic/Materials.h"
#include "volume/synthetic/Scanner.h"
#include "volume/synthetic/SyntheticPatient.h"

#include <algorithm>
#include <cmath>

namespace hounsfield::training {
namespace {

using namespace synthetic;

constexpr double mapSpacingMm = 2.5;
/// Places of each class that are remembered: windows are centred about them.
constexpr std::size_t placesAClass = 64;
/// How often a class (from 0) is a window's middle. Tumors and cysts are many times an organ: they are seldom
/// there, and the last to be learned (docs/decisions/0014); of them, those of kidney, pancreas and colon
/// most.
int shareOf(std::size_t c)
{
    switch (c + 1) {
    case 26:
    case 31:
        return 20;
    case 28:
        return 16;
    default:
        return c >= 25 ? 8 : 1;
    }
}

/// A window on the map: where its first voxel lies and how far one step along each axis goes, in the map's
/// indices.
struct View {
    Vector3 first;
    std::array<Vector3, 3> step;
    Index3 from, to; ///< voxels that the scan holds; the others are padding
};

class SyntheticPatches final : public PatchMaker {
public:
    SyntheticPatches(MaterialMap map, const InputSettings& settings, std::mt19937_64& random)
        : m_map(std::move(map)), m_settings(settings)
    {
        const auto [sx, sy, sz] = m_map.grid.size();
        m_low = m_map.grid.size();
        m_high = {0, 0, 0};
        std::array<std::size_t, classCount> seen{};
        std::size_t v = 0;
        for (std::int64_t k = 0; k < sz; ++k)
            for (std::int64_t j = 0; j < sy; ++j)
                for (std::int64_t i = 0; i < sx; ++i, ++v) {
                    const Material& material = m_map.materials[m_map.voxels[v]];
                    if (material.tissue != Tissue::Air && material.tissue != Tissue::Table)
                        for (int a = 0; a < 3; ++a) {
                            m_low[a] = std::min(m_low[a], Index3{i, j, k}[a]);
                            m_high[a] = std::max(m_high[a], Index3{i, j, k}[a] + 1);
                        }
                    for (std::uint32_t bits = material.classes; bits; bits &= bits - 1)
                        remember(static_cast<std::size_t>(__builtin_ctz(bits)), {i, j, k}, seen, random);
                }
    }

    TrainingPatch make(const Index3& roi, std::mt19937_64& random) const override
    {
        Random dice(random());
        const View view = look(roi, dice);
        Appearance appearance = drawAppearance(dice);
        // Every sixth is as tissues are: blood without contrast is one density everywhere.
        appearance.randomHu = dice.chance(0.5) ? std::max(0.0, dice.between(-4, 8)) : dice.between(8, 40);
        const std::uint64_t seed = dice.bits();
        return render(roi, view, appearance, seed, dice);
    }

private:
    /// A sample of the class's voxels, each as likely (reservoir sampling, Vitter 1985).
    void remember(std::size_t c, const Index3& place, std::array<std::size_t, classCount>& seen,
                  std::mt19937_64& random)
    {
        if (++seen[c] <= placesAClass)
            m_places[c].push_back(place);
        else if (const std::size_t at = random() % seen[c]; at < placesAClass)
            m_places[c][at] = place;
    }

    Index3 centre(Random& dice) const
    {
        const auto among = [&](std::int64_t low, std::int64_t high) {
            return low + static_cast<std::int64_t>(dice.unit() * static_cast<double>(high - low));
        };
        std::vector<std::size_t> classes;
        for (std::size_t c = 0; c < classCount; ++c)
            for (int share = 0; share < shareOf(c) && !m_places[c].empty(); ++share)
                classes.push_back(c);
        if (classes.empty() || dice.chance(0.25))
            return {among(m_low[0], m_high[0]), among(m_low[1], m_high[1]), among(m_low[2], m_high[2])};
        const auto& places = m_places[classes[dice.bits() % classes.size()]];
        return places[dice.bits() % places.size()];
    }

    /// The window as sliding windows lie: within the scan's box, or centred about it where the scan is
    /// smaller. RAS+: x and y run against LPS.
    View look(const Index3& roi, Random& dice) const
    {
        const double spacing = m_settings.spacingMm, whole = dice.between(0.88, 1.14);
        std::array<double, 3> step;
        for (double& s : step)
            s = spacing / mapSpacingMm / (whole * dice.between(0.95, 1.05));
        const double turn = 0.12 * dice.normal(0, 0.5), nod = 0.1 * dice.normal(0, 0.5),
                     lean = 0.1 * dice.normal(0, 0.5);
        const Index3 middle = centre(dice);
        View view;
        // How much of the body the scan holds, in steps from its low end.
        std::array<double, 3> low, high;
        for (int a = 0; a < 3; ++a) {
            low[std::size_t(a)] = double(m_low[a]);
            high[std::size_t(a)] = double(m_high[a]);
        }
        if (dice.chance(0.55)) {
            const double tall = dice.between(60, 280) / mapSpacingMm,
                         from = double(middle[2]) - tall * dice.unit();
            low[2] = std::max(low[2], from);
            high[2] = std::min(high[2], from + tall);
        }
        if (dice.chance(0.12))
            for (std::size_t a = 0; a < 2; ++a) {
                low[a] += 0.12 * dice.unit() * (high[a] - low[a]);
                high[a] -= 0.12 * dice.unit() * (high[a] - low[a]);
            }
        std::array<double, 3> start; // of the window along the map's axis, low end
        for (int a = 0; a < 3; ++a) {
            const auto n = std::size_t(a);
            const auto size = std::max<std::int64_t>(1, std::llround((high[n] - low[n]) / step[n]));
            std::int64_t first = -((roi[a] - size) / 2);
            if (size > roi[a]) {
                const double at = (std::clamp(double(middle[a]), low[n], high[n]) - low[n]) / step[n],
                             jitter = dice.between(-0.25, 0.25) * double(roi[a]);
                first = std::clamp<std::int64_t>(std::llround(at - 0.5 * double(roi[a]) + jitter), 0,
                                                 size - roi[a]);
            }
            start[n] = low[n] + double(first) * step[n];
            const std::int64_t from = std::max<std::int64_t>(0, -first), to = std::min(roi[a], size - first);
            // x and y are walked from their high end.
            view.from[a] = a < 2 ? roi[a] - to : from;
            view.to[a] = a < 2 ? roi[a] - from : to;
        }
        const Vector3 axes[3] = {{-step[0], -step[0] * turn, -step[0] * lean},
                                 {step[1] * turn, -step[1], -step[1] * nod},
                                 {-step[2] * lean, -step[2] * nod, step[2]}};
        Vector3 half{};
        for (int a = 0; a < 3; ++a) {
            view.step[std::size_t(a)] = axes[a];
            half[a] = start[std::size_t(a)] + 0.5 * double(roi[a] - 1) * step[std::size_t(a)];
        }
        // Turned about the window's middle.
        view.first = half;
        for (int a = 0; a < 3; ++a)
            for (int b = 0; b < 3; ++b)
                view.first[b] -= 0.5 * double(roi[a] - 1) * axes[a][b];
        return view;
    }

    TrainingPatch render(const Index3& roi, const View& view, const Appearance& appearance,
                         std::uint64_t seed, Random& dice) const
    {
        const TissueLook tissues(appearance, seed);
        const auto [sx, sy, sz] = m_map.grid.size();
        const auto materialAt = [&, sx = sx, sy = sy, sz = sz](const Vector3& at) -> const Material* {
            const auto i = std::int64_t(std::floor(at[0] + 0.5)), j = std::int64_t(std::floor(at[1] + 0.5)),
                       k = std::int64_t(std::floor(at[2] + 0.5));
            return i < 0 || j < 0 || k < 0 || i >= sx || j >= sy || k >= sz
                       ? nullptr
                       : &m_map.materials[m_map.voxels[std::size_t((k * sy + j) * sx + i)]];
        };
        std::array<Vector3, 4> parts;
        constexpr double corners[4][3] = {
            {-0.3, -0.1, 0.25}, {0.1, -0.3, -0.25}, {0.3, 0.1, 0.1}, {-0.1, 0.3, -0.1}};
        for (std::size_t p = 0; p < 4; ++p)
            for (int b = 0; b < 3; ++b)
                parts[p][b] = corners[p][0] * view.step[0][b] + corners[p][1] * view.step[1][b] +
                              corners[p][2] * view.step[2][b];
        TrainingPatch patch;
        patch.annotated = 0xFFFFFFFFu;
        patch.labels.assign(std::size_t(roi[0] * roi[1] * roi[2]), 0);
        patch.image.assign(patch.labels.size(), 0);
        std::vector<float> hu(patch.labels.size());
        const float air = tissues.hu(Tissue::Air, {});
#pragma omp parallel for schedule(static)
        for (std::int64_t k = 0; k < roi[2]; ++k)
            for (std::int64_t j = 0; j < roi[1]; ++j)
                for (std::int64_t i = 0; i < roi[0]; ++i) {
                    Vector3 at = view.first;
                    for (int b = 0; b < 3; ++b)
                        at[b] += double(i) * view.step[0][b] + double(j) * view.step[1][b] +
                                 double(k) * view.step[2][b];
                    const Texture texture =
                        tissues.textureAt({float(at[0] * mapSpacingMm), float(at[1] * mapSpacingMm),
                                           float(at[2] * mapSpacingMm)});
                    float sum = 0;
                    for (const Vector3& part : parts) {
                        const Material* material =
                            materialAt({at[0] + part[0], at[1] + part[1], at[2] + part[2]});
                        sum += material ? tissues.hu(material->tissue, texture) : air;
                    }
                    hu[std::size_t((k * roi[1] + j) * roi[0] + i)] = 0.25f * sum;
                    if (const Material* material = materialAt(at); material && inside(view, {i, j, k}))
                        patch.labels[std::size_t((i * roi[1] + j) * roi[2] + k)] = material->classes;
                }
        scan(hu, roi, {m_settings.spacingMm, m_settings.spacingMm, m_settings.spacingMm}, appearance,
             dice.bits());
        const auto low = float(m_settings.huLow), width = float(m_settings.huHigh - m_settings.huLow);
        for (std::int64_t k = view.from[2]; k < view.to[2]; ++k)
            for (std::int64_t j = view.from[1]; j < view.to[1]; ++j)
                for (std::int64_t i = view.from[0]; i < view.to[0]; ++i)
                    patch.image[std::size_t((i * roi[1] + j) * roi[2] + k)] = std::clamp(
                        (hu[std::size_t((k * roi[1] + j) * roi[0] + i)] - low) / width, 0.0f, 1.0f);
        return patch;
    }

    static bool inside(const View& view, const Index3& at)
    {
        for (int a = 0; a < 3; ++a)
            if (at[a] < view.from[a] || at[a] >= view.to[a])
                return false;
        return true;
    }

    MaterialMap m_map;
    InputSettings m_settings;
    Index3 m_low, m_high; ///< box of the body
    std::array<std::vector<Index3>, classCount> m_places;
};

} // namespace

TrainingScan SyntheticSource::next()
{
    std::mt19937_64 random(m_seed * 7919 + 17);
    const SyntheticPatient patient(m_seed++, Burden::Heavy);
    Progress silent;
    TrainingScan scan;
    scan.annotated = 0xFFFFFFFFu;
    scan.maker = std::make_shared<SyntheticPatches>(
        mapMaterials(patient.plan(), patient.wholeBodyGrid(mapSpacingMm), silent), m_settings, random);
    return scan;
}

} // namespace hounsfield::training
