// SPDX-License-Identifier: Apache-2.0
#include "viewer/scene/Surface.h"

#include "volume/ClassicLocale.h"
#include "volume/Error.h"

#include <vtkActor.h>
#include <vtkAppendPolyData.h>
#include <vtkCallbackCommand.h>
#include <vtkFlyingEdges3D.h>
#include <vtkGLTFExporter.h>
#include <vtkImageData.h>
#include <vtkImageGaussianSmooth.h>
#include <vtkMatrix4x4.h>
#include <vtkNew.h>
#include <vtkOBJWriter.h>
#include <vtkPointData.h>
#include <vtkPolyData.h>
#include <vtkPolyDataMapper.h>
#include <vtkPolyDataNormals.h>
#include <vtkProperty.h>
#include <vtkRenderWindow.h>
#include <vtkRenderer.h>
#include <vtkSTLReader.h>
#include <vtkSTLWriter.h>
#include <vtkTransform.h>
#include <vtkTransformPolyDataFilter.h>
#include <vtkUnsignedCharArray.h>
#include <vtkWindowedSincPolyDataFilter.h>

#include <algorithm>

namespace hounsfield {
namespace fs = std::filesystem;
namespace {

constexpr int margin = 3; ///< voxels of air about the box: the smoothed surface closes

/// The mask's box with its margin, 255 inside, in voxel indices of the scan.
vtkSmartPointer<vtkImageData> imageOf(const Mask& mask)
{
    const Index3 size = mask.box().size();
    auto image = vtkSmartPointer<vtkImageData>::New();
    image->SetDimensions(int(size[0]) + 2 * margin, int(size[1]) + 2 * margin, int(size[2]) + 2 * margin);
    image->SetOrigin(double(mask.box().begin[0] - margin), double(mask.box().begin[1] - margin),
                     double(mask.box().begin[2] - margin));
    image->AllocateScalars(VTK_UNSIGNED_CHAR, 1);
    auto* to = static_cast<unsigned char*>(image->GetScalarPointer());
    std::fill(to, to + image->GetNumberOfPoints(), static_cast<unsigned char>(0));
    forEachVoxel(mask, [&](const Index3& i) {
        to[image->ComputePointId(std::array<int, 3>{int(i[0] - mask.box().begin[0]) + margin,
                                                    int(i[1] - mask.box().begin[1]) + margin,
                                                    int(i[2] - mask.box().begin[2]) + margin}
                                     .data())] = 255;
    });
    return image;
}

/// Runs a step of the pipeline; where a stop is asked for, the step ends at its next report. @throws
/// Cancelled then
void run(vtkAlgorithm& step, const Progress& stop)
{
    stop.check();
    vtkNew<vtkCallbackCommand> look;
    look->SetClientData(const_cast<Progress*>(&stop));
    look->SetCallback([](vtkObject* caller, unsigned long, void* progress, void*) {
        if (static_cast<const Progress*>(progress)->stopRequested())
            static_cast<vtkAlgorithm*>(caller)->SetAbortExecute(1);
    });
    const unsigned long observer = step.AddObserver(vtkCommand::ProgressEvent, look);
    step.Update();
    step.RemoveObserver(observer);
    if (step.GetAbortExecute())
        throw Cancelled{};
}

vtkSmartPointer<vtkMatrix4x4> matrixOf(const Geometry& scan)
{
    auto matrix = vtkSmartPointer<vtkMatrix4x4>::New();
    for (int r = 0; r < 3; ++r) {
        for (int c = 0; c < 3; ++c)
            matrix->SetElement(r, c, scan.matrix()[static_cast<std::size_t>(r)][static_cast<std::size_t>(c)]);
        matrix->SetElement(r, 3, scan.originMm()[static_cast<std::size_t>(r)]);
    }
    return matrix;
}

void writeGltf(const std::vector<NamedSurface>& surfaces, const fs::path& file)
{
    vtkNew<vtkRenderWindow> window;
    window->SetOffScreenRendering(1);
    vtkNew<vtkRenderer> renderer;
    window->AddRenderer(renderer);
    for (const NamedSurface& one : surfaces) {
        vtkNew<vtkPolyDataMapper> mapper;
        mapper->SetInputData(one.surface);
        vtkNew<vtkActor> actor;
        actor->SetMapper(mapper);
        actor->GetProperty()->SetColor(one.rgb[0] / 255.0, one.rgb[1] / 255.0, one.rgb[2] / 255.0);
        renderer->AddActor(actor);
    }
    vtkNew<vtkGLTFExporter> exporter;
    exporter->SetRenderWindow(window);
    exporter->InlineDataOn();
    exporter->SetFileName(file.string().c_str());
    exporter->Write();
}

} // namespace

vtkSmartPointer<vtkPolyData> surfaceOf(const Mask& mask, const Progress& stop)
{
    if (mask.empty())
        return vtkSmartPointer<vtkPolyData>::New();
    vtkNew<vtkImageGaussianSmooth> smooth;
    smooth->SetInputData(imageOf(mask));
    // A thin vessel must not vanish: small things are smoothed less.
    const double sigma = mask.count() > 2000 ? 0.8 : 0.45;
    smooth->SetStandardDeviations(sigma, sigma, sigma);
    smooth->SetRadiusFactors(2, 2, 2);
    vtkNew<vtkFlyingEdges3D> contour;
    contour->SetInputConnection(smooth->GetOutputPort());
    contour->SetValue(0, 127.5);
    contour->ComputeNormalsOff();
    vtkNew<vtkTransform> toPatient;
    toPatient->SetMatrix(matrixOf(mask.geometry()));
    vtkNew<vtkTransformPolyDataFilter> place;
    place->SetInputConnection(contour->GetOutputPort());
    place->SetTransform(toPatient);
    vtkNew<vtkWindowedSincPolyDataFilter> relax;
    relax->SetInputConnection(place->GetOutputPort());
    relax->SetNumberOfIterations(15);
    relax->SetPassBand(0.1);
    relax->NormalizeCoordinatesOn();
    relax->NonManifoldSmoothingOn();
    vtkNew<vtkPolyDataNormals> normals;
    normals->SetInputConnection(relax->GetOutputPort());
    normals->SplittingOff();
    normals->ConsistencyOn();
    normals->AutoOrientNormalsOn();
    for (vtkAlgorithm* step :
         {static_cast<vtkAlgorithm*>(smooth.Get()), static_cast<vtkAlgorithm*>(contour.Get()),
          static_cast<vtkAlgorithm*>(place.Get()), static_cast<vtkAlgorithm*>(relax.Get()),
          static_cast<vtkAlgorithm*>(normals.Get())})
        run(*step, stop);
    return normals->GetOutput();
}

void writeSurfaces(const std::vector<NamedSurface>& surfaces, const fs::path& file)
{
    const ClassicLocale numbersAsInC;
    const std::string ending = file.extension().string();
    const fs::path temporary = file.parent_path() / ("." + file.stem().string() + ".part" + ending);
    if (ending == ".gltf") {
        writeGltf(surfaces, temporary);
    } else {
        vtkNew<vtkAppendPolyData> all;
        for (const NamedSurface& one : surfaces)
            all->AddInputData(one.surface);
        if (ending == ".obj") {
            vtkNew<vtkOBJWriter> writer;
            writer->SetInputConnection(all->GetOutputPort());
            writer->SetFileName(temporary.string().c_str());
            writer->Write();
        } else {
            vtkNew<vtkSTLWriter> writer;
            writer->SetInputConnection(all->GetOutputPort());
            writer->SetFileTypeToBinary();
            writer->SetFileName(temporary.string().c_str());
            writer->Write();
        }
    }
    std::error_code failed;
    const bool empty = fs::file_size(temporary, failed) == 0 || failed;
    if (!empty)
        fs::rename(temporary, file, failed);
    if (empty || failed) {
        std::error_code ignored;
        fs::remove(temporary, ignored);
        throw Error(ErrorKind::Resources,
                    "The surface " + file.string() +
                        " could not be written. Is the folder writable and the disk not full?");
    }
}

} // namespace hounsfield
