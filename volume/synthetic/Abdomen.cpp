// SPDX-License-Identifier: Apache-2.0
#include "volume/synthetic/BodyPlan.h"

#include "volume/synthetic/Noise.h"

namespace hounsfield::synthetic {
namespace {

/// Fat of a renal sinus, with calyces and vessels in lumps: a scan averages fine ones to anything between fat
/// and water, which is no cyst.
Filling sinusFilling(std::uint32_t pattern)
{
    // A stream of its own: what is drawn for the rest of the patient stays what it was.
    Random random(pattern);
    const auto perMm = static_cast<float>(1 / random.between(2.5, 8));
    const auto urine = static_cast<float>(random.between(0.05, 0.65)),
               vein = static_cast<float>(-random.between(0.1, 0.65));
    return [=](Point p, float) {
        const float n = noise(perMm * p, pattern);
        if (n > urine)
            return Tissue::Urine;
        return n < vein ? Tissue::Vein : Tissue::Fat;
    };
}

class Upper {
public:
    Upper(BodyPlan& plan, Random& random) : m_plan(plan), m_random(random), m_trunk(plan.trunk)
    {
        m_belly = [trunk = m_trunk](Point p) { return trunk.belly(p) - 2.5f; };
    }

    void adrenals()
    {
        // A body with two limbs, each a thin leaf.
        for (float side : {-1.0f, 1.0f}) {
            const float x = side < 0 ? -34.0f : 36.0f, y = m_trunk.spineY(50) - (side < 0 ? 16.0f : 20.0f);
            const float thick = pick(0.8, 1.25);
            const Bead top = near(m_random, x, y - 6, 60, 3.6f * thick, 4),
                       out = near(m_random, x + side * pick(6, 14), y + pick(9, 17), 46, 2.3f * thick, 4),
                       in = near(m_random, x - side * pick(0, 5), y + pick(9, 17), 48, 2.3f * thick, 4);
            const int id = side < 0 ? 12 : 13;
            for (const Bead& end : {out, in})
                add({tube({top, {0.5f * (top.at + end.at) + Point{0, 0, 2}, 2.5f * thick}, end}), id,
                     Tissue::Adrenal, Tissue::Adrenal, 0, -1e9f, 1.5f});
            add({tube({{top.at + Point{0, 0, -2}, 2.4f * thick}, {0.5f * (out.at + in.at), 2.0f * thick}}),
                 id, Tissue::Adrenal, Tissue::Adrenal, 0});
        }
    }

    /// Upper poles lean inward; the liver pushes the right one down. The sinus's fat, pelvis and vessels are
    /// no kidney; perirenal fat keeps others away.
    void kidneys()
    {
        const float perirenal = pick(1.5, 14), cortex = pick(5, 9);
        for (float side : {-1.0f, 1.0f}) {
            const Bead k = near(m_random, side * pick(56, 74), m_trunk.spineY(0) - pick(-2, 12),
                                side < 0 ? -12 : 4, 1, 12);
            const float tilt = side * -pick(0.08, 0.3), turn = side * pick(0.25, 0.85);
            const float wide = 26 * pick(0.9, 1.15), deep = 23 * pick(0.88, 1.12),
                        high = 53 * pick(0.85, 1.15);
            const Point hilum = k.at + Point{-side * wide * 0.62f, -deep * 0.25f, 0};
            add({roughen(ellipsoid(hilum + Point{-side * 6, -3, 0}, {wide * 0.34f, 5, 9}, turn, 0), 1.5f, 12,
                         seed()),
                 0, Tissue::Urine, Tissue::Urine, 0});
            const std::uint32_t pattern = seed();
            const float roomy = 1 + 0.4f * chanceOf(pattern, 1, 2, 3); // fat takes more room with the years
            Paint sinus{
                roughen(ellipsoid(hilum,
                                  {wide * pick(0.42, 0.66), roomy * pick(5, 9), high * pick(0.34, 0.5)}, turn,
                                  tilt),
                        3, 12, seed()),
                0, Tissue::Fat, Tissue::Fat, 0};
            sinus.filling = sinusFilling(pattern);
            add(std::move(sinus));
            Paint kidney{roughen(ellipsoid(k.at, {wide, deep, high}, turn, tilt, 0.05f, pick(0, 6)),
                                 pick(0.5, 2), 22, seed()),
                         side < 0 ? 2 : 3,
                         Tissue::KidneyCortex,
                         Tissue::KidneyMedulla,
                         cortex,
                         -1e9f,
                         perirenal * pick(0.6, 1.3)};
            kidney.filling = [pattern](Point p, float) {
                return noise(0.11f * p, pattern + 1) > -0.15f ? Tissue::KidneyMedulla : Tissue::KidneyCortex;
            };
            add(std::move(kidney));
        }
    }

    void gallBladder()
    {
        const Bead bile = near(m_random, -52, -46, 4, pick(0.65, 1.25), 13);
        add({clip(ellipsoid(bile.at, {14 * bile.radius, 17 * bile.radius * pick(0.8, 1.2), 27 * bile.radius},
                            pick(-0.6, 0.6), pick(-0.2, 0.7), 0.06f, 2),
                  m_belly),
             4, Tissue::BowelWall, Tissue::Bile, pick(0.8, 2.2)});
    }

