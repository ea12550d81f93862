// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "viewer/scene/SliceSampler.h"
#include "volume/Mask.h"

#include <array>
#include <memory>
#include <vector>

namespace hounsfield {

/// A mask as it is shown.
struct MaskLayer {
    std::shared_ptr<const Mask> mask;
    std::array<int, 3> rgb{255, 255, 255};
    double strength = 1;  ///< 1: full; others step back while one is selected
    bool growing = false; ///< not finished: shown in slices alone
};

/// How a slice is shown.
struct SliceLook {
    double window = 400, level = 40; ///< HU, width and centre (DICOM PS3.3 C.11.2.1.2.1)
    bool invert = false;
    bool interpolate = true;
    Slab slab;
    double fillOpacity = 0.3;
    bool outline = true;
    int outlinePixels = 2;
};

/// A picture, 0xffRRGGBB, x fastest, top row first.
struct Picture {
    int width = 0, height = 0;
    std::vector<std::uint32_t> pixels;
};

/// One slice of a scan with its masks: what is drawn, without a window. The picture is made at the screen's
/// own resolution, so outlines stay as thin at any zoom. GUI thread.
class SliceScene {
public:
    explicit SliceScene(std::shared_ptr<const Volume> volume) : m_sampler(std::move(volume)) {}
    const Picture& render(const SliceGrid& grid, const SliceLook& look, const std::vector<MaskLayer>& layers);
    /// A probability in thousandths, on any grid, drawn as colour between scan and masks; null: none.
    void setHeat(std::shared_ptr<const Volume> thousandths);
    SliceSampler& sampler() { return m_sampler; }

private:
    void drawLayer(const SliceGrid& grid, const SliceLook& look, const MaskLayer& layer);

    void drawHeat(const SliceGrid& grid);

    SliceSampler m_sampler;
    std::unique_ptr<SliceSampler> m_heat;
    Picture m_picture;
    std::vector<std::uint8_t> m_inside;
};

/// Colour of a probability: from blue over green and yellow to red.
std::array<int, 3> heatColour(double probability);
/// Grey 0..255 of a value under a window (DICOM PS3.3 C.11.2.1.2.1, linear).
std::uint8_t greyOf(double hu, const SliceLook& look);

} // namespace hounsfield
