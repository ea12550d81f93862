// SPDX-License-Identifier: Apache-2.0
#include "viewer/scene/SliceSampler.h"

#include <vtkImageData.h>
#include <vtkImageReslice.h>
#include <vtkMatrix4x4.h>
#include <vtkNew.h>
#include <vtkPointData.h>
#include <vtkShortArray.h>

#include <algorithm>
#include <cstring>

namespace hounsfield {
namespace {

int vtkModeOf(SlabMode mode)
{
    if (mode == SlabMode::Maximum)
        return VTK_IMAGE_SLAB_MAX;
    return mode == SlabMode::Minimum ? VTK_IMAGE_SLAB_MIN : VTK_IMAGE_SLAB_MEAN;
}

} // namespace

struct SliceSampler::Pipeline {
    vtkNew<vtkImageData> image;
    vtkNew<vtkImageReslice> reslice;
    vtkNew<vtkMatrix4x4> axes;
};

SliceSampler::SliceSampler(std::shared_ptr<const Volume> volume)
    : m_volume(std::move(volume)), m_pipeline(std::make_unique<Pipeline>())
{
    // The image is given to VTK in voxel indices; the axes below carry the whole geometry, shear included,
    // which an origin, a spacing and a rotation could not.
    const Index3 n = m_volume->geometry().size();
    m_pipeline->image->SetDimensions(int(n[0]), int(n[1]), int(n[2]));
    vtkNew<vtkShortArray> scalars;
    scalars->SetArray(const_cast<short*>(m_volume->voxels().data()),
                      static_cast<vtkIdType>(m_volume->voxels().size()), 1);
    m_pipeline->image->GetPointData()->SetScalars(scalars);
    vtkImageReslice* reslice = m_pipeline->reslice;
    reslice->SetInputData(m_pipeline->image);
    reslice->SetBackgroundLevel(outside);
    reslice->SetOutputDimensionality(3);
    reslice->SetOutputOrigin(0, 0, 0);
    reslice->SetOutputSpacing(1, 1, 1);
    reslice->BorderOn();
}

SliceSampler::~SliceSampler() = default;

const std::vector<std::int16_t>& SliceSampler::sample(const SliceGrid& grid, const Slab& slab,
                                                      bool interpolate)
{
    const Geometry& scan = m_volume->geometry();
    const double step = 0.5 * sliceStepMm(scan, grid.axes.normal);
    const int slices = slab.thicknessMm > 0 ? std::clamp(int(slab.thicknessMm / step) + 1, 1, 400) : 1;
    // VTK lays a slab about the plane, its slices one output unit of z apart.
    const Vector3 first = grid.toMm(0.5, 0.5);
    const Vector3 origin = scan.toIndex(first);
    const std::array<Vector3, 3> steps{scan.toIndex(first + grid.mmPerPixel * grid.axes.right) - origin,
                                       scan.toIndex(first + grid.mmPerPixel * grid.axes.down) - origin,
                                       scan.toIndex(first + step * grid.axes.normal) - origin};
    for (int r = 0; r < 3; ++r) {
        for (int c = 0; c < 3; ++c)
            m_pipeline->axes->SetElement(r, c,
                                         steps[static_cast<std::size_t>(c)][static_cast<std::size_t>(r)]);
        m_pipeline->axes->SetElement(r, 3, origin[static_cast<std::size_t>(r)]);
    }
    vtkImageReslice* reslice = m_pipeline->reslice;
    reslice->SetResliceAxes(m_pipeline->axes);
    reslice->Modified();
    reslice->SetOutputExtent(0, grid.width - 1, 0, grid.height - 1, 0, 0);
    reslice->SetInterpolationMode(interpolate ? VTK_RESLICE_LINEAR : VTK_RESLICE_NEAREST);
    reslice->SetSlabNumberOfSlices(slices);
    reslice->SetSlabMode(vtkModeOf(slab.mode));
    reslice->Update();
    const auto count = static_cast<std::size_t>(grid.width) * static_cast<std::size_t>(grid.height);
    m_values.resize(count);
    std::memcpy(m_values.data(), reslice->GetOutput()->GetScalarPointer(), count * sizeof(std::int16_t));
    return m_values;
}

std::int16_t SliceSampler::huAt(const Vector3& mm) const
{
    const Vector3 at = m_volume->geometry().toIndex(mm);
    const Index3 i{std::llround(at[0]), std::llround(at[1]), std::llround(at[2])};
    return m_volume->geometry().box().contains(i) ? m_volume->at(i) : outside;
}

} // namespace hounsfield
