// SPDX-License-Identifier: Apache-2.0
#include "volume/synthetic/BodyPlan.h"

#include <numbers>

namespace hounsfield::synthetic {
namespace {

Paint bone(Shape shape, float cortexMm = 2.2f)
{
    return {std::move(shape), 0, Tissue::Cortex, Tissue::Marrow, cortexMm};
}

void addSpine(BodyPlan& plan, Random& random)
{
    const Trunk trunk = plan.trunk;
    for (float z = -128; z < 300; z += 30) {
        const float y = trunk.spineY(z);
        const auto r = static_cast<float>(random.between(0.92, 1.08)) * (z < 60 ? 1.0f : 0.88f);
        plan.paints.push_back(
            {tube({{{0, y + 25, z - 17}, 8}, {{0, y + 25, z + 17}, 8}}), 0, Tissue::Nerve, Tissue::Nerve, 0});
        // A body is a squat cylinder: an ellipsoid cut flat above and below, where the disc begins.
        plan.paints.push_back(bone(clip(ellipsoid({0, y, z}, {24 * r, 19 * r, 26}),
                                        [z](Point p) { return 12.5f - std::abs(p.z - z); })));
        plan.paints.push_back({clip(ellipsoid({0, y, z + 15}, {22 * r, 17 * r, 8}),
                                    [z](Point p) { return 3.0f - std::abs(p.z - z - 15); }),
                               0, Tissue::Disc, Tissue::Disc, 0});
        for (float side : {-1.0f, 1.0f}) {
            plan.paints.push_back(bone(tube({{{side * 12, y + 14, z + 4}, 6},
                                             {{side * 13, y + 26, z}, 7},
                                             {{side * 3, y + 38, z - 4}, 5}})));
            plan.paints.push_back(bone(tube({{{side * 13, y + 24, z}, 5}, {{side * 36, y + 28, z + 2}, 4}})));
        }
        plan.paints.push_back(bone(tube({{{0, y + 36, z - 4}, 4.5f}, {{0, y + 60, z - 14}, 5}})));
    }
    plan.paints.push_back(bone(tube(smooth({{{0, trunk.spineY(-140), -142}, 30},
                                            {{0, trunk.spineY(-150) + 14, -170}, 24},
                                            {{0, trunk.spineY(-150) + 24, -205}, 15},
                                            {{0, trunk.spineY(-150) + 14, -235}, 7}}))));
}

void addRibs(BodyPlan& plan, Random& random)
{
    const Trunk trunk = plan.trunk;
    for (int number = 0; number < 12; ++number)
        for (float side : {-1.0f, 1.0f}) {
            std::vector<Bead> beads;
            const float start = 262 - 24.0f * static_cast<float>(number);
            const float floating = number == 10 ? 1.5f : 0.9f;
            const float length = number < 10 ? 2.5f : floating;
            for (float t = 0; t <= 1.001f; t += 0.1f) {
                const float angle = 0.35f + length * t, z = start - 55 * t * t - 18 * t;
                // Just outside the cavity, all the way round from the spine.
                Point p{side * std::sin(angle), std::cos(angle), z};
                float far = 20;
                while (far < 200 && trunk.cavity({p.x * far, p.y * far, z}) > -6)
                    far += 2;
                beads.push_back({{p.x * far, p.y * far, z}, 5.2f});
            }
            if (number >= 2 && number < 10 && random.chance(0.9)) {
                // Cartilage goes on to the breastbone, rising.
                const Bead end = beads.back();
                const float top = std::max(end.at.z + 10, 96 - 6.0f * static_cast<float>(number));
                std::vector<Bead> soft{end};
                for (float t = 0.25f; t <= 1.001f; t += 0.25f) {
                    const float x = end.at.x * (1 - t) + side * 14 * t, z = end.at.z + (top - end.at.z) * t;
                    float y = -20;
                    while (y > -160 && trunk.cavity({x, y, z}) > -6)
                        y -= 2;
                    soft.push_back({{x, y, z}, 5.5f});
                }
                plan.paints.push_back({tube(std::move(soft)), 0, Tissue::Cartilage, Tissue::Cartilage, 0});
            }
            plan.paints.push_back(bone(tube(std::move(beads)), 1.8f));
        }
    const float front = -trunk.halfDepthMm;
    plan.paints.push_back(
        bone(clip(tube({{{0, front * 0.72f, 262}, 17}, {{0, front * 0.95f, 180}, 16}, {{0, front, 105}, 14}}),
                  [trunk](Point p) { return 6 - std::abs(trunk.cavity(p) + 8); })));
}

void addHips(BodyPlan& plan, Random& random)
{
    for (float side : {-1.0f, 1.0f}) {
        const Bead head = near(random, side * 88, 0, -190, 23, 2);
        const Point c = head.at;
        const int id = side < 0 ? 24 : 23;
        plan.paints.push_back({ellipsoid(c, {head.radius, head.radius, head.radius}), id, Tissue::Cortex,
                               Tissue::Marrow, 1.6f});
        plan.paints.push_back(
            {tube({{c, 16}, {c + Point{side * 18, 6, -14}, 15}}), id, Tissue::Cortex, Tissue::Marrow, 1.8f});
        plan.paints.push_back(bone(tube({{c + Point{side * 18, 6, -14}, 16},
                                         {c + Point{side * 38, 14, -25}, 18},
                                         {c + Point{side * 30, 14, -70}, 16},
                                         {c + Point{side * 24, 8, -140}, 14}}),
                                   4));
        // The socket: a shell over the head, open below and outside.
        const float inner = head.radius + 3;
        plan.paints.push_back(
            bone(clip(ellipsoid(c, {inner + 8, inner + 8, inner + 8}), [c, inner, side](Point p) {
                const Point d = p - c;
                return std::min(length(d) - inner, 18 - side * d.x * 0.9f + d.z * 0.5f);
            })));
        plan.paints.push_back(bone(clip(ellipsoid({side * 86, 26, -118}, {13, 62, 62}, side * 0.75f),
                                        [](Point p) { return p.z + 185; }),
                                   2.5f));
        plan.paints.push_back(bone(
            tube({{{side * 66, -20, -186}, 12}, {{side * 38, -52, -200}, 9}, {{side * 8, -56, -212}, 11}})));
        plan.paints.push_back(bone(tube({{{side * 8, -54, -216}, 8},
                                         {{side * 42, -10, -250}, 9},
                                         {{side * 66, 30, -240}, 14},
                                         {{side * 80, 26, -205}, 15}})));
    }
}

} // namespace

void addMuscles(BodyPlan& plan, Random& random)
{
    const auto muscle = [](Shape shape) {
        return Paint{std::move(shape), 0, Tissue::Muscle, Tissue::Muscle, 0};
    };
    const Trunk trunk = plan.trunk;
    const float strength = static_cast<float>(random.between(0.72, 1.2));
    // What moves breath: a thin sheet under the lungs, and two pillars beside the aorta.
    plan.paints.push_back({{{{-160, -125, -60}, {160, 125, 140}},
                            [trunk](Point p) {
                                return std::min(trunk.cavity(p),
                                                1.6f - 0.7f * std::abs(p.z - trunk.domeHeight(p)));
                            }},
                           0,
                           Tissue::Muscle,
                           Tissue::Muscle,
                           0});
    for (float side : {-1.0f, 1.0f}) {
        plan.paints.push_back(muscle(tube(smooth({{{side * 20 + 6, trunk.spineY(80) - 18, 84}, 5},
                                                  {{side * 17 + 4, trunk.spineY(40) - 20, 40}, 5 * strength},
                                                  {{side * 14 + 2, trunk.spineY(0) - 16, -10}, 3}}))));
        plan.paints.push_back(muscle(tube(smooth({{{side * 26, trunk.spineY(20) + 2, 25}, 8},
                                                  {{side * 36, trunk.spineY(-40) + 4, -40}, 18 * strength},
                                                  {{side * 48, trunk.spineY(-100) - 16, -110}, 21 * strength},
                                                  {{side * 70, -12, -170}, 17 * strength},
                                                  {{side * 86, -2, -215}, 12}}))));
        plan.paints.push_back(muscle(tube({{{side * 34, trunk.spineY(0) + 38, 260}, 17},
                                           {{side * 36, trunk.spineY(0) + 36, 0}, 25 * strength},
                                           {{side * 34, trunk.spineY(-90) + 38, -130}, 20 * strength}})));
        plan.paints.push_back(
            muscle(ellipsoid({side * 58, trunk.spineY(-30) + 20, -40}, {22 * strength, 13 * strength, 70})));
        plan.paints.push_back(
            muscle(ellipsoid({side * 74, 30, -115}, {14 * strength, 48, 55}, side * 0.75f)));
    }
}

void addSkeleton(BodyPlan& plan, Random& random)
{
    addSpine(plan, random);
    addHips(plan, random);
    addRibs(plan, random);
}

Tissue esophagusContent(Random& random)
{
    if (random.chance(0.4))
        return Tissue::Gas;
    return random.chance(0.3) ? Tissue::BowelContent : Tissue::Esophagus;
}

void addEsophagus(BodyPlan& plan, Random& random)
{
    const Trunk trunk = plan.trunk;
    const auto size = static_cast<float>(random.between(0.85, 1.3));
    plan.paints.push_back({roughen(tube(smooth({near(random, 0, trunk.spineY(250) - 26, 290, 8 * size, 3),
                                                near(random, 4, trunk.spineY(200) - 30, 200, 8 * size, 3),
                                                near(random, 12, trunk.spineY(150) - 32, 130, 9 * size, 3),
                                                near(random, 28, trunk.spineY(90) - 42, 90, 9 * size, 4),
                                                near(random, 42, trunk.spineY(80) - 48, 72, 9 * size, 4)})),
                                   1.5f, 12, std::uint32_t(random.bits())),
                           5, Tissue::Esophagus, esophagusContent(random),
                           static_cast<float>(random.between(4, 6.5)), -1e9f, 1});
}

void addChest(BodyPlan& plan, Random& random)
{
    const Trunk trunk = plan.trunk;
    const auto pick = [&](double low, double high) { return static_cast<float>(random.between(low, high)); };
    const Bead heart = near(random, 22, -28, trunk.domeLeftMm + 42, 1, 8);
    const Point c = heart.at;
    const float h = heart.radius;
    // The left chamber in its thick wall, the others thin around it, the pericardium's fat outside.
    plan.paints.push_back({ellipsoid(c + Point{22 * h, 2, -4}, {28 * h, 26 * h, 34}, -0.6f, 0.6f, 0.06f, 1),
                           0, Tissue::Muscle, Tissue::Heart, 9});
    plan.paints.push_back({roughen(ellipsoid(c, {52 * h, 42 * h, 46}, -0.4f, 0.5f, 0.1f, 1), 3, 30,
                                   std::uint32_t(random.bits())),
                           0, Tissue::Muscle, Tissue::Heart, 4, -1e9f, pick(2, 9)});
    plan.paints.push_back(
        {tube({{{-2, -16, c.z + 40}, 17}, {{4, -22, 200}, 16}}), 0, Tissue::Artery, Tissue::Artery, 0});
    plan.paints.push_back(
        {tube({{{-26, -6, c.z + 35}, 10}, {{-24, -8, 290}, 9}}), 0, Tissue::Vein, Tissue::Vein, 0});
    plan.paints.push_back(
        {tube({{{0, 14, 200}, 9}, {{0, 8, 300}, 9.5f}}), 0, Tissue::Muscle, Tissue::Gas, 1.5f});
    for (float side : {-1.0f, 1.0f}) {
        plan.paints.push_back(
            {tube({{{0, 14, 200}, 8}, {{side * 36, 16, 172}, 6}}), 0, Tissue::Muscle, Tissue::Gas, 1.5f});
        plan.paints.push_back(
            {tube({{{4, -8, 185}, 13}, {{side * 36, 4, 165}, 8}}), 0, Tissue::Vein, Tissue::Vein, 0});
    }
    for (float side : {-1.0f, 1.0f}) {
        const int id = side < 0 ? 16 : 17;
        // Vessels fan out from the hilum and fork.
        for (int branch = 0; branch < 14; ++branch) {
            const Point hilum{side * 34, 8, 165};
            const float angle = pick(-1.5, 1.3), out = pick(-1.3, 1.3), reach = pick(0.7, 1.5);
            const Point way{side * std::cos(angle) * 55 * reach, 52 * std::sin(out) * reach,
                            84 * std::sin(angle) * reach},
                middle = hilum + 0.5f * way;
            plan.paints.push_back({tube({{hilum, 4.5f}, {middle, 3}, {hilum + way, 1.5f}}), id,
                                   Tissue::LungVessel, Tissue::LungVessel, 0});
            plan.paints.push_back(
                {tube({{middle, 2.4f},
                       {middle + 0.5f * way + Point{pick(-16, 16), pick(-16, 16), pick(-20, 20)}, 1.2f}}),
                 id, Tissue::LungVessel, Tissue::LungVessel, 0});
        }
        const float middle = pick(20, 30);
        const auto depth = [trunk, side, middle](Point p) {
            const float mediastinum = side * p.x - (middle - 0.03f * std::abs(p.z - 150));
            const float behind = std::hypot(p.x, p.y - trunk.spineY(p.z)) - 29;
            const float besideSpine = side * p.x > 8 ? std::min(behind, p.y - 22) : -1.0f;
            const float inner = p.z < 300 ? std::max(mediastinum, besideSpine) : -1.0f;
            return std::min({trunk.cavity(p) - 1.5f, p.z - trunk.domeHeight(p) - 2, inner});
        };
        const Bounds half{{side < 0 ? -165.0f : 0.0f, -125, -60}, {side < 0 ? 0.0f : 165.0f, 125, 300}};
        if (random.chance(0.12)) {
            const float level = pick(25, 70); // fluid lies behind
            plan.paints.push_back(
                {Shape{half, [depth, level](Point p) { return std::min(depth(p), p.y - level); }}, 0,
                 Tissue::Ascites, Tissue::Ascites, 0});
        }
        plan.paints.push_back({Shape{half, depth}, id, Tissue::Lung, Tissue::Lung, 0});
    }
}

} // namespace hounsfield::synthetic
