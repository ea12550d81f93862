// SPDX-License-Identifier: Apache-2.0
#include "tests/support/catch.h"
#include "tests/viewer/Phantoms.h"

using namespace hounsfield;
using namespace hounsfield::test;

TEST_CASE("planes hang as radiologists hang them, with the right letters at their edges")
{
    const PlaneAxes axial = axesOf(Plane::Axial, patientFrame()),
                    coronal = axesOf(Plane::Coronal, patientFrame()),
                    sagittal = axesOf(Plane::Sagittal, patientFrame());
    CHECK(directionLetters(axial.right) == "L");
    CHECK(directionLetters(-1.0 * axial.right) == "R");
    CHECK(directionLetters(axial.down) == "P");
    CHECK(directionLetters(coronal.right) == "L");
    CHECK(directionLetters(coronal.down) == "F");
    CHECK(directionLetters(sagittal.right) == "P");
    CHECK(directionLetters(sagittal.down) == "F");
    CHECK(directionLetters({0.8, 0, 0.6}) == "LH");
    CHECK(directionLetters({-0.99, 0.1, 0.05}) == "R");
}

TEST_CASE("pixels and millimetres convert into each other in every plane and frame")
{
    const Frame frame = turned(turned(patientFrame(), Plane::Axial, 20), Plane::Coronal, -35);
    for (const Plane plane : {Plane::Axial, Plane::Coronal, Plane::Sagittal}) {
        const SliceGrid grid{axesOf(plane, frame), {5, 6, 7}, 0.7, 200, 150};
        const Vector3 mm = grid.toMm(31.5, 120.25);
        CHECK(grid.toPixel(mm)[0] == Approx(31.5));
        CHECK(grid.toPixel(mm)[1] == Approx(120.25));
        CHECK(grid.distanceMm(mm) == Approx(0).margin(1e-9));
    }
}

TEST_CASE("a frame stays a rotation after a thousand small turns, and turning back gives it again")
{
    Frame frame = patientFrame();
    for (int i = 0; i < 1000; ++i)
        frame = turned(frame, i % 2 ? Plane::Axial : Plane::Sagittal, 0.7);
    CHECK(determinant(frame) == Approx(1));
    CHECK(dot(column(frame, 0), column(frame, 1)) == Approx(0).margin(1e-9));
    const Frame there = turned(patientFrame(), Plane::Coronal, 25), back = turned(there, Plane::Coronal, -25);
    for (int c = 0; c < 3; ++c)
        CHECK(length(column(back, c) - column(patientFrame(), c)) == Approx(0).margin(1e-9));
}

TEST_CASE("slices are counted and stepped by the voxel axis that runs along the normal, on every grid")
{
    for (const NamedGrid& one : everyGrid()) {
        INFO(one.name);
        if (one.name == "oblique")
            continue;
        const Vector3 normal{0, 0, 1};
        CHECK(sliceStepMm(one.grid, normal) == Approx(3));
        CHECK(sliceNumber(one.grid, normal, middleMm(one.grid))[1] == 40);
        CHECK(sliceNumber(one.grid, normal, {10, -20, 300 - 58.5})[0] == 1);
        CHECK(sliceNumber(one.grid, normal, {10, -20, 300 + 58.5})[0] == 40);
    }
}

TEST_CASE("the scan's own planes are its rows and columns, never mirrored")
{
    for (const NamedGrid& one : everyGrid()) {
        INFO(one.name);
        const Frame frame = scanFrame(one.grid);
        CHECK(determinant(frame) == Approx(1));
        for (int c = 0; c < 3; ++c)
            CHECK(column(frame, c)[std::size_t(c)] > 0.8);
    }
}
