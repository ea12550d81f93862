// SPDX-License-Identifier: Apache-2.0
#include "volume/synthetic/BodyPlan.h"

#include "volume/synthetic/Noise.h"

namespace hounsfield::synthetic {

float Trunk::cavity(Point p) const
{
    float a = halfWidthMm, b = halfDepthMm;
    if (p.z > 60) {
        // The chest narrows to the neck.
        const float up = std::min(1.0f, (p.z - 60) / 235);
        a *= std::sqrt(1 - 0.9f * up * up);
        b *= std::sqrt(1 - 0.8f * up * up);
    } else if (p.z < -90) {
        // The pelvis's bones take room.
        const float down = std::min(1.0f, (-90 - p.z) / 130);
        a *= 1 - 0.52f * down * pelvisShape;
        b *= 1 - 0.25f * down;
    } else {
        // A waist.
        const float at = (p.z + 30) / 60;
        a *= 1 - 0.04f * std::exp(-at * at);
    }
    const float x = std::abs(p.x) / a, y = std::abs(p.y) / b;
    if (x < 0.3f && y < 0.3f)
        return 0.5f * std::min(a, b); // far inside: nobody asks how far
    const float xp = std::pow(x, power), yp = std::pow(y, power), s = std::pow(xp + yp, 1 / power);
    // 1 - s by the length of its gradient: millimetres near the surface.
    const float k = s / (xp + yp), gx = k * xp / std::max(x, 1e-3f) / a, gy = k * yp / std::max(y, 1e-3f) / b;
    return (1 - s) / std::sqrt(gx * gx + gy * gy);
}

float Trunk::domeHeight(Point p) const
{
    const float rx = p.x + 58, lx = p.x - 60, ry = p.y + 8, ly = p.y - 2;
    const float right = domeRightMm - 0.0072f * (rx * rx + ry * ry),
                left = domeLeftMm - 0.0072f * (lx * lx + ly * ly);
    return std::max({right, left, -40.0f}) - domeTilt * (p.y + 20);
}

float Trunk::spineY(float z) const
{
    // Lordosis: the lumbar spine bows forward, the chest's and the sacrum's back.
    const float lumbar = (z + 45) / 75;
    return halfDepthMm * 0.66f - 11 * std::exp(-lumbar * lumbar) + (z < -130 ? (-130 - z) * 0.35f : 0);
}

Tissue Trunk::background(Point p) const
{
    const float out = -cavity(p);
    if (out < 0)
        return Tissue::Fat;
    // The wall: thin at the white line in front, thick beside the spine, thin over the ribs.
    const float front = -p.y / halfDepthMm, side = std::abs(p.x);
    float wall = wallMm;
    if (front > 0.5f && p.z < 70)
        wall *= side < 4 ? 0.25f : 0.8f;
    if (p.z > 60)
        wall = 0.5f * wall + 13 + (p.z > 160 ? (p.z - 160) * 0.28f : 0);
    const float besideSpine =
        std::clamp((125 - side) / 55, 0.0f, 1.0f) * std::clamp((p.y - 15) / 30, 0.0f, 1.0f);
    wall += 40 * besideSpine;
    if (p.z < -80)
        wall += std::min(1.0f, (-80 - p.z) / 80) * (p.y > 0 ? 40.0f : 26.0f + 16 * std::min(1.0f, side / 60));
    // Fat gathers in front below the navel, at the hips and behind them.
    float fat = fatMm * (p.y > 30 ? 0.75f : 1.0f) * (p.z > 90 ? 0.7f : 1.0f);
    if (p.z < -40)
        fat *= 1 + std::min(0.9f, (-40 - p.z) / 130);
    if (p.z < 100)
        fat *= 1 + 0.18f * noise(0.011f * p, seed + 3);
    constexpr float skin = 2;
    // The back is flat: what lies on the table.
    const float back = p.y - halfDepthMm - 26 - 0.8f * fatMm, round = 26;
    const float outside = -smoothMin(wall + fat + skin - out, -back, round);
    if (outside > 0)
        return table && outside > 2 && std::abs(p.x) < 230 &&
                       std::abs(p.y - tableY - 0.0009f * -p.x * p.x) < 4 && noise({p.x, p.y, 0}, seed) > -0.3f
                   ? Tissue::Table
                   : Tissue::Air;
    if (outside > -skin)
        return Tissue::Skin;
    if (out > wall || outside > -fat)
        return Tissue::Fat;
    // Thin planes of fat between the layers of the wall and the muscles of the hips.
    const float planes = std::abs(noise({p.x / 26, p.y / 26, p.z / 70}, seed + 9));
    return planes < std::min(0.05f, 0.0018f * fatMm) && out > 2 ? Tissue::Fat : Tissue::Muscle;
}

Warp::Warp(Random& random, float amplitudeMm, float wavelengthMm) : m_scale(1 / wavelengthMm)
{
    const auto one = [&] { return static_cast<float>(random.between(-1, 1)) * amplitudeMm; };
    for (int i = 0; i < nx * ny * nz; ++i) {
        const float x = one(), y = one(), z = one();
        m_vectors.push_back({x, y, z});
    }
}

Point Warp::at(Point p) const
{
    const auto place = [](float v, int n, int& low) {
        const float at = v + float(n) / 2;
        const float whole = std::floor(at);
        low = int(whole);
        const float t = at - whole;
        return t * t * (3 - 2 * t);
    };
    int x, y, z;
    const float u = place(p.x * m_scale, nx, x), v = place(p.y * m_scale, ny, y),
                w = place(p.z * m_scale, nz, z);
    const auto value = [&](int dx, int dy, int dz) -> const Point& {
        const auto cyclic = [](int i, int n) { return ((i % n) + n) % n; };
        return m_vectors[std::size_t((cyclic(z + dz, nz) * ny + cyclic(y + dy, ny)) * nx +
                                     cyclic(x + dx, nx))];
    };
    const auto mix = [](Point a, Point b, float t) { return a + t * (b - a); };
    const Point low = mix(mix(value(0, 0, 0), value(1, 0, 0), u), mix(value(0, 1, 0), value(1, 1, 0), u), v);
    const Point high = mix(mix(value(0, 0, 1), value(1, 0, 1), u), mix(value(0, 1, 1), value(1, 1, 1), u), v);
    return mix(low, high, w);
}

Point BodyPlan::toPlan(Point p) const
{
    const Point q{p.x * scale.x, p.y * scale.y, p.z * scale.z};
    Point moved = q;
    for (const Warp& warp : warps)
        moved = moved + warp.at(q);
    return moved;
}

Bead near(Random& random, float x, float y, float z, float radius, float jitterMm)
{
    const auto off = [&] { return static_cast<float>(random.between(-1, 1)) * jitterMm; };
    const float dx = off(), dy = off(), dz = off();
    return {{x + dx, y + dy, z + dz}, radius * static_cast<float>(random.between(0.85, 1.2))};
}

BodyPlan makeBodyPlan(std::uint64_t seed, Burden burden)
{
    Random random(seed);
    BodyPlan plan;
    plan.seed = seed;
    plan.male = random.chance(0.6);
    const auto pick = [&](double low, double high) { return static_cast<float>(random.between(low, high)); };
    Trunk& trunk = plan.trunk;
    trunk.seed = std::uint32_t(random.bits());
    trunk.fatMm = static_cast<float>(3 + 30 * random.unit() * random.unit() + 8 * random.unit());
    trunk.wallMm = pick(8, 16);
    trunk.halfWidthMm = pick(116, 142);
    trunk.halfDepthMm = pick(76, 102);
    trunk.power = pick(2.1, 2.8);
    trunk.domeRightMm = pick(78, 114);
    trunk.domeLeftMm = trunk.domeRightMm - pick(-2, 20);
    trunk.domeTilt = pick(0, 0.3);
    trunk.table = random.chance(0.7);
    trunk.tableY = trunk.halfDepthMm + 0.8f * trunk.fatMm + pick(34, 60);
    trunk.pelvisShape = pick(0.85, 1.05);
    // Small factors make the body larger: the plan is asked for a place in the scan.
    const float size = pick(0.9, 1.1);
    plan.scale = {size * pick(0.95, 1.05), size * pick(0.95, 1.05), size * pick(0.95, 1.05)};
    plan.warps.emplace_back(random, pick(4, 11), 110.0f);
    plan.warps.emplace_back(random, pick(2, 5), 48.0f);
    plan.warps.emplace_back(random, pick(0.4f, 1.4f), 20.0f);
    addSkeleton(plan, random);
    addGreatVessels(plan, random);
    addEsophagus(plan, random);
    addAbdomen(plan, random);
    addPelvis(plan, random);
    addColon(plan, random);
    addLiver(plan, random);
    addChest(plan, random);
    addMuscles(plan, random);
    addSmallBowel(plan, random);
    addLesions(plan, random, burden);
    return plan;
}

} // namespace hounsfield::synthetic
