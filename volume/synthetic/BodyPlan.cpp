#include "volume/synthetic/BodyPlan.h"

#include <numbers>

namespace hounsfield::synthetic {
namespace {

constexpr float wallMm = 11; ///< of muscle around the cavity

/// A superellipse's radius-like measure: 1 on the curve, so that (1 - measure) * radius is a depth.
float superellipse(float x, float y, float a, float b, float power)
{
    return std::pow(std::pow(std::abs(x) / a, power) + std::pow(std::abs(y) / b, power), 1 / power);
}

} // namespace

float Trunk::cavity(Point p) const
{
    float a = halfWidthMm, b = halfDepthMm;
    if (p.z > 60) {
        // The chest narrows to the neck.
        const float up = std::min(1.0f, (p.z - 60) / 235);
        a *= std::sqrt(1 - 0.92f * up * up);
        b *= std::sqrt(1 - 0.85f * up * up);
    } else if (p.z < -90) {
        // The pelvis's bones take room.
        const float down = std::min(1.0f, (-90 - p.z) / 130);
        a *= 1 - 0.52f * down * pelvisShape;
        b *= 1 - 0.25f * down;
    }
    return (1 - superellipse(p.x, p.y, a, b, 2.3f)) * std::min(a, b);
}

float Trunk::domeHeight(Point p) const
{
    const float right = domeRightMm - 0.0075f * ((p.x + 58) * (p.x + 58) + (p.y + 5) * (p.y + 5));
    const float left = domeLeftMm - 0.0075f * ((p.x - 60) * (p.x - 60) + (p.y - 5) * (p.y - 5));
    return std::max({right, left, -40.0f});
}

float Trunk::spineY(float z) const
{
    // Lordosis: the lumbar spine bows forward, the chest's and the sacrum's back.
    const float lumbar = (z + 45) / 75;
    return halfDepthMm * 0.66f - 11 * std::exp(-lumbar * lumbar) + (z < -130 ? (-130 - z) * 0.35f : 0);
}

Tissue Trunk::background(Point p) const
{
    const float a = halfWidthMm + wallMm, b = halfDepthMm + wallMm + 12;
    const float shoulder = p.z > 150 ? (p.z - 150) * 0.12f : 0;
    const float skin = 1.8f;
    const float muscle = (1 - superellipse(p.x, p.y - 4, a + shoulder, b, 2.4f)) * b;
    const float outer = muscle + fatMm * (p.y > 0 ? 0.8f : 1.0f) + skin;
    if (outer < 0) {
        const float below = p.y - (b + fatMm * 0.8f + skin + 8) - 0.0006f * p.x * p.x * -1;
        return table && std::abs(p.x) < 210 && below > 0 && below < 12 ? Tissue::Table : Tissue::Air;
    }
    if (outer < skin)
        return Tissue::Skin;
    if (muscle < 0)
        return Tissue::Fat;
    return cavity(p) > 0 ? Tissue::Fat : Tissue::Muscle;
}

Point BodyPlan::toPlan(Point p) const
{
    Point q{p.x * scale.x, p.y * scale.y, p.z * scale.z};
    Point moved = q;
    for (const Wave& wave : waves)
        moved = moved + std::sin(dot(wave.direction, q) + wave.phase) * wave.amplitude;
    return moved;
}

Bead near(Random& random, float x, float y, float z, float radius, float jitterMm)
{
    const auto off = [&] { return static_cast<float>(random.between(-1, 1)) * jitterMm; };
    const float dx = off(), dy = off(), dz = off();
    return {{x + dx, y + dy, z + dz}, radius * static_cast<float>(random.between(0.85, 1.2))};
}

BodyPlan makeBodyPlan(std::uint64_t seed)
{
    Random random(seed);
    BodyPlan plan;
    plan.seed = seed;
    plan.male = random.chance(0.6);
    const auto pick = [&](double low, double high) { return static_cast<float>(random.between(low, high)); };
    plan.trunk.fatMm = static_cast<float>(3 + 30 * random.unit() * random.unit() + 8 * random.unit());
    plan.trunk.halfWidthMm = pick(116, 140);
    plan.trunk.halfDepthMm = pick(78, 100);
    plan.trunk.domeRightMm = pick(82, 112);
    plan.trunk.domeLeftMm = plan.trunk.domeRightMm - pick(2, 18);
    plan.trunk.table = random.chance(0.7);
    plan.trunk.pelvisShape = pick(0.85, 1.05);
    // Small factors make the body larger: the plan is asked for a place in the scan.
    const float size = pick(0.92, 1.08);
    plan.scale = {size * pick(0.95, 1.05), size * pick(0.95, 1.05), size * pick(0.95, 1.05)};
    for (int i = 0; i < 5; ++i) {
        const auto wave = [&] { return static_cast<float>(2 * std::numbers::pi) / pick(140, 400) * (random.chance(0.5) ? 1.0f : -1.0f); };
        const float wx = wave(), wy = wave(), wz = wave();
        plan.waves.push_back({{wx, wy, wz}, {pick(-3.5, 3.5), pick(-3.5, 3.5), pick(-4, 4)}, pick(0, 6.28)});
    }
    addSkeleton(plan, random);
    addChest(plan, random);
    addAbdomen(plan, random);
    addPelvis(plan, random);
    addBowel(plan, random);
    addLesions(plan, random);
    return plan;
}

} // namespace hounsfield::synthetic
