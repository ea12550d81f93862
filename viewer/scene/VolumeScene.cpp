// SPDX-License-Identifier: Apache-2.0
#include "viewer/scene/VolumeScene.h"

#include "viewer/scene/VolumePresets.h"

#include <vtkActor.h>
#include <vtkAnnotatedCubeActor.h>
#include <vtkCamera.h>
#include <vtkColorTransferFunction.h>
#include <vtkFixedPointVolumeRayCastMapper.h>
#include <vtkGPUVolumeRayCastMapper.h>
#include <vtkImageData.h>
#include <vtkImageReslice.h>
#include <vtkMatrix4x4.h>
#include <vtkNew.h>
#include <vtkPiecewiseFunction.h>
#include <vtkPlane.h>
#include <vtkPlaneCollection.h>
#include <vtkPointData.h>
#include <vtkPolyData.h>
#include <vtkPolyDataMapper.h>
#include <vtkProperty.h>
#include <vtkRenderer.h>
#include <vtkShortArray.h>
#include <vtkSmartPointer.h>
#include <vtkSmartVolumeMapper.h>
#include <vtkVolume.h>
#include <vtkVolumeProperty.h>

#include <algorithm>
#include <map>
#include <set>

namespace hounsfield {

struct VolumeScene::Parts {
    vtkNew<vtkRenderer> renderer;
    vtkNew<vtkVolume> volume;
    vtkNew<vtkColorTransferFunction> colours;
    vtkNew<vtkPiecewiseFunction> opacity;
    vtkSmartPointer<vtkVolumeMapper> mapper;
    vtkSmartPointer<vtkImageData> image;
    std::shared_ptr<const Volume> scan;
    std::string preset;
    double share = 1;
    std::map<std::shared_ptr<const Mask>, vtkSmartPointer<vtkActor>> actors;
};

VolumeMapper mapperFor(const std::string& glRenderer)
{
    for (const char* processor : {"llvmpipe", "softpipe", "SwiftShader", "Software", "GDI Generic"})
        if (glRenderer.find(processor) != std::string::npos)
            return VolumeMapper::Processor;
    return VolumeMapper::GraphicsCard;
}

std::vector<std::string> volumePresets()
{
    std::vector<std::string> names;
    for (const VolumePreset& preset : allVolumePresets())
        names.push_back(preset.name);
    return names;
}

namespace {

/// A rendering needs no more than this many voxels along an axis; a longer scan is thinned for the picture
/// alone.
constexpr std::int64_t largestSide = 320;

/// The voxels for rendering: the scan's, thinned where it is large, along its own axes in millimetres. (The
/// spacing is the image's and not the matrix': VTK shades with normals that a scaling matrix would make
/// dark.)
vtkSmartPointer<vtkImageData> renderingImage(const Volume& scan)
{
    const Index3 n = scan.geometry().size();
    Index3 every{1, 1, 1}, small{};
    for (std::size_t a = 0; a < 3; ++a) {
        every[a] = (n[a] + largestSide - 1) / largestSide;
        small[a] = (n[a] + every[a] - 1) / every[a];
    }
    auto image = vtkSmartPointer<vtkImageData>::New();
    image->SetDimensions(int(small[0]), int(small[1]), int(small[2]));
    const Vector3 spacing = scan.geometry().spacingMm();
    image->SetSpacing(double(every[0]) * spacing[0], double(every[1]) * spacing[1],
                      double(every[2]) * spacing[2]);
    if (every == Index3{1, 1, 1}) {
        vtkNew<vtkShortArray> scalars;
        scalars->SetArray(const_cast<short*>(scan.voxels().data()),
                          static_cast<vtkIdType>(scan.voxels().size()), 1);
        image->GetPointData()->SetScalars(scalars);
        return image;
    }
    image->AllocateScalars(VTK_SHORT, 1);
    auto* to = static_cast<short*>(image->GetScalarPointer());
    for (std::int64_t k = 0; k < small[2]; ++k)
        for (std::int64_t j = 0; j < small[1]; ++j)
            for (std::int64_t i = 0; i < small[0]; ++i)
                *to++ = scan.at({i * every[0], j * every[1], k * every[2]});
    return image;
}

} // namespace

VolumeScene::VolumeScene() : m_parts(std::make_unique<Parts>())
{
    m_parts->renderer->SetBackground(0.043, 0.055, 0.067);
    m_parts->renderer->SetBackground2(0.11, 0.137, 0.165);
    m_parts->renderer->GradientBackgroundOn();
    m_parts->volume->GetProperty()->SetColor(m_parts->colours);
    m_parts->volume->GetProperty()->SetScalarOpacity(m_parts->opacity);
    m_parts->volume->GetProperty()->SetInterpolationTypeToLinear();
    m_parts->volume->GetProperty()->SetAmbient(0.3);
    m_parts->volume->GetProperty()->SetDiffuse(0.85);
    m_parts->volume->GetProperty()->SetSpecular(0.15);
    setPreset(volumePresets().front());
}

VolumeScene::~VolumeScene() = default;

vtkRenderer* VolumeScene::renderer()
{
    return m_parts->renderer;
}

void VolumeScene::setVolume(std::shared_ptr<const Volume> volume, VolumeMapper mapper)
{
    m_parts->renderer->RemoveViewProp(m_parts->volume);
    setLayers({});
    m_parts->scan = std::move(volume);
    m_parts->mapper = nullptr;
    m_parts->image = nullptr;
    if (!m_parts->scan)
        return;
    if (mapper == VolumeMapper::Processor)
        m_parts->mapper = vtkSmartPointer<vtkFixedPointVolumeRayCastMapper>::New();
    else
        m_parts->mapper = vtkSmartPointer<vtkGPUVolumeRayCastMapper>::New();
    m_parts->image = renderingImage(*m_parts->scan);
    m_parts->mapper->SetInputDataObject(m_parts->image);
    m_parts->volume->SetMapper(m_parts->mapper);
    vtkNew<vtkMatrix4x4> matrix;
    const Geometry& g = m_parts->scan->geometry();
    const Matrix3 direction = g.direction();
    for (int r = 0; r < 3; ++r) {
        for (int c = 0; c < 3; ++c)
            matrix->SetElement(r, c, direction[static_cast<std::size_t>(r)][static_cast<std::size_t>(c)]);
        matrix->SetElement(r, 3, g.originMm()[static_cast<std::size_t>(r)]);
    }
    m_parts->volume->SetUserMatrix(matrix);
    // Opacity is told for one voxel's length.
    m_parts->volume->GetProperty()->SetScalarOpacityUnitDistance(1.2);
    setPreset(m_parts->preset);
    setInteractive(false);
    m_parts->renderer->AddViewProp(m_parts->volume);
    lookFrom('A');
}

std::vector<std::shared_ptr<const Mask>> VolumeScene::setLayers(const std::vector<MaskLayer>& layers)
{
    std::vector<std::shared_ptr<const Mask>> missing;
    std::set<std::shared_ptr<const Mask>> shown;
    for (const MaskLayer& layer : layers) {
        if (layer.mask->empty() || layer.growing)
            continue;
        const auto found = m_parts->actors.find(layer.mask);
        if (found == m_parts->actors.end()) {
            missing.push_back(layer.mask);
            continue;
        }
        shown.insert(layer.mask);
        found->second->GetProperty()->SetColor(layer.rgb[0] / 255.0, layer.rgb[1] / 255.0,
                                               layer.rgb[2] / 255.0);
        found->second->GetProperty()->SetOpacity(layer.strength);
        m_parts->renderer->AddActor(found->second); // once, however often
    }
    if (missing.empty())
        std::erase_if(m_parts->actors, [&](const auto& one) {
            if (shown.count(one.first))
                return false;
            m_parts->renderer->RemoveActor(one.second);
            return true;
        });
    return missing;
}

void VolumeScene::addSurface(const std::shared_ptr<const Mask>& mask, vtkSmartPointer<vtkPolyData> surface)
{
    vtkNew<vtkPolyDataMapper> mapper;
    mapper->SetInputData(surface);
    mapper->ScalarVisibilityOff();
    auto actor = vtkSmartPointer<vtkActor>::New();
    actor->SetMapper(mapper);
    actor->GetProperty()->SetSpecular(0.25);
    actor->GetProperty()->SetSpecularPower(20);
    actor->GetProperty()->SetAmbient(0.12);
    m_parts->actors[mask] = actor;
}

void VolumeScene::setPreset(const std::string& name)
{
    m_parts->preset = name;
    m_parts->colours->RemoveAllPoints();
    m_parts->opacity->RemoveAllPoints();
    const auto& presets = allVolumePresets();
    const auto found =
        std::find_if(presets.begin(), presets.end(), [&](const VolumePreset& p) { return p.name == name; });
    m_parts->volume->SetVisibility(found != presets.end());
    if (found == presets.end())
        return;
    for (const VolumePreset::Point& point : found->points) {
        m_parts->colours->AddRGBPoint(point.hu, point.red, point.green, point.blue);
        m_parts->opacity->AddPoint(point.hu, point.opacity * m_parts->share);
    }
    m_parts->volume->GetProperty()->SetShade(found->shade);
    if (m_parts->mapper)
        m_parts->mapper->SetBlendMode(found->maximum ? vtkVolumeMapper::MAXIMUM_INTENSITY_BLEND
                                                     : vtkVolumeMapper::COMPOSITE_BLEND);
}

void VolumeScene::setVolumeOpacity(double opacity)
{
    m_parts->share = std::clamp(opacity, 0.0, 1.0);
    setPreset(m_parts->preset);
}

void VolumeScene::setCrop(const CropBox& crop)
{
    if (!m_parts->mapper || !m_parts->scan)
        return;
    const Index3 n = m_parts->scan->geometry().size();
    const Vector3 spacing = m_parts->scan->geometry().spacingMm();
    double planes[6];
    for (std::size_t a = 0; a < 3; ++a) {
        planes[2 * a] = crop.low[a] * double(n[a] - 1) * spacing[a];
        planes[2 * a + 1] = std::max(crop.high[a], crop.low[a] + 0.01) * double(n[a] - 1) * spacing[a];
    }
    m_parts->mapper->SetCroppingRegionPlanes(planes);
    m_parts->mapper->SetCroppingRegionFlagsToSubVolume();
    m_parts->mapper->SetCropping(true);
}

void VolumeScene::lookFrom(char letter)
{
    static const std::map<char, std::pair<Vector3, Vector3>> views{
        {'A', {{0, -1, 0}, {0, 0, 1}}}, {'P', {{0, 1, 0}, {0, 0, 1}}},  {'L', {{1, 0, 0}, {0, 0, 1}}},
        {'R', {{-1, 0, 0}, {0, 0, 1}}}, {'S', {{0, 0, 1}, {0, -1, 0}}}, {'I', {{0, 0, -1}, {0, -1, 0}}}};
    const auto view = views.find(letter);
    if (view == views.end() || !m_parts->scan)
        return;
    const Vector3 middle = middleMm(m_parts->scan->geometry()), at = middle + 1000.0 * view->second.first;
    vtkCamera* camera = m_parts->renderer->GetActiveCamera();
    camera->SetFocalPoint(middle.data());
    camera->SetPosition(at.data());
    camera->SetViewUp(view->second.second.data());
    // The whole scan, whatever of it is visible now.
    const Geometry& scan = m_parts->scan->geometry();
    double bounds[6];
    for (int axis = 0; axis < 3; ++axis) {
        Vector3 way{0, 0, 0};
        way[static_cast<std::size_t>(axis)] = 1;
        const auto range = extentMm(scan, way);
        bounds[2 * axis] = range[0];
        bounds[2 * axis + 1] = range[1];
    }
    m_parts->renderer->ResetCamera(bounds);
    camera->Zoom(1.35);
}

void VolumeScene::setInteractive(bool interactive)
{
    if (auto* processor = vtkFixedPointVolumeRayCastMapper::SafeDownCast(m_parts->mapper)) {
        processor->AutoAdjustSampleDistancesOff();
        processor->SetImageSampleDistance(interactive ? 4.0f : 1.5f);
        processor->SetSampleDistance(interactive ? 3.0f : 1.5f);
    } else if (auto* card = vtkGPUVolumeRayCastMapper::SafeDownCast(m_parts->mapper)) {
        card->SetAutoAdjustSampleDistances(interactive);
        card->SetUseJittering(true);
    }
}

} // namespace hounsfield
