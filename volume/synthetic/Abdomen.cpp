#include "volume/synthetic/BodyPlan.h"

namespace hounsfield::synthetic {
namespace {

/// Only inside the belly: below the diaphragm and within the cavity's wall.
Depth belly(const Trunk& trunk, float marginMm = 2)
{
    return [trunk, marginMm](Point p) { return std::min(trunk.cavity(p) - marginMm, trunk.domeHeight(p) - marginMm - p.z); };
}

void addVessels(BodyPlan& plan, Random& random)
{
    const Trunk& trunk = plan.trunk;
    const auto r = static_cast<float>(random.between(8.5, 13));
    const auto front = [&](float z) { return trunk.spineY(z) - 19 - r; };
    const float twist = static_cast<float>(random.between(-5, 8));
    plan.paints.push_back({tube({{{10, front(38) + 2, 38}, r * 0.35f}, {{6, front(38) - r - 8, 40}, r * 0.33f}, {{-6, front(38) - r - 14, 43}, r * 0.27f}}), 25,
                           Tissue::Artery, Tissue::Artery, 0});
    plan.paints.push_back({tube({{{6, front(38) - r - 8, 40}, r * 0.3f}, {{22, front(38) - r - 8, 44}, r * 0.25f}}), 25, Tissue::Artery, Tissue::Artery, 0});
    plan.paints.push_back({tube(smooth({{{22, front(270) + 18, 290}, r * 1.15f}, {{26, front(180) + 16, 180}, r * 1.1f}, {{18 + twist * 0.3f, front(90) + 6, 90}, r},
                                        {{11 + twist, front(20), 20}, r * 0.95f}, {{7, front(-40), -40}, r * 0.85f}, {{3, front(-78), -78}, r * 0.85f}})),
                           8, Tissue::Artery, Tissue::Artery, 0});
    for (float side : {-1.0f, 1.0f}) {
        plan.paints.push_back({tube(smooth({{{3, front(-78), -78}, r * 0.6f}, {{side * 32, front(-78) + 8, -115}, r * 0.52f}, {{side * 58, 2, -150}, r * 0.48f},
                                            {{side * 72, -38, -200}, r * 0.45f}, {{side * 80, -40, -280}, r * 0.4f}})), 0, Tissue::Artery, Tissue::Artery, 0});
        plan.paints.push_back({tube(smooth({{{-12, front(-78) + 8, -84}, 8}, {{side * 30, front(-78) + 16, -118}, 7}, {{side * 52, 10, -152}, 7}, {{side * 64, -34, -200}, 7}})), 0,
                               Tissue::Vein, Tissue::Vein, 0});
        plan.paints.push_back({tube({{{side < 0 ? -16.0f : 10.0f, front(5) + 2, 4}, 4}, {{side * 48, 34, 2}, 4}}), 0, Tissue::Vein, Tissue::Vein, 0});
    }
    const auto v = static_cast<float>(random.between(9, 13));
    plan.paints.push_back({tube(smooth({{{-12, front(-78) + 8, -84}, v * 0.9f}, {{-17, front(-30) + 6, -30}, v}, {{-20, front(30) + 4, 30}, v},
                                        {{-22, front(60) - 4, 65}, v * 1.1f}, {{-20, -2, trunk.domeRightMm + 4}, v * 1.2f}})),
                           9, Tissue::Vein, Tissue::Vein, 0});
}

void addLiverVessels(BodyPlan& plan, Random& random, const Depth& liver)
{
    const auto branch = [&](Point from, Point to, float r) {
        plan.paints.push_back({clip(tube({{from, r}, {0.5f * (from + to) + Point{0, 0, 5}, r * 0.75f}, {to, r * 0.35f}}), liver), 15, Tissue::HepaticVessel, Tissue::HepaticVessel, 0});
    };
    const Point hilum{-44, -6, 52}, veins{-22, 2, plan.trunk.domeRightMm - 16};
    for (int i = 0; i < 7; ++i)
        branch(hilum, near(random, i < 5 ? -85 : -5, i < 5 ? -45 + 24.0f * static_cast<float>(i) : -45, 15 + 14.0f * static_cast<float>(i % 4), 1, 14).at,
               static_cast<float>(random.between(3, 5.5)));
    for (const Point& to : {Point{-105, 5, 62}, Point{-62, -55, 66}, Point{15, -42, 72}})
        branch(veins, near(random, to.x, to.y, to.z, 1, 10).at, static_cast<float>(random.between(3.5, 6)));
}

} // namespace

void addAbdomen(BodyPlan& plan, Random& random)
{
    const Trunk trunk = plan.trunk;
    const Depth inside = belly(trunk);
    const auto pick = [&](double low, double high) { return static_cast<float>(random.between(low, high)); };
    addVessels(plan, random);

    // Adrenal glands: a body with two limbs, thin.
    for (float side : {-1.0f, 1.0f}) {
        const float x = side < 0 ? -34.0f : 36.0f, y = side < 0 ? trunk.spineY(50) - 16 : trunk.spineY(50) - 20;
        const Bead top = near(random, x, y - 6, 60, 4.2f, 3), out = near(random, x + side * 9, y + 12, 48, 2.6f, 3), in = near(random, x - side * 1, y + 13, 50, 2.6f, 3);
        plan.paints.push_back({tube({top, out}), side < 0 ? 12 : 13, Tissue::Adrenal, Tissue::Adrenal, 0});
        plan.paints.push_back({tube({top, in}), side < 0 ? 12 : 13, Tissue::Adrenal, Tissue::Adrenal, 0});
    }
    // Kidneys: upper poles lean inward; the liver pushes the right one down. Sinus fat is no kidney.
    for (float side : {-1.0f, 1.0f}) {
        const Bead k = near(random, side * pick(60, 70), trunk.spineY(0) - 6, side < 0 ? -10 : 6, 1, 7);
        const float tilt = side * -0.18f, turn = side * 0.5f;
        plan.paints.push_back({ellipsoid(k.at + Point{side * -13, -4, 0}, {11 * k.radius, 7, 24}, turn, tilt), 0, Tissue::Fat, Tissue::Fat, 0});
        plan.paints.push_back({ellipsoid(k.at, {27 * pick(0.9, 1.1), 24 * k.radius, 54 * pick(0.88, 1.1)}, turn, tilt, 0.05f, pick(0, 6)), side < 0 ? 2 : 3,
                               Tissue::KidneyCortex, Tissue::KidneyMedulla, 7});
    }
    const Bead bile = near(random, -52, -46, 6, pick(0.7, 1.2), 8);
    plan.paints.push_back({clip(ellipsoid(bile.at, {15 * bile.radius, 18 * bile.radius, 28 * bile.radius}, 0, 0.3f), inside), 4, Tissue::BowelWall, Tissue::Bile, 1.2f});

    // Splenic vein behind the pancreas, confluence, portal vein to the hilum.
    const float v = pick(0.85, 1.2);
    const Bead tail = near(random, 76, 26, 46, 1, 6), neck = near(random, -8, 2, 24, 1, 4);
    plan.paints.push_back({tube(smooth({{tail.at + Point{8, 2, 4}, 3.2f * v}, {{45, 14, 42}, 4.2f * v}, {{14, 6, 32}, 4.8f * v}, {neck.at, 6 * v}, {{-26, -2, 40}, 7 * v}, {{-44, -6, 52}, 6.5f * v}})),
                           10, Tissue::PortalVein, Tissue::PortalVein, 0});
    plan.paints.push_back({tube(smooth({{neck.at, 5.5f * v}, {{-6, -6, -10}, 5 * v}, {{-10, -12, -50}, 3.5f}})), 0, Tissue::PortalVein, Tissue::PortalVein, 0});
    plan.paints.push_back({tube({{{2, -4, 10}, 3.4f}, {{-2, -10, -40}, 2.8f}}), 0, Tissue::Artery, Tissue::Artery, 0});

    const float p = pick(0.8, 1.2);
    plan.paints.push_back({clip(tube(smooth({{neck.at + Point{-16, 0, -32}, 10 * p}, {neck.at + Point{-20, -6, -12}, 14 * p}, {neck.at + Point{2, -12, 2}, 9 * p},
                                             {{26, -8, 34}, 9.5f * p}, {{52, 8, 42}, 9.5f * p}, {tail.at, 8 * p}})), inside), 11, Tissue::Pancreas, Tissue::Pancreas, 0});
    plan.paints.push_back({clip(tube(smooth({near(random, -26, -30, 24, 12, 3), near(random, -44, -16, 18, 12, 3), near(random, -48, 2, -22, 12, 4), near(random, -28, 12, -42, 11, 3),
                                             near(random, 4, 8, -38, 10.5f, 3), near(random, 26, -2, -18, 10, 4)})), inside), 14, Tissue::BowelWall, Tissue::BowelContent, 2.6f,
                           random.chance(0.4) ? -32.0f : -1e9f});
    // The stomach, gas in front.
    const float s = pick(0.7, 1.15);
    plan.paints.push_back({clip(tube(smooth({near(random, 46, 12, 70, 20 * s, 4), near(random, 58, 0, 74, 32 * s, 5), near(random, 66, -26, 48, 31 * s, 6), near(random, 52, -46, 14, 26 * s, 6),
                                             near(random, 14, -52, 2, 20 * s, 5), near(random, -18, -38, 14, 13, 4)})), inside), 7, Tissue::BowelWall, Tissue::StomachContent, pick(3, 6), pick(-60, -15)});
    const Bead spleen = near(random, 94, 36, 52, 1, 7);
    plan.paints.push_back({clip(ellipsoid(spleen.at, {34 * spleen.radius, 54 * spleen.radius, 58 * pick(0.85, 1.2)}, -0.5f, 0.25f, 0.06f, pick(0, 6)), inside), 1, Tissue::Spleen, Tissue::Spleen, 0});

    const float l = pick(1.0, 1.22);
    Shape liver = clip(unite({ellipsoid({-66, 0, 40}, {68 * l, 76 * l, 74 * l}, 0, 0.15f, 0.05f, pick(0, 6)), ellipsoid({-4, -46, 60}, {64 * l, 32 * l, 36 * l}, 0.15f, -0.2f, 0.05f, pick(0, 6)),
                              ellipsoid({-34, 4, 62}, {34 * l, 40 * l, 34 * l})}), inside);
    // The vessels lie in the liver: first in the list of all that follows, and the liver's mask holds them too.
    addLiverVessels(plan, random, liver.depth);
    plan.paints.push_back({std::move(liver), 6, Tissue::Liver, Tissue::Liver, 0});
}

} // namespace hounsfield::synthetic
