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
    const Trunk& trunk = plan.trunk;
    for (float z = -128; z < 300; z += 30) {
        const float y = trunk.spineY(z);
        const auto r = static_cast<float>(random.between(0.92, 1.08)) * (z < 60 ? 1.0f : 0.88f);
        plan.paints.push_back({tube({{{0, y + 25, z - 17}, 8}, {{0, y + 25, z + 17}, 8}}), 0, Tissue::Nerve, Tissue::Nerve, 0});
        // A body is a squat cylinder: an ellipsoid cut flat above and below, where the disc begins.
        plan.paints.push_back(bone(clip(ellipsoid({0, y, z}, {24 * r, 19 * r, 26}), [z](Point p) { return 12.5f - std::abs(p.z - z); })));
        plan.paints.push_back({clip(ellipsoid({0, y, z + 15}, {22 * r, 17 * r, 8}), [z](Point p) { return 3.0f - std::abs(p.z - z - 15); }), 0,
                               Tissue::Disc, Tissue::Disc, 0});
        for (float side : {-1.0f, 1.0f}) {
            plan.paints.push_back(bone(tube({{{side * 12, y + 14, z + 4}, 6}, {{side * 13, y + 26, z}, 7}, {{side * 3, y + 38, z - 4}, 5}})));
            plan.paints.push_back(bone(tube({{{side * 13, y + 24, z}, 5}, {{side * 36, y + 28, z + 2}, 4}})));
        }
        plan.paints.push_back(bone(tube({{{0, y + 36, z - 4}, 4.5f}, {{0, y + 60, z - 14}, 5}})));
    }
    plan.paints.push_back(bone(tube(smooth({{{0, trunk.spineY(-140), -142}, 30}, {{0, trunk.spineY(-150) + 14, -170}, 24},
                                            {{0, trunk.spineY(-150) + 24, -205}, 15}, {{0, trunk.spineY(-150) + 14, -235}, 7}}))));
}

void addRibs(BodyPlan& plan)
{
    const Trunk& trunk = plan.trunk;
    for (int number = 0; number < 12; ++number)
        for (float side : {-1.0f, 1.0f}) {
            std::vector<Bead> beads;
            const float start = 262 - 24.0f * static_cast<float>(number);
            const float length = number < 10 ? 2.5f : number == 10 ? 1.5f : 0.9f;
            for (float t = 0; t <= 1.001f; t += 0.1f) {
                const float angle = 0.35f + length * t, z = start - 55 * t * t - 18 * t;
                // Just outside the cavity, all the way round from the spine.
                Point p{side * std::sin(angle), std::cos(angle), z};
                float far = 20;
                while (far < 200 && trunk.cavity({p.x * far, p.y * far, z}) > -3)
                    far += 2;
                beads.push_back({{p.x * far, p.y * far, z}, 5.2f});
            }
            plan.paints.push_back(bone(tube(std::move(beads)), 1.8f));
        }
    const float front = -trunk.halfDepthMm;
    plan.paints.push_back(bone(clip(tube({{{0, front * 0.72f, 262}, 17}, {{0, front * 0.95f, 180}, 16}, {{0, front, 105}, 14}}),
                                    [&trunk](Point p) { return 7 - std::abs(trunk.cavity(p) + 7); })));
}

void addHips(BodyPlan& plan, Random& random)
{
    for (float side : {-1.0f, 1.0f}) {
        const Bead head = near(random, side * 88, 0, -190, 23, 2);
        const Point c = head.at;
        const int id = side < 0 ? 24 : 23;
        plan.paints.push_back({ellipsoid(c, {head.radius, head.radius, head.radius}), id, Tissue::Cortex, Tissue::Marrow, 1.6f});
        plan.paints.push_back({tube({{c, 16}, {c + Point{side * 18, 6, -14}, 15}}), id, Tissue::Cortex, Tissue::Marrow, 1.8f});
        plan.paints.push_back(bone(tube({{c + Point{side * 18, 6, -14}, 16}, {c + Point{side * 38, 14, -25}, 18}, {c + Point{side * 30, 14, -70}, 16},
                                         {c + Point{side * 24, 8, -140}, 14}}), 4));
        // The socket: a shell over the head, open below and outside.
        const float inner = head.radius + 3;
        plan.paints.push_back(bone(clip(ellipsoid(c, {inner + 8, inner + 8, inner + 8}), [c, inner, side](Point p) {
            const Point d = p - c;
            return std::min(length(d) - inner, 18 - side * d.x * 0.9f + d.z * 0.5f);
        })));
        plan.paints.push_back(bone(clip(ellipsoid({side * 86, 26, -118}, {13, 62, 62}, side * 0.75f), [](Point p) { return p.z + 185; }), 2.5f));
        plan.paints.push_back(bone(tube({{{side * 66, -20, -186}, 12}, {{side * 38, -52, -200}, 9}, {{side * 8, -56, -212}, 11}})));
        plan.paints.push_back(bone(tube({{{side * 8, -54, -216}, 8}, {{side * 42, -10, -250}, 9}, {{side * 66, 30, -240}, 14}, {{side * 80, 26, -205}, 15}})));
    }
}

