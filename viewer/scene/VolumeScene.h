// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "viewer/scene/SliceScene.h"

#include <memory>
#include <string>
#include <vector>

#include <vtkSmartPointer.h>

class vtkPolyData;
class vtkRenderer;
class vtkVolumeMapper;

namespace hounsfield {

/// How voxels are computed into a picture: on a graphics card, or on the processor where the driver only
/// pretends to have one.
enum class VolumeMapper { GraphicsCard, Processor };
/// From the driver's own name (GL_RENDERER): "llvmpipe", "softpipe" and "SwiftShader" are processors.
VolumeMapper mapperFor(const std::string& glRenderer);

/// Names of the transfer functions for CT, the first the default.
std::vector<std::string> volumePresets();

/// A part of the scan, shares of its size along i, j, k.
struct CropBox {
    Vector3 low{0, 0, 0}, high{1, 1, 1};
};

/// The scan in three dimensions with its masks as smooth surfaces. GUI thread.
class VolumeScene {
public:
    VolumeScene();
    ~VolumeScene();
    VolumeScene(const VolumeScene&) = delete;
    VolumeScene& operator=(const VolumeScene&) = delete;

    vtkRenderer* renderer();
    void setVolume(std::shared_ptr<const Volume> volume, VolumeMapper mapper); ///< null: empty
    /// Shows the masks whose surfaces are there. Where some are not yet, what was shown before stays until
    /// they are.
    /// @return the masks that still need addSurface
    std::vector<std::shared_ptr<const Mask>> setLayers(const std::vector<MaskLayer>& layers);
    /// From surfaceOf, which any thread may call; kept as long as the mask is shown.
    void addSurface(const std::shared_ptr<const Mask>& mask, vtkSmartPointer<vtkPolyData> surface);
    void setPreset(const std::string& name); ///< unknown: nothing of the volume is shown, masks only
    void setVolumeOpacity(double opacity);   ///< 0 to 1, times the preset's
    void setCrop(const CropBox& crop);
    /// Looks from where a letter says: 'A' from the front, 'P', 'L', 'R', 'S' from the head, 'I'.
    void lookFrom(char letter);
    void setInteractive(bool interactive); ///< coarser rays while a hand moves

private:
    struct Parts;
    std::unique_ptr<Parts> m_parts;
};

} // namespace hounsfield
