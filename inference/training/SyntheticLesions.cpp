// SPDX-License-Identifier: Apache-2.0
#include "inference/training/SyntheticLesions.h"

#include "volume/synthetic/Noise.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace hounsfield::training {
namespace {

using synthetic::Random;

struct LesionKind {
    int id;                       ///< class of the Universal Model
    ClassBits hosts;              ///< organs it grows in
    double smallestMm, largestMm; ///< diameter
    bool bulges;                  ///< grows out of its organ into the fat around it, as lesions of kidneys do
};

const ClassBits liver = bitOf(6), pancreas = bitOf(11), kidneys = bitOf(2) | bitOf(3),
                lungs = bitOf(16) | bitOf(17);
const LesionKind kidneyTumor{26, kidneys, 8, 45, true}, liverTumor{27, liver, 6, 50, false},
    pancreasTumor{28, pancreas, 8, 35, true}, lungTumor{30, lungs, 6, 40, false},
    kidneyCyst{32, kidneys, 6, 45, true};

struct Density {
    float hu;    ///< of its body
    float rimHu; ///< added at its border
};

/// @param around mean density of the organ where the lesion grows, HU
Density densityOf(const LesionKind& kind, float around, Random& random)
{
    const double way = random.unit();
    if (kind.id == kidneyCyst.id)
        return {float(random.between(-2, 22)), 0};
    if (kind.id == lungTumor.id)
        return {float(random.between(10, 70)), 0};
    if (kind.id == kidneyTumor.id)
        return {around > 90 ? around - float(random.between(25, 90))
                            : around + float(random.between(-14, 14)),
                0};
    if (kind.id == liverTumor.id && way < 0.15)
        return {around + float(random.between(15, 60)), 0};
    const float rim = way > 0.8 ? float(random.between(10, 40)) : 0.0f;
    return {around - float(random.between(14, 65)), rim};
}

/// Mean HU of the organ's voxels within a few millimetres.
float densityAround(const ScanWindow& window, const Index3& at, ClassBits hosts)
{
    double sum = 0;
    int count = 0;
    for (std::int64_t z = std::max<std::int64_t>(0, at[2] - 2); z <= std::min(window.size[2] - 1, at[2] + 2);
         ++z)
        for (std::int64_t y = std::max<std::int64_t>(0, at[1] - 2);
             y <= std::min(window.size[1] - 1, at[1] + 2); ++y)
            for (std::int64_t x = std::max<std::int64_t>(0, at[0] - 2);
                 x <= std::min(window.size[0] - 1, at[0] + 2); ++x)
                if (const std::size_t v = window.offset(x, y, z); window.labels[v] & hosts) {
                    sum += window.hu[v];
                    ++count;
                }
    return count ? float(sum / count) : 0.0f;
}

class Lesion {
public:
    Lesion(const LesionKind& kind, const Index3& centre, double radiusMm, ClassBits host, Density density,
           Random& random)
        : m_kind(kind), m_centre(centre), m_radius(radiusMm), m_host(host), m_density(density),
          m_seed(static_cast<std::uint32_t>(random.bits())), m_lumps(random.between(0.05, 0.35)),
          m_edge(random.between(0.08, 0.4)), m_textureHu(random.between(1, 8))
    {
        for (double& axis : m_axes)
            axis = random.between(0.75, 1.25);
    }

    void draw(ScanWindow& window) const
    {
        Index3 from, to;
        for (int a = 0; a < 3; ++a) {
            const auto reach = static_cast<std::int64_t>(std::ceil(1.9 * m_radius / window.spacingMm));
            from[a] = std::max<std::int64_t>(0, m_centre[a] - reach);
            to[a] = std::min(window.size[a] - 1, m_centre[a] + reach);
        }
        for (std::int64_t z = from[2]; z <= to[2]; ++z)
            for (std::int64_t y = from[1]; y <= to[1]; ++y)
                for (std::int64_t x = from[0]; x <= to[0]; ++x)
                    drawAt(window, {x, y, z});
    }

private:
    /// Below 1 inside; 1 on the border.
    double distance(const ScanWindow& window, const Index3& at) const
    {
        double square = 0;
        for (std::size_t a = 0; a < 3; ++a) {
            const double d = double(at[a] - m_centre[a]) * window.spacingMm / (m_axes[a] * m_radius);
            square += d * d;
        }
        const auto scale = float(1.4 * window.spacingMm / m_radius);
        const float lump =
            synthetic::noise({scale * float(at[0]), scale * float(at[1]), scale * float(at[2])}, m_seed);
        return std::sqrt(square) + m_lumps * lump;
    }

    bool mayGrow(const ScanWindow& window, std::size_t v) const
    {
        if (window.labels[v] & m_host)
            return true;
        const bool fat = window.hu[v] > -150 && window.hu[v] < -20;
        return m_kind.bulges && window.labels[v] == 0 && fat && !window.outside[v];
    }

    void drawAt(ScanWindow& window, const Index3& at) const
    {
        const std::size_t v = window.offset(at[0], at[1], at[2]);
        const double d = distance(window, at);
        if (d >= 1 + m_edge || !mayGrow(window, v))
            return;
        const float inside = float(std::clamp((1 + m_edge - d) / (2 * m_edge), 0.0, 1.0));
        const float rim = float(std::exp(-(d - 0.85) * (d - 0.85) / 0.02));
        const float texture =
            float(m_textureHu) *
            synthetic::noise({0.6f * float(at[0]), 0.6f * float(at[1]), 0.6f * float(at[2])}, m_seed + 7);
        window.hu[v] += inside * (m_density.hu + m_density.rimHu * rim + texture - window.hu[v]);
        if (d < 1)
            window.labels[v] |= bitOf(m_kind.id) | m_host;
    }

    const LesionKind& m_kind;
    Index3 m_centre;
    double m_radius;
    ClassBits m_host;
    Density m_density;
    std::uint32_t m_seed;
    double m_lumps, m_edge, m_textureHu;
    std::array<double, 3> m_axes;
};

void drawKind(ScanWindow& window, const LesionKind& kind, Random& random)
{
    std::vector<std::size_t> places;
    for (std::size_t v = 0; v < window.labels.size(); v += 3)
        if (window.labels[v] & kind.hosts)
            places.push_back(v);
    constexpr std::size_t fewestPlaces = 60;
    if (places.size() < fewestPlaces)
        return;
    const int count = 1 + int(random.between(0, 2.99) * random.unit());
    for (int n = 0; n < count; ++n) {
        const std::size_t v = places[random.bits() % places.size()];
        const std::int64_t plane = window.size[0] * window.size[1];
        const auto at = static_cast<std::int64_t>(v);
        const Index3 centre{at % window.size[0], at % plane / window.size[0], at / plane};
        const double diameter = std::exp(random.between(std::log(kind.smallestMm), std::log(kind.largestMm)));
        const ClassBits host = window.labels[v] & kind.hosts;
        const Density density = densityOf(kind, densityAround(window, centre, host), random);
        Lesion(kind, centre, diameter / 2, host & ~(host - 1), density, random).draw(window);
    }
}

} // namespace

void drawLesions(ScanWindow& window, double chance, Random& random)
{
    for (const LesionKind* kind : {&liverTumor, &kidneyCyst, &kidneyTumor, &pancreasTumor, &lungTumor}) {
        const bool drawn = random.chance(chance);
        const ClassBits looked = window.annotated & (bitOf(kind->id) | kind->hosts);
        if (drawn && looked == (bitOf(kind->id) | kind->hosts))
            drawKind(window, *kind, random);
    }
}

} // namespace hounsfield::training
