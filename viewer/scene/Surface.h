// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "volume/Mask.h"
#include "volume/Progress.h"

#include <filesystem>
#include <string>
#include <vector>

#include <vtkSmartPointer.h>

class vtkPolyData;

namespace hounsfield {

/// A smooth closed surface of a mask in LPS millimetres, normals outward: for the eye. Numbers always come
/// from the mask. Voxels are smoothed (Gaussian, about one voxel), contoured at one half and relaxed without
/// shrinking (Taubin 1995).
/// @param stop looked at between and within those steps. @throws Cancelled
vtkSmartPointer<vtkPolyData> surfaceOf(const Mask& mask, const Progress& stop = Progress());

struct NamedSurface {
    std::string name;
    std::array<int, 3> rgb{255, 255, 255};
    vtkSmartPointer<vtkPolyData> surface;
};
/// One file by its ending: .stl (all surfaces in one), .obj, .gltf. Millimetres; LPS as DICOM has them.
/// Written beside and renamed. @throws Error(Resources)
void writeSurfaces(const std::vector<NamedSurface>& surfaces, const std::filesystem::path& file);

} // namespace hounsfield
