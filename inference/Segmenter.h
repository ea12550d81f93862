// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "inference/ModelPack.h"
#include "inference/Prompt.h"
#include "inference/Removal.h"
#include "inference/TextEncoder.h"
#include "volume/Mask.h"
#include "volume/Progress.h"
#include "volume/Volume.h"

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace hounsfield {

enum class Precision { Auto, Fp32, Bf16, Fp16 };
std::string nameOf(Precision precision); ///< "auto", "fp32", "bf16", "fp16"
enum class CleanUp { Standard, Published, None };

/// What to compute on.
struct EngineSettings {
    std::string device = "auto"; ///< "auto", "cpu", "cuda:N"
    Precision precision = Precision::Auto;
    int threads = 0; ///< 0: as many as the processor has cores
    /// Memory for what the model has seen of a scan, so that later prompts answer at once: in float32 where
    /// all of it fits so, else in half precision; what does not fit goes into a cache file of at most
    /// cacheFileBytes, and what does not fit there is computed again.
    std::int64_t featureBudgetBytes = std::int64_t(5) << 28;
    std::int64_t cacheFileBytes = std::int64_t(16) << 30;
    std::filesystem::path cacheFolder; ///< empty: the system's place for large temporary files
};

/// From which probability voxels of a class are marked: ModelClass::threshold and peak.
struct Marking {
    double threshold = 0.5, peak = 0;
};

/// How to look.
struct SegmentSettings {
    std::optional<double> threshold; ///< instead of each class's own
    CleanUp cleanUp = CleanUp::Standard;
    bool keepLeftOut = true;     ///< Finding::leftOut; a byte a voxel of its box
    bool keepProbability = true; ///< Finding::probability of organs too; of tumors and cysts it is always
                                 ///< kept. Two bytes a voxel of its box
    std::map<int, Marking> markings{}; ///< by class id (0: all words beyond the classes), instead of the
                                       ///< pack's; `threshold` goes before them, for every class
};

/// A mask that is still growing: thresholded, not cleaned up, of the windows that are done.
struct PartialMask {
    Target target;
    Mask mask; ///< on the scan's own grid
};

/// How to look at a scan.
struct PrepareSettings {
    double overlap = 0.5; ///< of windows, 0 to below 1
    std::optional<Vector3>
        focusMm;                 ///< windows nearest to this place first (LPS); absent: the published order
    std::vector<Target> watched; ///< what `onPartial` tells of, while the windows finish
    std::function<void(const std::vector<PartialMask>&)>
        onPartial; ///< on the working thread, about once a second
};

/// What a run will take, from what windows took on this machine.
struct Estimate {
    std::int64_t windows = 0;
    double seconds = 0;     ///< to prepare and to answer; a later prompt takes a small part of it
    std::int64_t bytes = 0; ///< of memory at its peak, beside what the program has now
};

/// An organ that a tumor or cyst lies in, as the model sees it (cleaned up), whether it was asked for or not.
struct HostOrgan {
    int classId = 0;
    std::string name; ///< "Left Kidney"
    Mask mask;        ///< on the scan's own grid; may be empty
};

/// One class, or words beyond the known classes, found (or not) in a scan.
struct Finding {
    Target target;
    Mask mask; ///< on the scan's own grid
    double threshold = 0.5;
    double largestProbability = 0; ///< anywhere in the scan, before thresholding
    double meanProbability = 0;    ///< of the model-grid voxels inside; 0 for an empty mask
    double volumeLowMl = 0;        ///< volume with the threshold at 0.7: the smallest that is still plausible
    double volumeHighMl = 0;       ///< volume with the threshold at 0.3
    std::vector<std::string> warnings; ///< what was removed or is doubtful: whole sentences
    /// Probability in thousandths on the model's own grid, the box where it is above 0.02; null where it
    /// nowhere is. For the eye.
    std::shared_ptr<const Volume> probability;
    std::vector<NearestClass>
        nearest{}; ///< of a zero-shot target: the three known classes that its words are nearest to
    std::vector<Removal> removals{};       ///< what the clean-up left out, and why; also said in warnings
    std::shared_ptr<const Mask> leftOut{}; ///< where that was, to be restored; null where nothing was
    std::vector<std::shared_ptr<const HostOrgan>> hosts{}; ///< of a tumor or cyst
    double peak = 0;                                       ///< as ModelClass::peak, 0: none
};

/// A scan as the model has seen it: gap vector and 8-channel map of every window. Opaque, immutable, shared.
class Prepared;

/// The front door of the engine: a scan and a prompt in, masks out. Synchronous; one thread calls it at a
/// time.
class Segmenter {
public:
    /// @param stop looked at before every tensor of the weights
    /// @throws Error(Model) where the weights do not fit the architecture, Error(Usage) for a device that is
    /// not there, Cancelled
    static std::unique_ptr<Segmenter> open(const ModelPack& pack, const EngineSettings& settings,
                                           const Progress& stop = Progress());
    virtual ~Segmenter() = default;

    virtual const ModelPack& pack() const = 0;
    virtual std::string deviceName() const = 0; ///< "cpu" or "cuda:0", as in effect
    virtual Precision precision() const = 0;    ///< in effect, never Auto: float32 until it is chosen
    virtual std::vector<std::string> notes()
        const = 0; ///< doubts about this machine, and what was done when its memory ran out: whole sentences
    virtual std::string precisionReason() const
    {
        return {};
    } ///< what was measured to choose it, a whole sentence; empty where there was no choice

    /// From windows that were timed before, on this computer with this model; the first time a small one is
    /// run and timed. Where the precision is left to the program it is chosen here, too, or by prepare().
    /// @throws Cancelled within a second
    virtual Estimate estimate(const Volume& scan, std::size_t targets, double overlap,
                              Progress& progress) = 0;
    /// The costly, prompt-free part: preprocess, then the backbone over every window.
    virtual std::shared_ptr<const Prepared> prepare(std::shared_ptr<const Volume> volume,
                                                    const PrepareSettings& settings, Progress& progress) = 0;
    /// The cheap part: the head for the classes asked for, blended, cleaned up, back on the scan's own grid.
    /// Probabilities are kept in `prepared` (up to a budget), so that another threshold costs only the last
    /// two.
    virtual std::vector<Finding> segment(const Prepared& prepared, const std::vector<Target>& targets,
                                         const SegmentSettings& settings, Progress& progress) = 0;
};

} // namespace hounsfield
