// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "inference/internal/CleanUp.h"
#include "inference/internal/Preprocess.h"
#include "inference/internal/Probability.h"

namespace hounsfield {

/// One class on the model's grid.
struct ClassResult {
    const Probabilities& probability; ///< kept by Prepared
    double threshold = 0.5, peak = 0; ///< Marking
};

/// From probabilities to findings: thresholded and cleaned up once for all targets, then one by one onto the
/// scan's grid. Neither the network nor tensors are needed.
class Answer {
public:
    /// All arguments must outlive it. @param results by class id (or a key of their own for words beyond the
    /// known classes)
    /// @throws Cancelled between classes
    Answer(const ModelImage& image, const Geometry& scan, const std::map<int, ClassResult>& results,
           const std::vector<ModelClass>& classes, const SegmentSettings& settings, Progress& progress);
    /// @throws Cancelled between one mask and the next
    Finding found(const Target& target, int key);

private:
    Mask onScan(int key, const std::vector<std::uint8_t>& inside) const;
    std::vector<std::shared_ptr<const HostOrgan>> hostsOf(int key);
    void setRange(Finding& finding, int key, const std::vector<std::uint8_t>& inside) const;
    void setLeftOut(Finding& finding, int key) const;
    void setDoubts(Finding& finding, int key, std::int64_t takenOut) const;
    const ModelClass* classById(int id) const; ///< null for words

    const ModelImage& m_image;
    const Geometry& m_scan;
    const std::map<int, ClassResult>& m_results;
    const std::vector<ModelClass>& m_classes;
    const SegmentSettings& m_settings;
    Progress& m_progress;
    ModelMasks m_masks;
    std::map<int, std::shared_ptr<const HostOrgan>> m_hosts; ///< those made so far
};

} // namespace hounsfield
