// SPDX-License-Identifier: Apache-2.0
#include "volume/synthetic/BodyPlan.h"

#include "volume/synthetic/Noise.h"

#include <array>
#include <numbers>

namespace hounsfield::synthetic {
namespace {

/// A piece of colon: its bulges (haustra) come and go along it, and it holds stool with gas in it, gas over
/// fluid, or nothing.
Paint colonPiece(std::vector<Bead> beads, Random& random, const Depth& inside, std::uint32_t seed)
{
    const auto pick = [&](double low, double high) { return static_cast<float>(random.between(low, high)); };
    const double kind = random.unit();
    const float y = beads[beads.size() / 2].at.y;
    Paint paint{clip(roughen(tube(std::move(beads)), pick(1, 4.5), pick(11, 17), seed), inside),
                18,
                Tissue::BowelWall,
                Tissue::Stool,
                pick(1.8, 3.2),
                -1e9f,
                pick(0, 2)};
    if (kind < 0.42) {
        const float bubbles = pick(0.15, 0.7);
        const bool bright = random.chance(0.1);
        const Tissue stool = bright ? Tissue::BrightContent : Tissue::Stool;
        paint.filling = [seed, bubbles, stool](Point p, float) {
            return noise(0.17f * p, seed + 5) > bubbles ? Tissue::Gas : stool;
        };
    } else if (kind < 0.72) {
        paint.content = Tissue::Gas;
    } else {
        paint.content = random.chance(0.2) ? Tissue::BowelWall : Tissue::BowelContent;
        paint.gasAboveY = random.chance(0.4) ? y + pick(-10, 2) : -1e9f;
    }
    return paint;
}

/// Small bowel as it lies packed in the belly: bundles of loops side by side, each bundle its own way, bent
/// by a smooth field; between them the mesentery's fat.
class Loops {
public:
    Loops(Random& random, std::uint32_t seed)
        : m_seed(seed), m_pitch(float(random.between(23, 31))), m_fill(float(random.between(0.44, 0.54))),
          m_fat(float(random.between(-0.05, 0.55))), m_bend(float(random.between(10, 24)))
    {
        for (Bundle& bundle : m_bundles) {
            bundle.centre = {float(random.between(-85, 85)), float(random.between(-75, 10)),
                             float(random.between(-150, 10))};
            const double turn = random.between(0, 2 * std::numbers::pi), rise = random.between(-0.9, 0.9);
            bundle.along = {float(std::cos(turn) * std::cos(rise)), float(std::sin(turn) * std::cos(rise)),
                            float(std::sin(rise))};
            const Point other = std::abs(bundle.along.z) < 0.8f ? Point{0, 0, 1} : Point{1, 0, 0};
            bundle.side = cross(bundle.along, other);
            bundle.side = (1 / length(bundle.side)) * bundle.side;
            bundle.up = cross(bundle.along, bundle.side);
        }
    }

