// SPDX-License-Identifier: Apache-2.0
#include "volume/synthetic/BodyPlan.h"

#include "volume/synthetic/Noise.h"

namespace hounsfield::synthetic {

/// Aorta with its branches, inferior vena cava, the iliac and renal vessels.
void addGreatVessels(BodyPlan& plan, Random& random)
{
    const Trunk trunk = plan.trunk;
    const auto pick = [&](double low, double high) { return static_cast<float>(random.between(low, high)); };
    const float r = pick(8.5, 14);
    const auto front = [trunk, r](float z) { return trunk.spineY(z) - 19 - r; };
    const float twist = pick(-6, 9);
    const auto artery = [&](Shape shape, int organ) {
        plan.paints.push_back({std::move(shape), organ, Tissue::Artery, Tissue::Artery, 0});
    };
    const auto vein = [&](Shape shape, int organ, float plane = 0) {
        plan.paints.push_back({std::move(shape), organ, Tissue::Vein, Tissue::Vein, 0, -1e9f, plane});
    };
    // The celiac trunk forks into the hepatic and the splenic artery.
    const float c = pick(32, 44);
    const Point fork{6 + pick(-4, 4), front(c) - r - pick(7, 14), c + pick(-3, 5)};
    artery(tube({{{10, front(c) + 2, c}, r * 0.35f}, {fork, r * 0.32f}}), 25);
    artery(tube({{fork, r * 0.3f}, {fork + Point{-13, pick(-7, 1), pick(0, 6)}, r * 0.25f}}), 25);
    artery(tube({{fork, r * 0.3f}, {fork + Point{15, pick(-3, 5), pick(0, 7)}, r * 0.25f}}), 25);
    artery(tube(smooth({{fork + Point{15, 0, 4}, 2.6f}, {{44, 18, c + 6}, 2.4f}, {{76, 28, 50}, 2.2f}})), 0);
    const std::uint32_t plaque = std::uint32_t(random.bits());
    const float calcified = random.chance(0.4) ? pick(0.35, 0.75) : 2.0f;
    Paint aorta{tube(smooth({{{22, front(270) + 18, 290}, r * 1.15f},
                             {{26, front(180) + 16, 180}, r * 1.1f},
                             {{18 + twist * 0.3f, front(90) + 6, 90}, r},
                             {{11 + twist, front(20), 20}, r * 0.95f},
                             {{7 + pick(-4, 4), front(-40), -40}, r * 0.85f},
                             {{3, front(-78), -78}, r * 0.85f}})),
                8, Tissue::Artery, Tissue::Artery, 0};
    aorta.filling = [plaque, calcified](Point p, float depth) {
        return depth < 2 && noise(0.16f * p, plaque) > calcified ? Tissue::Calcification : Tissue::Artery;
    };
    plan.paints.push_back(std::move(aorta));
    for (float side : {-1.0f, 1.0f}) {
        artery(tube(smooth({{{3, front(-78), -78}, r * 0.6f},
                            {{side * 32, front(-78) + 8, -115}, r * 0.52f},
                            {{side * 58, 2, -150}, r * 0.48f},
                            {{side * 72, -38, -200}, r * 0.45f},
                            {{side * 80, -40, -280}, r * 0.4f}})),
               0);
        vein(tube(smooth({{{-12, front(-78) + 8, -84}, 8},
                          {{side * 30, front(-78) + 16, -118}, 7},
                          {{side * 52, 10, -152}, 7},
                          {{side * 64, -34, -200}, 7},
                          {{side * 70, -34, -280}, 6}})),
             0);
        const float z = pick(-8, 12);
        vein(tube(smooth({{{side < 0 ? -16.0f : 2.0f, front(5) - 2, z}, 5},
                          {{side * 28, front(5) + 6, z}, 4.5f},
                          {{side * 52, 32, z - 2}, 4}})),
             0);
        artery(tube(smooth({{{6, front(2) + 2, z + 4}, 3.2f},
                            {{side * 28, front(5) + 13, z + 3}, 2.8f},
                            {{side * 54, 34, z}, 2.5f}})),
               0);
    }
    const float v = pick(8, 14), flat = pick(1, 1.7);
    const float in = pick(-26, -18);
    vein(flatten(tube(smooth({{{-12, front(-78) + 8, -84}, v * 0.9f},
                              {{-17, front(-30) + 6, -30}, v},
                              {{in, front(30) + 3, 30}, v},
                              {{in - 1, front(60) - 5, 62}, v * 1.1f}})),
                 flat),
         9);
    vein(tube(smooth({{{in, front(50) - 1, 50}, v},
                      {{in - 1, front(60) - 6, 65}, v * 1.1f},
                      {{-20, -2, trunk.domeRightMm + 6}, v * 1.15f}})),
         9);
    // The superior mesenteric artery, behind the pancreas's neck and down the mesentery; its branches fan
    // out.
    artery(tube(smooth({{{8, front(24) + 2, 24}, 3.6f},
                        {{6, front(24) - 20, 12}, 3.4f},
                        {{0, -14, -30}, 3},
                        {{-8, -20, -70}, 2.2f}})),
           0);
    for (int i = 0; i < 16; ++i) {
        const Point from{pick(-8, 6), pick(-20, 0), pick(-70, 0)},
            to{pick(-75, 75), pick(-70, -10), pick(-125, -10)};
        vein(tube({{from, pick(1.5, 2.6)},
                   {0.5f * (from + to) + Point{0, pick(-12, 4), 0}, pick(1.2, 2.2)},
                   {to, 1.2f}}),
             0);
    }
}

} // namespace hounsfield::synthetic
