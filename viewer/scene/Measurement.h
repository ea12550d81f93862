// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "viewer/scene/SlicePlane.h"
#include "volume/Statistics.h"
#include "volume/Volume.h"

#include <optional>
#include <string>
#include <vector>

namespace hounsfield {

enum class MeasurementKind { Distance, Angle, Bidirectional, Ellipse, Rectangle, Freehand, Arrow, Probe };

/// Something a person measured or pointed at: points in patient coordinates, on a plane of any direction.
///
/// Points: Distance 2; Angle 3 (the corner second); Bidirectional 4 (long axis, then short axis); Ellipse and
/// Rectangle 2 opposite corners of the box along the plane's axes; Freehand 3 or more, closed; Arrow 2 (tip
/// first); Probe 1.
struct Measurement {
    int id = 0;
    MeasurementKind kind = MeasurementKind::Distance;
    PlaneAxes plane;
    std::vector<Vector3> pointsMm;
    std::string text; ///< of an arrow
};

/// How many points a person sets; 0: as many as the drawing has (Freehand).
int pointsOf(MeasurementKind kind);

/// What a measurement says.
struct MeasuredValues {
    std::optional<double> lengthMm;      ///< distance, or the long axis
    std::optional<double> shortLengthMm; ///< of Bidirectional
    std::optional<double> angleDegrees;
    std::optional<double> areaMm2;
    std::optional<HuStatistics> hu; ///< Ellipse, Rectangle, Freehand: of the plane sampled at half the finest
                                    ///< spacing; Probe: of its voxel
};
MeasuredValues measured(const Measurement& measurement, const Volume& volume);

/// The closed outline of an ellipse, a rectangle or a freehand region, in patient coordinates.
std::vector<Vector3> outlineOf(const Measurement& measurement);

} // namespace hounsfield