    /// Splenic vein behind the pancreas, the confluence, the portal vein to the liver's hilum.
    void portalVein()
    {
        const float v = pick(0.8, 1.25);
        m_tail = near(m_random, 76, 26, 46, 1, 10).at;
        m_neck = near(m_random, -8, 2, 24, 1, 6).at;
        const auto vein = [&](std::vector<Bead> beads, int organ) {
            add({tube(smooth(beads)), organ, Tissue::PortalVein, Tissue::PortalVein, 0});
        };
        vein({{m_tail + Point{8, 2, 4}, 3.2f * v},
              {{45, 14, 42}, 4 * v},
              {{14, 6, 32}, 4.6f * v},
              {m_neck, 5.8f * v},
              {{-26, -2, 40}, 6.8f * v},
              {{-44, -6, 52}, 6.5f * v},
              {{-56, -14, 56}, 5 * v}},
             10);
        vein({{m_neck, 5.2f * v}, {{-6, -6, -10}, 5 * v}, {{-10, -12, -50}, 3.5f}}, 0);
    }

    void pancreas()
    {
        const float p = pick(0.7, 1.25), lobules = pick(1, 3.5);
        Shape gland = tube(smooth({{m_neck + Point{-14, 2, -36}, 9 * p},
                                   {m_neck + Point{-19, -5, -14}, 14 * p},
                                   {m_neck + Point{2, -12, 2}, 9 * p},
                                   near(m_random, 26, -8, 32, 9.5f * p, 5),
                                   near(m_random, 52, 8, 42, 9.5f * p, 5),
                                   {m_tail, 8 * p}}));
        // Fat in its clefts grows with age.
        const std::uint32_t clefts = seed();
        const float fatty = random().chance(0.45) ? pick(0.3, 0.75) : 2.0f;
        Paint paint{clip(roughen(std::move(gland), lobules, 9, seed()), m_belly),
                    11,
                    Tissue::Pancreas,
                    Tissue::Pancreas,
                    0,
                    -1e9f,
                    1};
        paint.filling = [clefts, fatty](Point at, float) {
            return noise(0.16f * at, clefts) > fatty ? Tissue::Fat : Tissue::Pancreas;
        };
        add(std::move(paint));
    }

    void duodenum()
    {
        const float d = pick(0.75, 1.15);
        add({clip(roughen(
                      tube(smooth(
                          {near(m_random, -26, -30, 24, 12 * d, 5), near(m_random, -44, -16, 18, 12 * d, 5),
                           near(m_random, -48, 2, -22, 12 * d, 6), near(m_random, -28, 12, -42, 11 * d, 5),
                           near(m_random, 4, 8, -38, 10.5f * d, 5), near(m_random, 26, -2, -16, 10 * d, 6)})),
                      2, 10, seed()),
                  m_belly),
             14, Tissue::BowelWall, content(), pick(2, 4.5), random().chance(0.4) ? pick(-40, -26) : -1e9f,
             pick(0, 1.5)});
    }

    /// From collapsed to full, gas in front, fluid or food behind it.
    void stomach()
    {
        const float s = pick(0.45, 1.25), shift = pick(-10, 14);
        const std::uint32_t pattern = seed();
        const float folds = pick(0.5, 3.5);
        const bool fed = random().chance(0.35);
        Paint paint{clip(roughen(tube(smooth({near(m_random, 44, 14, 68, 16 * s, 5),
                                              near(m_random, 56, 2 + shift * 0.5f, 76, 30 * s, 8),
                                              near(m_random, 64, -22, 50, 30 * s, 9),
                                              near(m_random, 54, -44, 16, 26 * s, 10),
                                              near(m_random, 14, -52, 2 - shift, 19 * s, 9),
                                              near(m_random, -16, -40, 12, 12, 5)})),
                                 folds, 16, seed()),
                         m_belly),
                    7,
                    Tissue::BowelWall,
                    Tissue::StomachContent,
                    s < 0.65f ? pick(5, 10) : pick(2.5, 6),
                    random().chance(0.8) ? pick(-62, -8) : -1e9f,
                    pick(0, 2.5)};
        const Tissue held = random().chance(0.2) ? Tissue::BrightContent : Tissue::StomachContent;
        paint.filling = [=](Point p, float) {
            return fed && noise(0.1f * p, pattern) > 0.1f ? Tissue::Food : held;
        };
        add(std::move(paint));
    }

    void spleen()
    {
        const Bead at = near(m_random, 96, 34, 50, 1, 10);
        const float s = random().chance(0.12) ? pick(1.2, 1.6) : pick(0.78, 1.15);
        add({clip(roughen(ellipsoid(at.at, {33 * s, 52 * s, 56 * s * pick(0.85, 1.25)}, -pick(0.3, 0.75),
                                    pick(0.05, 0.4), 0.06f, pick(0, 6)),
                          pick(0.5, 3), 24, seed()),
                  m_belly),
             1, Tissue::Spleen, Tissue::Spleen, 0, -1e9f, pick(0, 2)});
    }

private:
    float pick(double low, double high) { return static_cast<float>(m_random.between(low, high)); }
    std::uint32_t seed() { return static_cast<std::uint32_t>(m_random.bits()); }
    Random& random() { return m_random; }
    void add(Paint paint) { m_plan.paints.push_back(std::move(paint)); }
    Tissue content()
    {
        if (m_random.chance(0.15))
            return Tissue::BrightContent;
        return m_random.chance(0.75) ? Tissue::BowelContent : Tissue::BowelWall;
    }

    BodyPlan& m_plan;
    Random& m_random;
    const Trunk m_trunk;
    Depth m_belly;
    Point m_tail, m_neck;
};

} // namespace

void addAbdomen(BodyPlan& plan, Random& random)
{
    Upper upper(plan, random);
    upper.adrenals();
    upper.kidneys();
    upper.gallBladder();
    upper.portalVein();
    upper.pancreas();
    upper.duodenum();
    upper.stomach();
    upper.spleen();
}

} // namespace hounsfield::synthetic
