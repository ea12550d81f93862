// SPDX-License-Identifier: Apache-2.0
#include "volume/synthetic/BodyPlan.h"

#include "volume/synthetic/Noise.h"

namespace hounsfield::synthetic {

void addPelvis(BodyPlan& plan, Random& random)
{
    const auto pick = [&](double low, double high) { return static_cast<float>(random.between(low, high)); };
    const auto seed = [&] { return static_cast<std::uint32_t>(random.bits()); };
    const float full = pick(0.55, 1.3);
    const Tissue urine = random.chance(0.12) ? Tissue::BrightContent : Tissue::Urine;
    plan.paints.push_back(
        {roughen(ellipsoid({pick(-6, 6), -26 + pick(-5, 5), -196 + 18 * (full - 1)},
                           {36 * full * pick(0.85, 1.2), 30 * full, 28 * full * pick(0.8, 1.2)}),
                 pick(0, 2.5), 20, seed()),
         21, Tissue::BowelWall, urine, full < 0.8f ? pick(3, 6) : pick(1.5, 4), -1e9f, pick(0, 2)});
    if (plan.male) {
        const std::uint32_t spots = seed();
        Paint prostate{roughen(ellipsoid({pick(-3, 3), -8 + pick(-4, 4), -232},
                                         {22 * pick(0.85, 1.35), 17 * pick(0.85, 1.3), 17 * pick(0.85, 1.3)}),
                               1.5f, 14, seed()),
                       22, Tissue::Prostate, Tissue::Prostate, 0};
        const float chalk = random.chance(0.3) ? 0.62f : 2;
        prostate.filling = [spots, chalk](Point p, float depth) {
            return depth > 4 && noise(0.25f * p, spots) > chalk ? Tissue::Calcification : Tissue::Prostate;
        };
        plan.paints.push_back(std::move(prostate));
        for (float side : {-1.0f, 1.0f}) // seminal vesicles
            plan.paints.push_back(
                {roughen(tube({{{side * 6, 6, -216}, 5}, {{side * 26, 10, -208}, 5.5f}}), 1.5f, 7, seed()), 0,
                 Tissue::Muscle, Tissue::Muscle, 0});
    } else {
        plan.paints.push_back(
            {roughen(ellipsoid({pick(-12, 12), 10, -172 + pick(-10, 10)},
                               {24 * pick(0.7, 1.4), 20 * pick(0.7, 1.4), 32 * pick(0.7, 1.3)}, 0, 0, 0.05f,
                               1),
                     2, 20, seed()),
             0, Tissue::Uterus, Tissue::Uterus, 0});
        for (float side : {-1.0f, 1.0f})
            plan.paints.push_back({ellipsoid({side * pick(32, 52), pick(-8, 16), -165 + pick(-12, 12)},
                                             {pick(8, 15), pick(7, 13), pick(8, 15)}),
                                   0, Tissue::Uterus, random.chance(0.4) ? Tissue::CystFluid : Tissue::Uterus,
                                   3});
    }
    Paint rectum{roughen(tube(smooth({near(random, 8, 34, -158, 15, 4),
                                      near(random, 0, 46, -180, 18 * pick(0.7, 1.3), 4),
                                      near(random, 0, 48, -206, 18 * pick(0.7, 1.3), 3),
                                      near(random, 0, 40, -236, 12, 3), near(random, 0, 36, -255, 10, 2)})),
                         pick(0.5, 2.5), 13, seed()),
                 20,
                 Tissue::Rectum,
                 Tissue::Rectum,
                 pick(3, 5.5),
                 -1e9f,
                 2};
    const double kind = random.unit();
    const std::uint32_t pattern = seed();
    Tissue held = Tissue::Rectum;
    if (kind < 0.4)
        held = Tissue::Stool;
    else if (kind < 0.75)
        held = Tissue::Gas;
    rectum.filling = [pattern, held](Point p, float) {
        return held == Tissue::Stool && noise(0.15f * p, pattern) > 0.45f ? Tissue::Gas : held;
    };
    plan.paints.push_back(std::move(rectum));
}

} // namespace hounsfield::synthetic
