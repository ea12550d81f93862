// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "volume/Geometry.h"

namespace hounsfield {

enum class Plane { Axial, Coronal, Sagittal };

/// Three perpendicular unit vectors in LPS millimetres: the columns are x, y, z of the multiplanar frame. The
/// identity shows the patient's own planes; a turned frame shows oblique ones.
using Frame = Matrix3;
Frame patientFrame();
/// The frame turned by `degrees` about the normal of `plane` (right-handed about the frame's own axis).
Frame turned(const Frame& frame, Plane plane, double degrees);
/// The perpendicular frame nearest to the scan's own voxel axes: its rows and columns for an oblique scan.
Frame scanFrame(const Geometry& scan);

/// How a plane lies on the screen: unit vectors in LPS millimetres. As radiologists hang them: axial from
/// below (patient's right on the left of the screen, anterior above), coronal from the front, sagittal with
/// anterior on the left.
struct PlaneAxes {
    Vector3 right{1, 0, 0};
    Vector3 down{0, 1, 0};
    Vector3 normal{0, 0, 1}; ///< where the next slice lies
};
PlaneAxes axesOf(Plane plane, const Frame& frame);
/// The same plane, its picture rolled: `right` turned by so many degrees towards `down`.
PlaneAxes rolled(const PlaneAxes& axes, double degrees);

/// A plane and where each pixel of it lies. Pixel (0, 0) is the corner at the top left; pixel centres are at
/// .5.
struct SliceGrid {
    PlaneAxes axes;
    Vector3 centreMm{0, 0, 0}; ///< what the middle of the picture shows
    double mmPerPixel = 1;
    int width = 1, height = 1;

    Vector3 toMm(double x, double y) const
    {
        return centreMm + (x - 0.5 * width) * mmPerPixel * axes.right +
               (y - 0.5 * height) * mmPerPixel * axes.down;
    }
    std::array<double, 2> toPixel(const Vector3& mm) const
    {
        const Vector3 from = mm - centreMm;
        return {0.5 * width + dot(from, axes.right) / mmPerPixel,
                0.5 * height + dot(from, axes.down) / mmPerPixel};
    }
    /// Signed distance of a place from the plane, mm.
    double distanceMm(const Vector3& mm) const { return dot(mm - centreMm, axes.normal); }
};

/// How far apart slices are along a normal, mm: the step of the voxel axis that runs most along it.
double sliceStepMm(const Geometry& scan, const Vector3& normal);
/// First and last position (mm along the normal, from the LPS origin) of the scan's voxel centres.
std::array<double, 2> extentMm(const Geometry& scan, const Vector3& normal);
/// 1-based number of the slice at a place, and how many there are.
std::array<std::int64_t, 2> sliceNumber(const Geometry& scan, const Vector3& normal, const Vector3& mm);
/// Letters of a direction, most important first, at most three: "R", "RA" for an oblique one (DICOM
/// C.7.6.1.1.1). A part under about 20 degrees is left out.
std::string directionLetters(const Vector3& lps);
/// The middle of the scan.
Vector3 middleMm(const Geometry& scan);

} // namespace hounsfield
