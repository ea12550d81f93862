// SPDX-License-Identifier: Apache-2.0
#include "tests/support/Paths.h"
#include "tests/support/catch.h"
#include "tests/viewer/Phantoms.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>

using namespace hounsfield;
using namespace hounsfield::test;

namespace {

/// Middle and number of the pixels that are brighter than half.
struct Spot {
    double x = 0, y = 0;
    int count = 0;
};

Spot brightIn(const Picture& picture)
{
    Spot spot;
    for (int y = 0; y < picture.height; ++y)
        for (int x = 0; x < picture.width; ++x)
            if ((picture.pixels[std::size_t(y * picture.width + x)] & 0xff) > 127) {
                spot.x += x + 0.5;
                spot.y += y + 0.5;
                ++spot.count;
            }
    spot.x /= std::max(1, spot.count);
    spot.y /= std::max(1, spot.count);
    return spot;
}

} // namespace

TEST_CASE("what lies on the patient's left, front and top is drawn there to the pixel, on every kind of grid "
          "and in every plane")
{
    const Vector3 middle{10, -20, 300}, place = middle + Vector3{20, -14, 10};
    for (const NamedGrid& one : everyGrid()) {
        INFO(one.name);
        SliceScene scene(ball(one.grid, place, 12));
        for (const Plane plane : {Plane::Axial, Plane::Coronal, Plane::Sagittal}) {
            INFO(int(plane));
            SliceGrid grid{axesOf(plane, patientFrame()), middle, 1, 140, 140};
            grid.centreMm = middle + dot(place - middle, grid.axes.normal) * grid.axes.normal;
            SliceLook look;
            look.window = 1100;
            look.level = -450;
            const Spot spot = brightIn(scene.render(grid, look, {}));
            // left is to the right of the screen; anterior, or the head, is up
            const double x = plane == Plane::Sagittal ? 70 - 14 : 70 + 20,
                         y = plane == Plane::Axial ? 70 - 14 : 70 - 10;
            CHECK(spot.x == Approx(x).margin(0.75));
            CHECK(spot.y == Approx(y).margin(0.75));
            CHECK(spot.count == Approx(3.14159 * 144).epsilon(0.08));
        }
    }
}

TEST_CASE("a pixel at a voxel's centre has that voxel's HU, and outside the scan there is nothing")
{
    const Geometry grid = Geometry::fromSpacing({20, 30, 10}, {-5, 7, 11}, {2, 1.5, 4});
    std::vector<std::int16_t> voxels;
    for (std::int64_t v = 0; v < grid.voxelCount(); ++v)
        voxels.push_back(static_cast<std::int16_t>(v % 3000 - 1000));
    const auto volume = std::make_shared<const Volume>(grid, voxels);
    SliceSampler sampler(volume);
    for (const Index3& i : {Index3{0, 0, 0}, Index3{19, 29, 9}, Index3{7, 11, 4}}) {
        const SliceGrid one{axesOf(Plane::Axial, patientFrame()), grid.toMm(i), 0.5, 1, 1};
        CHECK(sampler.sample(one, {}, true)[0] == volume->at(i));
        CHECK(sampler.huAt(grid.toMm(i)) == volume->at(i));
    }
    const SliceGrid beyond{axesOf(Plane::Axial, patientFrame()),
                           grid.toMm(Index3{0, 0, 0}) - Vector3{3, 0, 0}, 0.5, 1, 1};
    CHECK(sampler.sample(beyond, {}, true)[0] == SliceSampler::outside);
}

TEST_CASE("a slab shows the largest, the smallest or the mean HU across its thickness")
{
    const Geometry grid = Geometry::fromSpacing({8, 8, 21}, {0, 0, 0}, {1, 1, 1});
    std::vector<std::int16_t> voxels(static_cast<std::size_t>(grid.voxelCount()), 0);
    voxels[std::size_t(grid.offset({4, 4, 13}))] = 900;
    voxels[std::size_t(grid.offset({4, 4, 8}))] = -600;
    SliceSampler sampler(std::make_shared<const Volume>(grid, voxels));
    const SliceGrid at{axesOf(Plane::Axial, patientFrame()), {4, 4, 10}, 1, 1, 1};
    CHECK(sampler.sample(at, {8, SlabMode::Maximum}, true)[0] == 900);
    CHECK(sampler.sample(at, {8, SlabMode::Minimum}, true)[0] == -600);
    CHECK(sampler.sample(at, {4, SlabMode::Maximum}, true)[0] == 0);
    CHECK(sampler.sample(at, {8, SlabMode::Average}, true)[0] ==
          Approx((900.0 * 2 - 600 * 2) / 17).margin(15));
}

TEST_CASE("grey follows DICOM's linear window")
{
    SliceLook look;
    look.window = 400;
    look.level = 40;
    // PS3.3 C.11.2.1.2.1: below c - 0.5 - (w-1)/2 black, above c - 0.5 + (w-1)/2 white
    CHECK(int(greyOf(-160, look)) == 0);
    CHECK(int(greyOf(239, look)) == 255);
    CHECK(int(greyOf(39.5, look)) == 128);
    look.invert = true;
    CHECK(int(greyOf(-160, look)) == 255);
}