void addMuscles(BodyPlan& plan)
{
    const auto muscle = [](Shape shape) { return Paint{std::move(shape), 0, Tissue::Muscle, Tissue::Muscle, 0}; };
    const Trunk& trunk = plan.trunk;
    for (float side : {-1.0f, 1.0f}) {
        plan.paints.push_back(muscle(tube(smooth({{{side * 26, trunk.spineY(20) + 2, 25}, 8}, {{side * 36, trunk.spineY(-40) + 4, -40}, 17},
                                                  {{side * 48, trunk.spineY(-100) - 16, -110}, 20}, {{side * 70, -12, -170}, 16}, {{side * 86, -2, -215}, 12}}))));
        plan.paints.push_back(muscle(tube({{{side * 34, trunk.spineY(0) + 38, 260}, 17}, {{side * 36, trunk.spineY(0) + 36, 0}, 24}, {{side * 34, trunk.spineY(-90) + 38, -130}, 20}})));
        plan.paints.push_back(muscle(ellipsoid({side * 55, trunk.spineY(-30) + 18, -40}, {22, 14, 70})));
    }
}

} // namespace

void addSkeleton(BodyPlan& plan, Random& random)
{
    addSpine(plan, random);
    addHips(plan, random);
    addRibs(plan);
}

void addChest(BodyPlan& plan, Random& random)
{
    const Trunk trunk = plan.trunk;
    // What the lungs go round comes first.
    plan.paints.push_back({tube(smooth({near(random, 0, trunk.spineY(250) - 26, 290, 8, 3), near(random, 4, trunk.spineY(200) - 30, 200, 8, 3),
                                        near(random, 12, trunk.spineY(150) - 32, 130, 9, 3), near(random, 30, trunk.spineY(90) - 44, 88, 9, 3),
                                        near(random, 42, trunk.spineY(80) - 52, 72, 9, 3)})),
                           5, Tissue::Esophagus, random.chance(0.5) ? Tissue::Gas : Tissue::Esophagus, 5.5f});
    const Bead heart = near(random, 22, -28, trunk.domeLeftMm + 42, 1, 5);
    plan.paints.push_back({ellipsoid(heart.at, {52 * heart.radius, 42 * heart.radius, 46}, -0.4f, 0.5f, 0.1f, 1), 0, Tissue::Muscle, Tissue::Heart, 7});
    plan.paints.push_back({tube({{{0, -5, heart.at.z + 45}, 24}, {{0, -5, 270}, 20}}), 0, Tissue::Heart, Tissue::Heart, 0});
    for (float side : {-1.0f, 1.0f}) {
        // Vessels fan out from the hilum.
        for (int branch = 0; branch < 7; ++branch) {
            const Point hilum{side * 32, 8, 165};
            const auto angle = static_cast<float>(random.between(-1.3, 1.3)), out = static_cast<float>(random.between(-1.2, 1.2));
            const Point way{side * std::cos(angle) * 55, 45 * std::sin(out), 70 * std::sin(angle)};
            plan.paints.push_back({tube({{hilum, 5}, {hilum + way, 1.5f}}), side < 0 ? 16 : 17, Tissue::LungVessel, Tissue::LungVessel, 0});
        }
        const auto depth = [trunk, side](Point p) {
            const float mediastinum = side * p.x - (26 - 0.03f * std::abs(p.z - 150));
            const float behind = std::hypot(p.x, p.y - trunk.spineY(p.z)) - 30;
            return std::min({trunk.cavity(p) - 3, p.z - trunk.domeHeight(p) - 2, p.z < 300 ? std::max(mediastinum, side * p.x > 8 ? std::min(behind, p.y - 25) : -1.0f) : -1.0f});
        };
        const Bounds half{{side < 0 ? -150.0f : 0.0f, -120, -60}, {side < 0 ? 0.0f : 150.0f, 120, 300}};
        plan.paints.push_back({Shape{half, depth}, side < 0 ? 16 : 17, Tissue::Lung, Tissue::Lung, 0});
    }
    addMuscles(plan);
}

} // namespace hounsfield::synthetic
