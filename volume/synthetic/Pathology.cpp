// SPDX-License-Identifier: Apache-2.0
#include "volume/synthetic/BodyPlan.h"

#include <algorithm>

namespace hounsfield::synthetic {
namespace {

/// Of each kind, at a heavy burden.
constexpr double heavyChance = 0.85;
constexpr int heavyMost = 3; ///< at least so many may be there

/// One kind of lesion: where it grows, how often, how many, how large.
struct Kind {
    int classId, organ;
    std::vector<int> hosts;
    double chance;
    int most;
    double smallMm, largeMm; ///< radius
    std::vector<Tissue> tissues;
    double necrosis;
};

class Growths {
public:
    Growths(BodyPlan& plan, Random& random, Burden burden)
        : m_plan(plan), m_random(random), m_heavy(burden == Burden::Heavy)
    {
    }

    void grow(const Kind& kind)
    {
        if (!m_random.chance(m_heavy ? heavyChance : kind.chance))
            return;
        const int most = m_heavy ? std::max(kind.most, heavyMost) : kind.most;
        const auto count = 1 + static_cast<int>(m_random.bits() % static_cast<std::uint64_t>(most));
        for (int i = 0; i < count; ++i) {
            Point centre;
            // Small ones are the more frequent.
            const float r = static_cast<float>(kind.smallMm + (kind.largeMm - kind.smallMm) *
                                                                  m_random.unit() * m_random.unit());
            if (!pointIn(kind.organ, centre))
                return;
            const Tissue tissue = kind.tissues[m_random.bits() % kind.tissues.size()];
            std::vector<int> classes{kind.classId};
            // MSD's hepatic vessel task outlines tumors of the liver at its vessels: class 29 is a liver
            // tumor that a hepatic vessel reaches.
            if (kind.classId == 27 && vesselWithin(centre, r + 3))
                classes.push_back(29);
            const bool hollow = m_random.chance(kind.necrosis);
            m_plan.lesions.push_back(
                {roughen(ellipsoid(centre, {r * pick(0.75, 1.25), r * pick(0.75, 1.25), r * pick(0.75, 1.25)},
                                   pick(0, 3), pick(-0.5, 0.5), 0.14f, pick(0, 6)),
                         std::min(3.0f, 0.15f * r), std::max(5.0f, 0.7f * r), std::uint32_t(m_random.bits())),
                 classes, kind.hosts, tissue,
                 m_random.chance(0.12) ? Tissue::Calcification : Tissue::Necrosis,
                 hollow ? r * pick(0.2, 0.6) : 1e9f, kind.organ == 2 || kind.organ == 3 ? kind.organ : 0});
        }
    }

private:
    float pick(double low, double high) { return static_cast<float>(m_random.between(low, high)); }

    /// A point of the organ itself, found by asking places in its bounds: the first paint that holds it is
    /// the organ's.
    bool pointIn(int organ, Point& point)
    {
        std::vector<const Paint*> parts;
        for (const Paint& paint : m_plan.paints)
            if (paint.organ == organ && paint.content != Tissue::LungVessel)
                parts.push_back(&paint);
        for (int attempt = 0; attempt < 600 && !parts.empty(); ++attempt) {
            const Paint& part = *parts[static_cast<std::size_t>(m_random.bits() % parts.size())];
            const Bounds& b = part.shape.bounds;
            point = {pick(b.low.x, b.high.x), pick(b.low.y, b.high.y), pick(b.low.z, b.high.z)};
            if (part.shape.depth(point) > (organ == 18 ? 0.5f : 3.0f) && holds(point, part))
                return true;
        }
        return false;
    }

    bool holds(Point point, const Paint& part) const
    {
        for (const Paint& paint : m_plan.paints) {
            if (&paint == &part)
                return true;
            if (paint.shape.bounds.contains(point) && paint.shape.depth(point) > 0)
                return paint.organ == 15; // a vessel in the liver
        }
        return false;
    }

    bool vesselWithin(Point centre, float radius) const
    {
        for (const Paint& paint : m_plan.paints)
            if (paint.organ == 15 && paint.shape.depth(centre) > -radius)
                return true;
        return false;
    }

    BodyPlan& m_plan;
    Random& m_random;
    bool m_heavy;
};

} // namespace

void addLesions(BodyPlan& plan, Random& random, Burden burden)
{
    Growths growths(plan, random, burden);
    const std::vector<Tissue> liver{Tissue::LiverTumor, Tissue::LiverTumor, Tissue::LiverTumor,
                                    Tissue::BrightTumor, Tissue::Necrosis};
    growths.grow({27, 6, {6, 15}, 0.6, 6, 3.5, 34, liver, 0.35});
    const Kind kidney{26,     random.chance(0.5) ? 2 : 3,
                      {2, 3}, 0.5,
                      1,      6,
                      34,     {Tissue::KidneyTumor, Tissue::KidneyTumor, Tissue::BrightTumor},
                      0.5};
    growths.grow(kidney);
    growths.grow({28, 11, {11}, 0.5, 1, 6, 20, {Tissue::PancreasTumor}, 0.2});
    growths.grow({30, random.chance(0.5) ? 16 : 17, {16, 17}, 0.5, 3, 4, 30, {Tissue::LungTumor}, 0.3});
    growths.grow({31, 18, {18}, 0.5, 1, 10, 26, {Tissue::ColonTumor}, 0.1});
    growths.grow({32, random.chance(0.5) ? 2 : 3, {2, 3}, 0.45, 3, 4, 28, {Tissue::CystFluid}, 0});
    // Harmless look-alikes that no class names: cysts of the liver.
    growths.grow({0, 6, {6, 15}, 0.25, 3, 3, 18, {Tissue::CystFluid}, 0});
    if (burden == Burden::Heavy) {
        Kind other = kidney;
        other.organ = kidney.organ == 2 ? 3 : 2;
        growths.grow(other);
    }
}

} // namespace hounsfield::synthetic