TEST_CASE("a mask is drawn where its voxels are, as large at any zoom, its outline as thin")
{
    const Geometry grid = Geometry::fromSpacing({60, 60, 60}, {-59, -59, -59}, {2, 2, 2});
    const auto volume = ball(grid, {0, 0, 0}, 30);
    const auto mask = std::make_shared<const Mask>(above(*volume, 0));
    SliceScene scene(volume);
    SliceLook look;
    look.window = 10000;
    look.level = 8000; // all black
    for (const double mmPerPixel : {1.0, 0.25}) {
        INFO(mmPerPixel);
        const int size = int(100 / mmPerPixel);
        const SliceGrid at{axesOf(Plane::Axial, patientFrame()), {0, 0, 0}, mmPerPixel, size, size};
        const Picture& picture = scene.render(at, look, {{mask, {255, 0, 0}, 1, false}});
        int filled = 0, strong = 0;
        for (const std::uint32_t p : picture.pixels) {
            filled += (p >> 16 & 0xff) > 40;
            strong += (p >> 16 & 0xff) > 200;
        }
        CHECK(filled * mmPerPixel * mmPerPixel == Approx(3.14159 * 900).epsilon(0.03));
        // two pixels all round, whatever a millimetre is
        CHECK(strong == Approx(2 * 3.14159 * 30 / mmPerPixel * 2).epsilon(0.35));
    }
    // a plane beyond it shows none of it
    const SliceGrid beyond{axesOf(Plane::Axial, patientFrame()), {0, 0, 40}, 1, 100, 100};
    const Picture& none = scene.render(beyond, look, {{mask, {255, 0, 0}, 1, false}});
    CHECK(std::none_of(none.pixels.begin(), none.pixels.end(),
                       [](std::uint32_t p) { return (p >> 16 & 0xff) > 40; }));
}

TEST_CASE("a probability is drawn as colour where it is, on a grid of its own")
{
    SliceScene scene(ball(everyGrid()[0].grid, {10, -20, 300}, 200));
    const Geometry own = Geometry::fromSpacing({10, 10, 10}, {20, -40, 285}, {4, 4, 4});
    scene.setHeat(std::make_shared<const Volume>(own, std::vector<std::int16_t>(1000, 900)));
    const SliceGrid at{axesOf(Plane::Axial, patientFrame()), {10, -20, 300}, 1, 100, 100};
    const Picture& picture = scene.render(at, {}, {});
    int coloured = 0;
    double x = 0;
    for (int p = 0; p < 10000; ++p)
        if ((picture.pixels[std::size_t(p)] >> 16 & 0xff) != (picture.pixels[std::size_t(p)] & 0xff)) {
            ++coloured;
            x += p % 100 + 0.5;
        }
    CHECK(coloured == Approx(1600).epsilon(0.02));
    CHECK(at.toMm(x / coloured, 50)[0] == Approx(38).margin(0.6));
    scene.setHeat(nullptr);
    const Picture& plain = scene.render(at, {}, {});
    CHECK(std::all_of(plain.pixels.begin(), plain.pixels.end(),
                      [](std::uint32_t p) { return (p >> 16 & 0xff) == (p & 0xff); }));
}

TEST_CASE("a slice with masks looks as it did: the golden picture")
{
    // An oblique grid, two overlapping masks, a slab of another scan: everything a scene draws, 96 pixels
    // wide.
    const Geometry grid = everyGrid()[4].grid;
    const auto volume = ball(grid, {12, -24, 300}, 40);
    const auto large = std::make_shared<const Mask>(above(*ball(grid, {0, -24, 300}, 22), 0));
    const auto small = std::make_shared<const Mask>(above(*ball(grid, {-6, -30, 302}, 9), 0));
    SliceScene scene(volume);
    SliceLook look;
    look.window = 1500;
    look.level = -400;
    const SliceGrid at{
        axesOf(Plane::Axial, turned(patientFrame(), Plane::Coronal, 12)), {10, -20, 300}, 1.25, 96, 96};
    const Picture& picture =
        scene.render(at, look, {{large, {40, 140, 40}, 1, false}, {small, {255, 0, 200}, 1, false}});
    std::string bytes = "P6\n96 96\n255\n";
    for (const std::uint32_t p : picture.pixels)
        for (const int shift : {16, 8, 0})
            bytes += static_cast<char>(p >> shift & 0xff);
    const std::filesystem::path golden = sourceFolder() / "tests" / "viewer" / "golden" / "slice.ppm";
    if (std::getenv("HOUNSFIELD_RENEW_GOLDEN")) {
        std::filesystem::create_directories(golden.parent_path());
        writeFile(golden, bytes);
    }
    const std::string wanted = readFile(golden);
    REQUIRE(wanted.size() == bytes.size());
    int different = 0;
    for (std::size_t b = 0; b < bytes.size(); ++b)
        different += std::abs(int(static_cast<unsigned char>(bytes[b])) -
                              int(static_cast<unsigned char>(wanted[b]))) > 2;
    if (different > 0)
        writeFile(std::filesystem::temp_directory_path() / "slice-actual.ppm", bytes);
    INFO("wanted: " << golden << ", actual: " << std::filesystem::temp_directory_path() / "slice-actual.ppm");
    CHECK(different == 0);
}
