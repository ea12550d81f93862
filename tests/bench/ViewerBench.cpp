// SPDX-License-Identifier: Apache-2.0
// How long slices take: against a bare copy of as many pixels and against VTK's reslicing alone. A table for
// people.
#include "viewer/scene/SliceScene.h"
#include "viewer/scene/Surface.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <functional>

#include <unistd.h>

using namespace hounsfield;

namespace {

struct Times {
    double least, middle, most; ///< ms
};

Times timed(int runs, const std::function<void(int)>& work)
{
    std::vector<double> ms;
    for (int run = 0; run < runs; ++run) {
        const auto start = std::chrono::steady_clock::now();
        work(run);
        ms.push_back(
            std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count());
    }
    std::sort(ms.begin(), ms.end());
    return {ms.front(), ms[ms.size() / 2], ms.back()};
}

void row(const char* what, const Times& t, const Times& beside)
{
    std::printf("%-44s %8.2f %8.2f %8.2f   %6.1f x\n", what, t.least, t.middle, t.most,
                t.middle / beside.middle);
}

double residentMb()
{
    std::ifstream in("/proc/self/statm");
    long pages = 0, resident = 0;
    in >> pages >> resident;
    return double(resident) * double(sysconf(_SC_PAGESIZE)) / 1e6;
}

std::shared_ptr<const Mask> ball(const Geometry& grid, const Vector3& centre, double radiusMm)
{
    std::vector<std::uint8_t> inside(static_cast<std::size_t>(grid.voxelCount()));
    std::size_t v = 0;
    for (std::int64_t k = 0; k < grid.size()[2]; ++k)
        for (std::int64_t j = 0; j < grid.size()[1]; ++j)
            for (std::int64_t i = 0; i < grid.size()[0]; ++i, ++v)
                inside[v] = length(grid.toMm(Index3{i, j, k}) - centre) < radiusMm;
    return std::make_shared<const Mask>(Mask::fromGrid(grid, inside));
}

} // namespace

int main()
{
    const Geometry grid = Geometry::fromSpacing({512, 512, 300}, {-180, -180, 0}, {0.7, 0.7, 1.5});
    std::vector<std::int16_t> voxels(static_cast<std::size_t>(grid.voxelCount()));
    for (std::size_t v = 0; v < voxels.size(); ++v)
        voxels[v] = static_cast<std::int16_t>(v * 2654435761u >> 22);
    const double voxelMb = double(voxels.size()) * 2 / 1e6;
    const auto volume = std::make_shared<const Volume>(grid, std::move(voxels));
    const std::vector<MaskLayer> masks{{ball(grid, {0, 0, 225}, 90), {40, 140, 40}, 1, false},
                                       {ball(grid, {60, 20, 225}, 50), {50, 170, 60}, 1, false},
                                       {ball(grid, {-20, 0, 225}, 20), {255, 0, 200}, 1, false}};
    SliceScene scene(volume);
    std::printf("512 x 512 x 300, view of 511 x 511 pixels, ms a slice: least, middle, most; and beside a "
                "copy of the pixels\n");
    std::vector<std::uint32_t> from(511 * 511, 1), to(511 * 511);
    const Times copy = timed(200, [&](int) { std::memcpy(to.data(), from.data(), to.size() * 4); });
    row("copy of the pixels", copy, copy);
    for (const auto& [name, frame] :
         {std::pair{"straight", patientFrame()},
          {"oblique", turned(turned(patientFrame(), Plane::Axial, 20), Plane::Sagittal, 15)}})
        for (const Plane plane : {Plane::Axial, Plane::Sagittal}) {
            const auto at = [&, frame = frame](int run) {
                return SliceGrid{axesOf(plane, frame),
                                 Vector3{0, 0, 225} + double(run % 40 - 20) * axesOf(plane, frame).normal,
                                 0.75, 511, 511};
            };
            char text[80];
            const char* label = plane == Plane::Axial ? "axial" : "sagittal";
            std::snprintf(text, sizeof text, "%s %s: reslicing alone", name, label);
            row(text, timed(40, [&](int run) { scene.sampler().sample(at(run), {}, true); }), copy);
            std::snprintf(text, sizeof text, "%s %s: whole slice", name, label);
            row(text, timed(40, [&](int run) { scene.render(at(run), {}, {}); }), copy);
            std::snprintf(text, sizeof text, "%s %s: with three masks", name, label);
            row(text, timed(40, [&](int run) { scene.render(at(run), {}, masks); }), copy);
        }
    SliceLook slab;
    slab.slab = {20, SlabMode::Maximum};
    row("straight axial: MIP of 20 mm",
        timed(20,
              [&](int run) {
                  scene.render({axesOf(Plane::Axial, patientFrame()), {0, 0, 200.0 + run}, 0.75, 511, 511},
                               slab, {});
              }),
        copy);
    row("surface of a mask of 90 mm radius", timed(3, [&](int) { surfaceOf(*masks[0].mask); }), copy);
    std::printf("memory now %.0f MB, the scan's voxels %.0f MB: %.2f times\n", residentMb(), voxelMb,
                residentMb() / voxelMb);
}
