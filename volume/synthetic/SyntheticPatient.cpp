#include "volume/synthetic/SyntheticPatient.h"

#include "volume/synthetic/BodyPlan.h"
#include "volume/synthetic/Scanner.h"

#include <algorithm>
#include <cmath>

namespace hounsfield::synthetic {

struct SyntheticPatient::Anatomy : BodyPlan {
    explicit Anatomy(BodyPlan plan) : BodyPlan(std::move(plan)) {}
};

namespace {

constexpr int ribbon = 16; ///< mm, edge of the cells that know which shapes are near

/// Which shapes may hold a point: a coarse grid over the plan's coordinates, so that a voxel asks a few of the hundreds.
class Nearby {
public:
    explicit Nearby(const BodyPlan& plan)
    {
        for (std::size_t i = 0; i < plan.paints.size(); ++i) {
            const Bounds& b = plan.paints[i].shape.bounds;
            const auto [lx, ly, lz] = cell(b.low);
            const auto [hx, hy, hz] = cell(b.high);
            for (int z = lz; z <= hz; ++z)
                for (int y = ly; y <= hy; ++y)
                    for (int x = lx; x <= hx; ++x)
                        m_cells[index(x, y, z)].push_back(static_cast<std::uint16_t>(i));
        }
    }
    const std::vector<std::uint16_t>& at(Point p) const
    {
        const auto [x, y, z] = cell(p);
        return m_cells[index(x, y, z)];
    }

private:
    static constexpr int nx = 26, ny = 22, nz = 44;
    static std::array<int, 3> cell(Point p)
    {
        const auto part = [](float v, int n) { return std::clamp(static_cast<int>(std::floor(v / ribbon)) + n / 2, 0, n - 1); };
        return {part(p.x, nx), part(p.y, ny), part(p.z, nz)};
    }
    static std::size_t index(int x, int y, int z) { return static_cast<std::size_t>((z * ny + y) * nx + x); }
    std::vector<std::vector<std::uint16_t>> m_cells = std::vector<std::vector<std::uint16_t>>(nx * ny * nz);
};

/// What is at one point.
struct Spot {
    Tissue tissue;
    std::uint32_t classes; ///< bit id-1
};

void addLesion(const BodyPlan& plan, Point p, int organ, Spot& spot)
{
    for (const LesionPaint& lesion : plan.lesions) {
        if (!lesion.shape.bounds.contains(p) || std::find(lesion.hosts.begin(), lesion.hosts.end(), organ) == lesion.hosts.end())
            continue;
        const float depth = lesion.shape.depth(p);
        if (depth <= 0)
            continue;
        spot.classes |= 1u << (lesion.classId - 1);
        spot.tissue = depth > lesion.coreMm ? lesion.core : lesion.tissue;
    }
}

Spot spotAt(const BodyPlan& plan, const Nearby& nearby, Point p)
{
    const Tissue outside = plan.trunk.background(p);
    if (outside == Tissue::Air || outside == Tissue::Table || outside == Tissue::Skin)
        return {outside, 0};
    for (std::uint16_t i : nearby.at(p)) {
        const Paint& paint = plan.paints[i];
        if (!paint.shape.bounds.contains(p))
            continue;
        const float depth = paint.shape.depth(p);
        if (depth <= 0)
            continue;
        Spot spot{depth < paint.wallMm ? paint.wall : p.y < paint.gasAboveY ? Tissue::Gas : paint.content, 0};
        if (paint.organ) {
            spot.classes = 1u << (paint.organ - 1);
            if (paint.organ == 15)
                spot.classes |= 1u << 5; // a hepatic vessel is liver too
            addLesion(plan, p, paint.organ, spot);
        }
        return spot;
    }
    return {outside, 0};
}

std::vector<Mask> masksOf(const Geometry& grid, const std::vector<std::uint32_t>& classes)
{
    std::array<IndexBox, classCount> boxes;
    std::size_t v = 0;
    for (std::int64_t k = 0; k < grid.size()[2]; ++k)
        for (std::int64_t j = 0; j < grid.size()[1]; ++j)
            for (std::int64_t i = 0; i < grid.size()[0]; ++i, ++v)
                for (std::uint32_t bits = classes[v]; bits; bits &= bits - 1)
                    boxes[static_cast<std::size_t>(__builtin_ctz(bits))].include({i, j, k});
    std::vector<Mask> masks;
    for (int c = 0; c < classCount; ++c) {
        const IndexBox& box = boxes[static_cast<std::size_t>(c)];
        std::vector<std::uint8_t> inside;
        inside.reserve(static_cast<std::size_t>(box.count()));
        for (std::int64_t k = box.begin[2]; k < box.end[2]; ++k)
            for (std::int64_t j = box.begin[1]; j < box.end[1]; ++j)
                for (std::int64_t i = box.begin[0]; i < box.end[0]; ++i)
                    inside.push_back(classes[static_cast<std::size_t>(grid.offset({i, j, k}))] >> c & 1);
        masks.push_back(box.empty() ? Mask(grid) : Mask::fromBox(grid, box, inside));
    }
    return masks;
}

} // namespace

SyntheticPatient::SyntheticPatient(std::uint64_t seed) : m_anatomy(std::make_unique<const Anatomy>(makeBodyPlan(seed))) {}
SyntheticPatient::~SyntheticPatient() = default;
SyntheticPatient::SyntheticPatient(SyntheticPatient&&) noexcept = default;

Geometry SyntheticPatient::wholeBodyGrid(double spacingMm) const
{
    const Trunk& t = m_anatomy->trunk;
    const double halfX = (t.halfWidthMm + 28 + t.fatMm) / m_anatomy->scale.x + 14, halfY = (t.halfDepthMm + 32 + t.fatMm) / m_anatomy->scale.y + 14;
    const double low = -262 / m_anatomy->scale.z, high = 262 / m_anatomy->scale.z;
    const auto count = [&](double mm) { return std::max<std::int64_t>(1, std::llround(mm / spacingMm)); };
    return Geometry::fromSpacing({count(2 * halfX), count(2 * halfY), count(high - low)}, {-halfX, -halfY, low}, {spacingMm, spacingMm, spacingMm});
}

SyntheticScan SyntheticPatient::sample(const Geometry& grid, const Appearance& appearance, Progress& progress) const
{
    const Nearby nearby(*m_anatomy);
    std::vector<std::uint32_t> classes(static_cast<std::size_t>(grid.voxelCount()));
    std::vector<Tissue> tissues(classes.size());
    BodyPlan healthy;
    const BodyPlan* plan = m_anatomy.get();
    if (!appearance.lesions) {
        healthy = *m_anatomy;
        healthy.lesions.clear();
        plan = &healthy;
    }
    std::size_t v = 0;
    for (std::int64_t k = 0; k < grid.size()[2]; ++k) {
        if (k % 16 == 0)
            progress.step({"making up a patient", double(k) / double(grid.size()[2]), std::nullopt});
        for (std::int64_t j = 0; j < grid.size()[1]; ++j)
            for (std::int64_t i = 0; i < grid.size()[0]; ++i, ++v) {
                const Vector3 mm = grid.toMm(Index3{i, j, k});
                const Spot spot = spotAt(*plan, nearby, m_anatomy->toPlan({float(mm[0]), float(mm[1]), float(mm[2])}));
                classes[v] = spot.classes;
                tissues[v] = spot.tissue;
            }
    }
    SyntheticScan scan;
    scan.masks = masksOf(grid, classes);
    scan.volume = std::make_shared<const Volume>(grid, scanned(grid, tissues, appearance, m_anatomy->seed));
    return scan;
}

Appearance SyntheticPatient::randomAppearance() const
{
    Random random(m_anatomy->seed ^ 0xA99EA7Au);
    Appearance a;
    a.noiseHu = random.between(3, 22);
    a.blurMm = random.between(0.4, 1.3);
    const double phase = random.unit();
    a.contrast = phase < 0.2 ? 0 : phase < 0.75 ? random.between(0.6, 1.2) : random.between(1.2, 2);
    return a;
}

} // namespace hounsfield::synthetic
