// SPDX-License-Identifier: Apache-2.0
#include "viewer/scene/Surface.h"
#include "tests/support/Paths.h"
#include "tests/support/StopLooks.h"
#include "tests/support/catch.h"
#include "tests/viewer/Phantoms.h"
#include "volume/Error.h"

#include <vtkMassProperties.h>
#include <vtkNew.h>
#include <vtkPolyData.h>
#include <vtkSTLReader.h>

using namespace hounsfield;
using namespace hounsfield::test;

TEST_CASE("a surface lies about its mask in the patient and holds nearly its volume, on every kind of grid")
{
    const Vector3 place{18, -25, 305};
    for (const NamedGrid& one : everyGrid()) {
        INFO(one.name);
        const Mask mask = above(*ball(one.grid, place, 22), 0);
        const auto surface = surfaceOf(mask);
        vtkNew<vtkMassProperties> properties;
        properties->SetInputData(surface);
        CHECK(properties->GetVolume() / 1000 == Approx(mask.volumeMl()).epsilon(0.04));
        const double* b = surface->GetBounds();
        for (std::size_t a = 0; a < 3; ++a)
            CHECK(0.5 * (b[2 * a] + b[2 * a + 1]) == Approx(place[a]).margin(1.6));
    }
}

TEST_CASE("a surface is stopped before and within each of its steps")
{
    const Mask mask = above(*ball(everyGrid()[0].grid, {10, -20, 300}, 20), 0);
    StopLooks all;
    REQUIRE(surfaceOf(mask, all)->GetNumberOfCells() > 0);
    CHECK(all.looks > 25); // five steps
    for (int look = 1; look <= all.looks; look += all.looks / 20) {
        INFO(look << " of " << all.looks);
        CHECK_THROWS_AS(surfaceOf(mask, StopLooks(look)), Cancelled);
    }
}

TEST_CASE("surfaces are written as STL, OBJ and glTF and read back, a folder that is not there is told of")
{
    const TemporaryFolder folder;
    const auto surface = surfaceOf(above(*ball(everyGrid()[0].grid, {10, -20, 300}, 20), 0));
    for (const char* ending : {"stl", "obj", "gltf"}) {
        INFO(ending);
        const auto file = folder.path() / (std::string("one.") + ending);
        writeSurfaces({{"Ball", {200, 10, 10}, surface}}, file);
        CHECK(std::filesystem::file_size(file) > 10000);
    }
    vtkNew<vtkSTLReader> reader;
    reader->SetFileName((folder.path() / "one.stl").string().c_str());
    reader->Update();
    CHECK(reader->GetOutput()->GetNumberOfCells() == surface->GetNumberOfCells());
    CHECK_THROWS_AS(writeSurfaces({{"Ball", {1, 2, 3}, surface}}, folder.path() / "none" / "one.stl"), Error);
    CHECK(surfaceOf(Mask(everyGrid()[0].grid))->GetNumberOfCells() == 0);
}