    struct Place {
        float depth;
        float content; ///< in [0, 1): which of the loop's pieces this is
    };
    Place at(Point p) const
    {
        const Point bent = p + m_bend * Point{noise(0.016f * p, m_seed), noise(0.016f * p, m_seed + 1),
                                              noise(0.016f * p, m_seed + 2)};
        const Bundle* own = &m_bundles[0];
        float nearest = 1e30f, next = 1e30f;
        for (const Bundle& bundle : m_bundles) {
            const float far = length(bent - bundle.centre);
            if (far < nearest) {
                next = nearest;
                nearest = far;
                own = &bundle;
            } else {
                next = std::min(next, far);
            }
        }
        const Point from = bent - own->centre;
        const float a = dot(from, own->side) / m_pitch, b = dot(from, own->up) / (m_pitch * 0.866f),
                    along = dot(from, own->along);
        // Hexagonal: every second row half a pitch aside.
        const auto row = std::int32_t(std::floor(b + 0.5f));
        const float shift = row & 1 ? 0.5f : 0.0f;
        const auto column = std::int32_t(std::floor(a - shift + 0.5f));
        const float da = (a - shift - float(column)) * m_pitch, db = (b - float(row)) * m_pitch * 0.866f;
        const auto piece = std::int32_t(std::floor(along / 42));
        const float size = 0.72f + 0.38f * chanceOf(m_seed + 7, column, row, piece) +
                           0.1f * noise({along / 11, float(column), float(row)}, m_seed + 4);
        const float tube = m_pitch * m_fill * std::min(size, 1.04f) - std::sqrt(da * da + db * db);
        const float mesentery = (m_fat + 0.75f + noise(0.02f * p, m_seed + 3)) * 14;
        return {std::min({tube, mesentery, (next - nearest) * 0.5f - 0.5f}),
                chanceOf(m_seed + 8, column, row, piece)};
    }

private:
    static Point cross(Point a, Point b)
    {
        return {a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x};
    }
    struct Bundle {
        Point centre, along, side, up;
    };
    std::uint32_t m_seed;
    float m_pitch, m_fill, m_fat, m_bend;
    std::array<Bundle, 6> m_bundles;
};

} // namespace

void addColon(BodyPlan& plan, Random& random)
{
    const Trunk trunk = plan.trunk;
    const Depth inside = [trunk](Point p) { return trunk.belly(p) - 2; };
    const auto pick = [&](double low, double high) { return static_cast<float>(random.between(low, high)); };
    const float w = trunk.halfWidthMm - 24, front = -trunk.halfDepthMm;
    const float sag = pick(-60, 8), liverBend = pick(-28, 22), spleenBend = pick(8, 74),
                wide = pick(0.75, 1.3);
    const std::vector<Bead> frame = smooth(
        {near(random, -w * 0.72f, -16, -122, 24 * wide, 8), near(random, -w * 0.85f, 4, -84, 24 * wide, 7),
         near(random, -w * 0.92f, 14, liverBend - 38, 22 * wide, 7),
         near(random, -w * 0.82f, -10, liverBend, 21 * wide, 8),
         near(random, -52, front + 26, liverBend - 14 + sag * 0.5f, 19 * wide, 9),
         near(random, 0, front + 20, -18 + sag, 18 * wide, 9),
         near(random, 50, front + 30, 0.35f * spleenBend + sag * 0.3f, 18 * wide, 9),
         near(random, w * 0.82f, front + 62, spleenBend - 8, 18 * wide, 8),
         near(random, w * 0.95f, 8, spleenBend, 17 * wide, 8),
         near(random, w * 0.98f, 24, spleenBend - 42, 14 * wide, 6),
         near(random, w * 0.95f, 20, -52, 14 * wide, 6), near(random, w * 0.85f, 4, -105, 14 * wide, 7),
         near(random, 56, -8, -142, 15 * wide, 10), near(random, 26, -14 + pick(-20, 8), -146, 15 * wide, 12),
         near(random, 12, 22, -150, 14, 5)},
        3);
    for (std::size_t from = 0; from + 1 < frame.size(); from += 4) {
        const std::size_t to = std::min(frame.size() - 1, from + 4);
        plan.paints.push_back(
            colonPiece({frame.begin() + std::ptrdiff_t(from), frame.begin() + std::ptrdiff_t(to) + 1}, random,
                       inside, std::uint32_t(random.bits())));
    }
}

void addSmallBowel(BodyPlan& plan, Random& random)
{
    const Trunk trunk = plan.trunk;
    const auto pick = [&](double low, double high) { return static_cast<float>(random.between(low, high)); };
    const auto seed = std::uint32_t(random.bits());
    const Loops loops(random, seed);
    const float top = pick(-5, 40), back = pick(4, 22), gas = pick(0, 0.12),
                bright = random.chance(0.15) ? pick(0.2, 0.6) : 0.02f, collapsed = pick(0.1, 0.45),
                wall = pick(1.6, 3);
    const auto region = [trunk, top, back](Point p) {
        // In front of what lies behind the peritoneum, higher on the left.
        const float behind = trunk.spineY(p.z) - 20 - back - (std::abs(p.x) < 34 ? 14.0f : -8.0f);
        return std::min({trunk.belly(p) - 3, top + (p.x > 20 ? 22.0f : 0.0f) - p.z, p.z + 178, behind - p.y});
    };
    Paint paint{{{{-140, -120, -180}, {140, 60, 65}},
                 [loops, region](Point p) {
                     const float r = region(p);
                     return r < 0 ? r : std::min(r, loops.at(p).depth);
                 }},
                19,
                Tissue::BowelWall,
                Tissue::BowelContent,
                wall};
    paint.filling = [=](Point p, float) {
        const float kind = loops.at(p).content;
        if (kind < gas)
            return Tissue::Gas;
        if (kind < gas + bright)
            return Tissue::BrightContent;
        return kind > 1 - collapsed ? Tissue::BowelWall : Tissue::BowelContent;
    };
    plan.paints.push_back(std::move(paint));
}

} // namespace hounsfield::synthetic
