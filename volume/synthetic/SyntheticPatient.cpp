// SPDX-License-Identifier: Apache-2.0
#include "volume/synthetic/SyntheticPatient.h"

#include "volume/synthetic/Materials.h"
#include "volume/synthetic/Scanner.h"

#include <algorithm>
#include <cmath>

namespace hounsfield::synthetic {

struct SyntheticPatient::Anatomy : BodyPlan {
    explicit Anatomy(BodyPlan plan) : BodyPlan(std::move(plan)) {}
};

namespace {

/// Voxels at whose borders a voxel of another material lies: they hold some of both.
std::vector<std::uint8_t> borders(const MaterialMap& map)
{
    const auto [sx, sy, sz] = map.grid.size();
    std::vector<std::uint8_t> border(map.voxels.size(), 0);
    std::size_t v = 0;
    for (std::int64_t k = 0; k < sz; ++k)
        for (std::int64_t j = 0; j < sy; ++j)
            for (std::int64_t i = 0; i < sx; ++i, ++v)
                for (const auto& [inside, step] : {std::pair(i + 1 < sx, std::int64_t(1)),
                                                   std::pair(j + 1 < sy, sx), std::pair(k + 1 < sz, sx * sy)})
                    if (inside && map.voxels[v] != map.voxels[v + std::size_t(step)])
                        border[v] = border[v + std::size_t(step)] = 1;
    return border;
}

/// Four places in a voxel, none in line with another along an axis.
constexpr Vector3 parts[] = {{-0.3, -0.1, 0.25}, {0.1, -0.3, -0.25}, {0.3, 0.1, 0.1}, {-0.1, 0.3, -0.1}};

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

SyntheticPatient::SyntheticPatient(std::uint64_t seed) : SyntheticPatient(seed, Burden::Usual) {}
SyntheticPatient::SyntheticPatient(std::uint64_t seed, Burden burden)
    : m_anatomy(std::make_unique<const Anatomy>(makeBodyPlan(seed, burden)))
{
}
SyntheticPatient::~SyntheticPatient() = default;
SyntheticPatient::SyntheticPatient(SyntheticPatient&&) noexcept = default;

Geometry SyntheticPatient::wholeBodyGrid(double spacingMm) const
{
    const Trunk& t = m_anatomy->trunk;
    const double halfX = (t.halfWidthMm + 40 + 1.5 * t.fatMm) / m_anatomy->scale.x + 14,
                 halfY = (t.halfDepthMm + 45 + 1.3 * t.fatMm) / m_anatomy->scale.y + 14;
    const double low = -262 / m_anatomy->scale.z, high = 262 / m_anatomy->scale.z;
    const auto count = [&](double mm) { return std::max<std::int64_t>(1, std::llround(mm / spacingMm)); };
    return Geometry::fromSpacing({count(2 * halfX), count(2 * halfY), count(high - low)},
                                 {-halfX, -halfY, low}, {spacingMm, spacingMm, spacingMm});
}

SyntheticScan SyntheticPatient::sample(const Geometry& grid, const Appearance& appearance,
                                       Progress& progress) const
{
    BodyPlan healthy;
    const BodyPlan* plan = m_anatomy.get();
    if (!appearance.lesions) {
        healthy = *m_anatomy;
        healthy.lesions.clear();
        plan = &healthy;
    }
    const MaterialMap map = mapMaterials(*plan, grid, progress);
    const std::vector<std::uint8_t> border = borders(map);
    const TissueLook look(appearance, m_anatomy->seed);
    const Nearby nearby(*plan, 0);
    std::vector<std::uint32_t> classes;
    std::vector<float> hu;
    classes.reserve(map.voxels.size());
    hu.reserve(map.voxels.size());
    std::size_t v = 0;
    for (std::int64_t k = 0; k < grid.size()[2]; ++k)
        for (std::int64_t j = 0; j < grid.size()[1]; ++j)
            for (std::int64_t i = 0; i < grid.size()[0]; ++i, ++v) {
                const Material& material = map.materials[map.voxels[v]];
                classes.push_back(material.classes);
                const Vector3 mm = grid.toMm(Index3{i, j, k});
                const Texture texture = look.textureAt({float(mm[0]), float(mm[1]), float(mm[2])});
                if (!border[v]) {
                    hu.push_back(look.hu(material.tissue, texture));
                    continue;
                }
                float sum = 0;
                for (const Vector3& part : parts) {
                    const Vector3 at =
                        grid.toMm(Vector3{double(i) + part[0], double(j) + part[1], double(k) + part[2]});
                    const Point p = plan->toPlan({float(at[0]), float(at[1]), float(at[2])});
                    sum += look.hu(materialAt(*plan, nearby.at(p), p).tissue, texture);
                }
                hu.push_back(sum / 4);
            }
    SyntheticScan scan;
    scan.masks = masksOf(grid, classes);
    scan.volume = std::make_shared<const Volume>(
        grid, scanned(std::move(hu), grid.size(), grid.spacingMm(), appearance, m_anatomy->seed));
    return scan;
}

Mask SyntheticPatient::maskOf(const std::vector<Tissue>& tissues, const Geometry& grid,
                              Progress& progress) const
{
    const MaterialMap map = mapMaterials(*m_anatomy, grid, progress);
    std::vector<std::uint32_t> inside;
    inside.reserve(map.voxels.size());
    for (const auto voxel : map.voxels)
        inside.push_back(std::find(tissues.begin(), tissues.end(), map.materials[voxel].tissue) !=
                         tissues.end());
    return masksOf(grid, inside)[0];
}

Appearance SyntheticPatient::randomAppearance() const
{
    Random random(m_anatomy->seed ^ 0xA99EA7Au);
    return drawAppearance(random);
}

const BodyPlan& SyntheticPatient::plan() const
{
    return *m_anatomy;
}

} // namespace hounsfield::synthetic
