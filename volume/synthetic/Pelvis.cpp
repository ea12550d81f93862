#include "volume/synthetic/BodyPlan.h"

namespace hounsfield::synthetic {

void addPelvis(BodyPlan& plan, Random& random)
{
    const auto pick = [&](double low, double high) { return static_cast<float>(random.between(low, high)); };
    const float full = pick(0.7, 1.25);
    plan.paints.push_back({ellipsoid({pick(-5, 5), -26, -196 + 18 * (full - 1)}, {36 * full, 30 * full, 28 * full}), 21, Tissue::BowelWall, Tissue::Urine, 3});
    if (plan.male)
        plan.paints.push_back({ellipsoid({pick(-3, 3), -8, -232}, {22 * pick(0.85, 1.3), 17 * pick(0.85, 1.25), 17}), 22, Tissue::Prostate, Tissue::Prostate, 0});
    else
        plan.paints.push_back({ellipsoid({pick(-8, 8), 12, -172}, {24, 20, 34}, 0, 0, 0.05f, 1), 0, Tissue::Uterus, Tissue::Uterus, 0});
    plan.paints.push_back({tube(smooth({near(random, 8, 34, -158, 15, 4), near(random, 0, 46, -180, 18, 4), near(random, 0, 48, -206, 18, 3), near(random, 0, 40, -236, 13, 3),
                                        near(random, 0, 36, -255, 11, 2)})), 20, Tissue::Rectum, random.chance(0.5) ? Tissue::Stool : Tissue::Gas, 4.5f});
}

void addBowel(BodyPlan& plan, Random& random)
{
    const Trunk trunk = plan.trunk;
    const Depth inside = [trunk](Point p) { return std::min(trunk.cavity(p) - 2, trunk.domeHeight(p) - 2 - p.z); };
    const auto pick = [&](double low, double high) { return static_cast<float>(random.between(low, high)); };
    const float w = trunk.halfWidthMm - 26;
    const float sag = pick(-50, 0);
    const std::vector<Bead> frame = smooth({near(random, -w * 0.78f, -14, -118, 24, 6), near(random, -w * 0.88f, 6, -80, 24, 5), near(random, -w * 0.92f, 14, -42, 22, 5),
                                            near(random, -w * 0.86f, -14, -8, 21, 6), near(random, -48, -60, -20 + sag, 19, 7), near(random, 4, -70, -26 + sag, 18, 7),
                                            near(random, 54, -54, 0, 18, 7), near(random, w * 0.95f, -2, 36, 17, 5), near(random, w, 20, -4, 15, 5), near(random, w * 0.95f, 18, -56, 15, 5),
                                            near(random, w * 0.85f, 4, -105, 15, 6), near(random, 56, -8, -142, 15, 8), near(random, 26, -6, -152, 15, 8), near(random, 12, 22, -150, 15, 5)}, 3);
    // The frame in pieces, each with its own content: stool, gas or fluid.
    for (std::size_t from = 0; from + 1 < frame.size(); from += 4) {
        const std::size_t to = std::min(frame.size() - 1, from + 4);
        const double kind = random.unit();
        const Tissue content = kind < 0.45 ? Tissue::Stool : kind < 0.75 ? Tissue::Gas : Tissue::BowelContent;
        plan.paints.push_back({clip(tube({frame.begin() + static_cast<std::ptrdiff_t>(from), frame.begin() + static_cast<std::ptrdiff_t>(to) + 1}), inside), 18, Tissue::BowelWall, content, 2.6f,
                               random.chance(0.3) ? frame[from].at.y - 4 : -1e9f});
    }
    for (int loop = 0; loop < 8; ++loop) {
        std::vector<Bead> beads{near(random, pick(-58, 62), pick(-58, 12), pick(-140, -35), 11, 0)};
        for (int i = 0; i < 5; ++i) {
            const Point last = beads.back().at;
            const Point to{std::clamp(last.x + pick(-45, 45), -72.0f, 74.0f), std::clamp(last.y + pick(-28, 28), -66.0f, 20.0f), std::clamp(last.z + pick(-32, 32), -150.0f, -28.0f)};
            beads.push_back({to, pick(9, 13.5)});
        }
        const Tissue content = random.chance(0.75) ? Tissue::BowelContent : Tissue::BowelWall;
        plan.paints.push_back({clip(tube(smooth(beads, 3)), inside), 19, Tissue::BowelWall, content, 2.4f, random.chance(0.2) ? beads[0].at.y - 3 : -1e9f});
    }
}

void addLesions(BodyPlan& plan, Random& random)
{
    const auto pick = [&](double low, double high) { return static_cast<float>(random.between(low, high)); };
    // A point of the organ itself, found by asking places in its bounds.
    const auto pointIn = [&](int organ, Point& point) {
        std::vector<const Paint*> parts;
        for (const Paint& paint : plan.paints)
            if (paint.organ == organ && paint.content != Tissue::LungVessel)
                parts.push_back(&paint);
        for (int attempt = 0; attempt < 400 && !parts.empty(); ++attempt) {
            const Paint& part = *parts[static_cast<std::size_t>(random.bits() % parts.size())];
            const Bounds& b = part.shape.bounds;
            point = {pick(b.low.x, b.high.x), pick(b.low.y, b.high.y), pick(b.low.z, b.high.z)};
            if (part.shape.depth(point) > 3)
                return true;
        }
        return false;
    };
    const auto add = [&](int id, int organ, std::vector<int> hosts, Tissue tissue, double chance, int most, double small, double large, Tissue core) {
        if (!random.chance(chance))
            return;
        const auto count = 1 + static_cast<int>(random.bits() % static_cast<std::uint64_t>(most));
        for (int i = 0; i < count; ++i) {
            Point centre;
            if (!pointIn(organ, centre))
                return;
            const float r = pick(small, large);
            plan.lesions.push_back({ellipsoid(centre, {r * pick(0.8, 1.2), r * pick(0.8, 1.2), r * pick(0.8, 1.2)}, pick(0, 3), 0, 0.12f, pick(0, 6)), id, hosts, tissue, core,
                                    random.chance(0.3) ? r * 0.5f : 1e9f});
        }
    };
    const int kidney = random.chance(0.5) ? 2 : 3;
    add(26, kidney, {2, 3}, Tissue::KidneyTumor, 0.45, 1, 7, 26, Tissue::Necrosis);
    add(27, 6, {6, 15}, Tissue::LiverTumor, 0.5, 5, 4, 25, Tissue::Necrosis);
    add(28, 11, {11}, Tissue::PancreasTumor, 0.45, 1, 7, 17, Tissue::Necrosis);
    add(29, 6, {6, 15}, Tissue::LiverTumor, 0.4, 3, 5, 22, Tissue::Necrosis);
    add(30, random.chance(0.5) ? 16 : 17, {16, 17}, Tissue::LungTumor, 0.5, 2, 5, 22, Tissue::Necrosis);
    add(31, 18, {18}, Tissue::ColonTumor, 0.45, 1, 10, 20, Tissue::ColonTumor);
    add(32, random.chance(0.5) ? 2 : 3, {2, 3}, Tissue::CystFluid, 0.5, 2, 5, 20, Tissue::CystFluid);
}

} // namespace hounsfield::synthetic
