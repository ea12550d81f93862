// SPDX-License-Identifier: Apache-2.0
#include "volume/synthetic/Materials.h"

#include <algorithm>
#include <array>
#include <map>

namespace hounsfield::synthetic {
namespace {

constexpr int ribbon = 16; ///< mm, edge of the cells that know which shapes are near
constexpr int nx = 30, ny = 24, nz = 44;

std::array<int, 3> cellOf(Point p)
{
    const auto part = [](float v, int n) {
        return std::clamp(static_cast<int>(std::floor(v / ribbon)) + n / 2, 0, n - 1);
    };
    return {part(p.x, nx), part(p.y, ny), part(p.z, nz)};
}

std::size_t indexOf(int x, int y, int z)
{
    return static_cast<std::size_t>((z * ny + y) * nx + x);
}

void addLesion(const BodyPlan& plan, Point p, int organ, Material& material)
{
    for (const LesionPaint& lesion : plan.lesions) {
        const bool hosted =
            organ ? std::find(lesion.hosts.begin(), lesion.hosts.end(), organ) != lesion.hosts.end()
                  : lesion.bulges != 0;
        if (!hosted || !lesion.shape.bounds.contains(p))
            continue;
        const float depth = lesion.shape.depth(p);
        if (depth <= 0)
            continue;
        for (int id : lesion.classes)
            if (id)
                material.classes |= 1u << (id - 1);
        if (!organ)
            material.classes |= 1u << (lesion.bulges - 1);
        material.tissue = depth > lesion.coreMm ? lesion.core : lesion.tissue;
    }
}

Tissue tissueOf(const Paint& paint, Point p, float depth)
{
    if (depth < paint.wallMm)
        return paint.wall;
    if (p.y < paint.gasAboveY)
        return Tissue::Gas;
    return paint.filling ? paint.filling(p, depth) : paint.content;
}

/// The number of a material in the map's list; where 255 are taken, one that belongs to the same classes.
class Numbers {
public:
    explicit Numbers(std::vector<Material>& materials) : m_materials(materials) {}
    std::uint8_t of(Material material)
    {
        const auto key = std::pair(material.classes, material.tissue);
        const auto [found, isNew] =
            m_numbers.try_emplace(key, std::uint8_t(std::min<std::size_t>(m_materials.size(), 254)));
        if (isNew && m_materials.size() < 255)
            m_materials.push_back(material);
        else if (isNew)
            for (std::size_t i = 0; i < m_materials.size(); ++i)
                if (m_materials[i].classes == material.classes)
                    found->second = std::uint8_t(i);
        return found->second;
    }

private:
    std::vector<Material>& m_materials;
    std::map<std::pair<std::uint32_t, Tissue>, std::uint8_t> m_numbers;
};

} // namespace

Nearby::Nearby(const BodyPlan& plan, float marginMm) : m_cells(nx * ny * nz)
{
    for (std::size_t i = 0; i < plan.paints.size(); ++i) {
        const Bounds& b = plan.paints[i].shape.bounds;
        const float more = plan.paints[i].planeMm + marginMm;
        const auto [lx, ly, lz] = cellOf(b.low - Point{more, more, more});
        const auto [hx, hy, hz] = cellOf(b.high + Point{more, more, more});
        for (int z = lz; z <= hz; ++z)
            for (int y = ly; y <= hy; ++y)
                for (int x = lx; x <= hx; ++x)
                    m_cells[indexOf(x, y, z)].push_back(static_cast<std::uint16_t>(i));
    }
}

const std::vector<std::uint16_t>& Nearby::at(Point p) const
{
    const auto [x, y, z] = cellOf(p);
    return m_cells[indexOf(x, y, z)];
}

Material materialAt(const BodyPlan& plan, const std::vector<std::uint16_t>& candidates, Point p)
{
    bool kept = false; // by a plane of fat around what was painted before
    Material material{Tissue::Fat, 0};
    for (std::uint16_t i : candidates) {
        const Paint& paint = plan.paints[i];
        const float more = paint.planeMm;
        if (!Bounds{paint.shape.bounds.low - Point{more, more, more},
                    paint.shape.bounds.high + Point{more, more, more}}
                 .contains(p))
            continue;
        const float depth = paint.shape.depth(p);
        if (depth <= 0) {
            kept = kept || depth > -more;
            continue;
        }
        if (kept && paint.organ != 0)
            break;
        material.tissue = tissueOf(paint, p, depth);
        if (paint.organ) {
            material.classes = 1u << (paint.organ - 1);
            if (paint.organ == 15)
                material.classes |= 1u << 5; // a hepatic vessel is liver too
        }
        int host = paint.organ;
        if (!paint.organ && material.tissue != Tissue::Fat)
            host = -1;
        addLesion(plan, p, host, material);
        return material;
    }
    if (!kept)
        material.tissue = plan.trunk.background(p);
    if (material.tissue == Tissue::Fat)
        addLesion(plan, p, 0, material);
    return material;
}

void narrow(const BodyPlan& plan, const std::vector<std::uint16_t>& candidates, Point p, float radius,
            std::vector<std::uint16_t>& out)
{
    out.clear();
    for (std::uint16_t i : candidates) {
        const Paint& paint = plan.paints[i];
        const float more = paint.planeMm + radius;
        if (!Bounds{paint.shape.bounds.low - Point{more, more, more},
                    paint.shape.bounds.high + Point{more, more, more}}
                 .contains(p))
            continue;
        const float depth = paint.shape.depth(p);
        if (depth < -1.3f * radius - paint.planeMm)
            continue;
        out.push_back(i);
        if (depth > 1.6f * radius)
            return;
    }
}

MaterialMap mapMaterials(const BodyPlan& plan, const Geometry& grid, Progress& progress)
{
    MaterialMap map{grid, {}, std::vector<std::uint8_t>(static_cast<std::size_t>(grid.voxelCount()))};
    Numbers numbers(map.materials);
    const auto place = [&](double i, double j, double k) {
        const Vector3 mm = grid.toMm(Vector3{i, j, k});
        return plan.toPlan({float(mm[0]), float(mm[1]), float(mm[2])});
    };
    // Voxels go by blocks, whose shapes are chosen once.
    constexpr std::int64_t edge = 4;
    const Vector3 s = grid.spacingMm();
    const float radius = float(0.5 * (edge - 1) * std::sqrt(s[0] * s[0] + s[1] * s[1] + s[2] * s[2])) * 1.35f;
    const Nearby nearby(plan, radius);
    const auto [sx, sy, sz] = grid.size();
    std::vector<std::uint16_t> close;
    for (std::int64_t k0 = 0; k0 < sz; k0 += edge) {
        if (k0 % 16 == 0)
            progress.step({"making a synthetic patient", double(k0) / double(sz), std::nullopt});
        for (std::int64_t j0 = 0; j0 < sy; j0 += edge)
            for (std::int64_t i0 = 0; i0 < sx; i0 += edge) {
                const Point middle = place(double(i0) + 1.5, double(j0) + 1.5, double(k0) + 1.5);
                narrow(plan, nearby.at(middle), middle, radius, close);
                for (std::int64_t k = k0; k < std::min(k0 + edge, sz); ++k)
                    for (std::int64_t j = j0; j < std::min(j0 + edge, sy); ++j)
                        for (std::int64_t i = i0; i < std::min(i0 + edge, sx); ++i)
                            map.voxels[std::size_t((k * sy + j) * sx + i)] =
                                numbers.of(materialAt(plan, close, place(double(i), double(j), double(k))));
            }
    }
    return map;
}

} // namespace hounsfield::synthetic
