// SPDX-License-Identifier: Apache-2.0
#include "viewer/scene/Measurement.h"
#include "tests/support/catch.h"
#include "tests/viewer/Phantoms.h"

using namespace hounsfield;
using namespace hounsfield::test;

namespace {

/// HU = 2 * left mm + 3 * posterior mm, so that the mean over a region is that of its middle.
std::shared_ptr<const Volume> ramp(const Geometry& grid)
{
    std::vector<std::int16_t> voxels;
    for (std::int64_t k = 0; k < grid.size()[2]; ++k)
        for (std::int64_t j = 0; j < grid.size()[1]; ++j)
            for (std::int64_t i = 0; i < grid.size()[0]; ++i) {
                const Vector3 mm = grid.toMm(Index3{i, j, k});
                voxels.push_back(static_cast<std::int16_t>(std::lround(2 * mm[0] + 3 * mm[1])));
            }
    return std::make_shared<const Volume>(grid, voxels);
}

} // namespace

TEST_CASE("lengths, axes and angles are those of geometry, in any plane")
{
    const auto volume = ramp(everyGrid()[4].grid);
    const PlaneAxes plane = axesOf(Plane::Coronal, turned(patientFrame(), Plane::Axial, 33));
    const Vector3 a{10, -20, 300}, b = a + 30.0 * plane.right, c = a + 40.0 * plane.down;
    CHECK(*measured({1, MeasurementKind::Distance, plane, {b, c}, {}}, *volume).lengthMm == Approx(50));
    CHECK(*measured({1, MeasurementKind::Angle, plane, {b, a, c}, {}}, *volume).angleDegrees == Approx(90));
    const MeasuredValues axes =
        measured({1, MeasurementKind::Bidirectional, plane, {a, c, a, b}, {}}, *volume);
    CHECK(*axes.lengthMm == Approx(40));
    CHECK(*axes.shortLengthMm == Approx(30));
}

TEST_CASE(
    "regions give the area of the formula and the mean HU of their middle on a ramp, on every kind of grid")
{
    for (const NamedGrid& one : everyGrid()) {
        INFO(one.name);
        const auto volume = ramp(one.grid);
        for (const Plane at : {Plane::Axial, Plane::Coronal}) {
            const PlaneAxes plane = axesOf(at, patientFrame());
            const Vector3 middle{14, -26, 297}, corner = middle - 12.0 * plane.right - 8.0 * plane.down,
                                                other = middle + 12.0 * plane.right + 8.0 * plane.down;
            const double mean = 2 * middle[0] + 3 * middle[1];
            const MeasuredValues ellipse =
                measured({1, MeasurementKind::Ellipse, plane, {corner, other}, {}}, *volume);
            CHECK(*ellipse.areaMm2 == Approx(3.14159265 * 12 * 8));
            CHECK(ellipse.hu->mean == Approx(mean).margin(0.6));
            const MeasuredValues box =
                measured({1, MeasurementKind::Rectangle, plane, {other, corner}, {}}, *volume);
            CHECK(*box.areaMm2 == Approx(24 * 16));
            CHECK(box.hu->mean == Approx(mean).margin(0.6));
            const MeasuredValues drawn =
                measured({1,
                          MeasurementKind::Freehand,
                          plane,
                          {corner, corner + 24.0 * plane.right, other, other - 24.0 * plane.right},
                          {}},
                         *volume);
            CHECK(*drawn.areaMm2 == Approx(24 * 16));
            CHECK(drawn.hu->mean == Approx(mean).margin(0.6));
        }
    }
}

TEST_CASE("a region outside the scan has an area and no HU, a point there has nothing")
{
    const auto volume = ramp(everyGrid()[0].grid);
    const PlaneAxes plane = axesOf(Plane::Axial, patientFrame());
    const MeasuredValues beyond =
        measured({1, MeasurementKind::Ellipse, plane, {{500, 0, 300}, {520, 10, 300}}, {}}, *volume);
    CHECK(beyond.areaMm2);
    CHECK_FALSE(beyond.hu);
    CHECK_FALSE(measured({1, MeasurementKind::Probe, plane, {{500, 0, 300}}, {}}, *volume).hu);
    const Vector3 within = volume->geometry().toMm(Index3{5, 6, 7});
    const MeasuredValues point = measured({1, MeasurementKind::Probe, plane, {within}, {}}, *volume);
    CHECK(point.hu);
    CHECK_FALSE((point.lengthMm || point.angleDegrees || point.areaMm2));
}
