// SPDX-License-Identifier: Apache-2.0
#include "volume/synthetic/BodyPlan.h"

namespace hounsfield::synthetic {
namespace {

/// The liver fills the right of the upper belly up to its wall and the diaphragm. Its under side rises from
/// the right's lower tip to the left, its left edge runs from the front, far left, to the vena cava behind.
struct LiverForm {
    float tipZ, midZ, slopeY, leftZ, leftFront, leftSlope, round;
    float underSide(Point p) const
    {
        const float across = std::clamp((p.x + 115) / 115, -0.2f, 1.0f);
        return tipZ + (midZ - tipZ) * across + slopeY * p.y + (p.x > 0 ? leftZ * p.x : 0);
    }
    float leftEdge(Point p) const
    {
        return leftFront - leftSlope * std::max(0.0f, p.y + 72) - std::max(0.0f, 62 - p.z) * 0.55f;
    }
    float depth(Point p, const Trunk& trunk) const
    {
        const float wall = std::min(trunk.cavity(p) - 2.5f, trunk.domeHeight(p) - 3 - p.z);
        const float edges = smoothMin((p.z - underSide(p)) * 0.82f, (leftEdge(p) - p.x) * 0.72f, round);
        return smoothMin(wall, edges, round);
    }
};

void addLiverVessels(BodyPlan& plan, Random& random, const Depth& liver)
{
    const auto pick = [&](double low, double high) { return static_cast<float>(random.between(low, high)); };
    const auto branch = [&](std::vector<Bead> beads) {
        plan.paints.push_back({clip(tube(smooth(beads, 3)), [liver](Point p) { return liver(p) - 4; }), 15,
                               Tissue::HepaticVessel, Tissue::HepaticVessel, 0});
    };
    // A vessel that wanders to `to`, thinner and thinner, and branches twice.
    const auto tree = [&](Point from, Point to, float r) {
        const Point middle = 0.5f * (from + to) + Point{pick(-7, 7), pick(-7, 7), pick(-3, 8)};
        branch({{from, r}, {middle, r * 0.72f}, {to, r * 0.4f}});
        for (int i = 0; i < 2; ++i) {
            const Point way = to - middle;
            branch({{middle, r * 0.55f},
                    {middle + 0.5f * way + Point{pick(-14, 14), pick(-14, 14), pick(-14, 14)}, r * 0.42f},
                    {middle + way + Point{pick(-24, 24), pick(-24, 24), pick(-24, 24)}, r * 0.3f}});
        }
    };
    const Point hilum{-44, -6, 52}, veins{-22, 2, plan.trunk.domeRightMm - 14};
    for (int i = 0; i < 7; ++i)
        tree(hilum,
             near(random, i < 5 ? -88 : 0, i < 5 ? -50 + 26.0f * static_cast<float>(i) : -45,
                  12 + 15.0f * static_cast<float>(i % 4), 1, 14)
                 .at,
             pick(3.2, 5.5));
    for (const Point& to : {Point{-105, 5, 60}, Point{-62, -55, 62}, Point{18, -42, 70}})
        tree(veins, near(random, to.x, to.y, to.z, 1, 10).at, pick(3.5, 6));
}

} // namespace

void addLiver(BodyPlan& plan, Random& random)
{
    const Trunk trunk = plan.trunk;
    const auto pick = [&](double low, double high) { return static_cast<float>(random.between(low, high)); };
    LiverForm form;
    form.tipZ = pick(-85, -5);
    form.midZ = pick(12, 44);
    form.slopeY = pick(-0.3, 0.25);
    form.leftZ = pick(0.1, 0.5);
    form.leftFront = pick(15, 92);
    form.leftSlope = (form.leftFront + pick(12, 22)) / pick(80, 95);
    form.round = pick(8, 20);
    const Bounds half{{-175, -125, -130}, {115, 125, 135}};
    Shape liver = roughen({half, [form, trunk](Point p) { return form.depth(p, trunk); }}, pick(1, 4),
                          pick(26, 45), std::uint32_t(random.bits()));
    const Depth whole = liver.depth;

    // The fissure of the round ligament, and fat where the vessels enter.
    const float fissureX = pick(-10, 16), up = pick(8, 34), width = pick(1.5, 4.5);
    plan.paints.push_back({{{{fissureX - 20, -125, -60}, {fissureX + 20, -20, 90}},
                            [=](Point p) {
                                return std::min(width - std::abs(p.x - fissureX - 0.18f * (p.y + 60)),
                                                form.underSide(p) + up - p.z);
                            }},
                           0,
                           Tissue::Fat,
                           Tissue::Fat,
                           0});
    plan.paints.push_back({ellipsoid({-40 + pick(-6, 6), -6 + pick(-6, 6), 44 + pick(-6, 6)},
                                     {pick(8, 16), pick(6, 11), pick(8, 14)}, 0, 0.3f, 0.15f, 2),
                           0, Tissue::Fat, Tissue::Fat, 0});
    addLiverVessels(plan, random, whole);
    plan.paints.push_back({std::move(liver), 6, Tissue::Liver, Tissue::Liver, 0});
}

} // namespace hounsfield::synthetic
