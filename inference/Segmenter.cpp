#include "inference/Segmenter.h"

#include "inference/internal/CleanUp.h"
#include "inference/internal/Device.h"
#include "inference/internal/Preprocess.h"
#include "inference/internal/SlidingWindow.h"

#include <algorithm>
#include <cmath>

namespace hounsfield {

class Prepared {
public:
    std::shared_ptr<const Volume> volume;
    ModelImage image;
    WindowPlan plan;
    std::vector<WindowFeatures> features;
};

namespace {

constexpr double rangeLow = 0.7, rangeHigh = 0.3; ///< thresholds of the smallest and the largest plausible volume

/// One class on the model's grid.
struct ClassResult {
    std::vector<float> probability; ///< Z fastest
    double threshold = 0.5;
};

std::vector<std::uint8_t> above(const std::vector<float>& probability, double threshold)
{
    std::vector<std::uint8_t> inside(probability.size());
    for (std::size_t v = 0; v < inside.size(); ++v)
        inside[v] = probability[v] > threshold;
    return inside;
}

void toProbability(std::vector<float>& logits)
{
    for (float& v : logits)
        v = 1.0f / (1.0f + std::exp(-v));
}

double countMl(const std::vector<std::uint8_t>& inside, double voxelMl)
{
    return static_cast<double>(std::count_if(inside.begin(), inside.end(), [](auto v) { return v != 0; })) * voxelMl;
}

class UniversalSegmenter final : public Segmenter {
public:
    UniversalSegmenter(const ModelPack& pack, const EngineSettings& settings)
        : m_pack(pack), m_settings(settings), m_device(chooseDevice(settings.device)),
          m_precision(choosePrecision(settings.precision, m_device)), m_notes(setUpMachine(settings.threads, m_device)),
          m_network(translated("loading the model", [&] { return Network(pack, m_device, m_precision); }))
    {
    }

    const ModelPack& pack() const override { return m_pack; }
    std::string deviceName() const override { return m_device.str(); }
    Precision precision() const override { return m_precision; }
    std::vector<std::string> notes() const override { return m_notes; }

    std::shared_ptr<const Prepared> prepare(std::shared_ptr<const Volume> volume, double overlap, Progress& progress) override
    {
        return translated("looking at the scan", [&] {
            auto prepared = std::make_shared<Prepared>();
            prepared->volume = std::move(volume);
            prepared->image = preprocess(*prepared->volume, m_pack.input, progress);
            prepared->plan = WindowPlan::make(prepared->image.crop.size(), m_pack.input.roi, overlap);
            prepared->features = SlidingWindow(m_network, prepared->plan, prepared->image.values)
                                     .features(m_settings.featureBudgetBytes, progress);
            return std::shared_ptr<const Prepared>(prepared);
        });
    }

    std::vector<Finding> segment(const Prepared& prepared, const std::vector<Target>& targets, const SegmentSettings& settings,
                                 Progress& progress) override
    {
        return translated("answering the prompt", [&] {
            const std::map<int, ClassResult> results = probabilities(prepared, idsNeeded(targets, settings), settings, progress);
            const ModelMasks masks = cleaned(prepared, results, settings, std::nullopt);
            const ModelMasks low = cleaned(prepared, results, settings, rangeLow);
            const ModelMasks high = cleaned(prepared, results, settings, rangeHigh);
            std::vector<Finding> findings;
            for (const Target& target : targets) {
                progress.step({"measuring", double(findings.size()) / double(targets.size()), std::nullopt});
                Finding finding = found(prepared, target, results.at(target.classId), masks, settings);
                setRange(finding, countMl(masks.masks.at(target.classId), masks.voxelMl), countMl(low.masks.at(target.classId), low.voxelMl),
                         countMl(high.masks.at(target.classId), high.voxelMl));
                findings.push_back(std::move(finding));
            }
            return findings;
        });
    }

private:
    /// The range as the model's own grid has it, in proportion to the volume on the scan's grid: the two grids count a surface
    /// differently, and a range must not shift for that.
    static void setRange(Finding& finding, double modelMl, double lowMl, double highMl)
    {
        const double volume = finding.mask.volumeMl();
        const double scale = modelMl > 0 && volume > 0 ? volume / modelMl : 1;
        finding.volumeLowMl = std::min(volume, lowMl * scale);
        finding.volumeHighMl = std::max(volume, highMl * scale);
    }

    std::vector<int> idsNeeded(const std::vector<Target>& targets, const SegmentSettings& settings) const
    {
        std::vector<int> asked;
        for (const Target& target : targets)
            asked.push_back(target.classId);
        return classesNeeded(asked, m_pack.classes, settings.cleanUp);
    }

    std::map<int, ClassResult> probabilities(const Prepared& prepared, const std::vector<int>& ids,
                                             const SegmentSettings& settings, Progress& progress) const
    {
        const SlidingWindow windows(m_network, prepared.plan, prepared.image.values);
        auto logits = windows.logits(prepared.features, m_network.embeddings(ids), progress);
        std::map<int, ClassResult> results;
        for (std::size_t k = 0; k < ids.size(); ++k) {
            toProbability(logits[k]);
            results[ids[k]] = {std::move(logits[k]), settings.threshold.value_or(m_pack.classById(ids[k]).threshold)};
        }
        return results;
    }

    /// Thresholded and cleaned up; `threshold` instead of each class's own.
    ModelMasks cleaned(const Prepared& prepared, const std::map<int, ClassResult>& results, const SegmentSettings& settings,
                       std::optional<double> threshold) const
    {
        ModelMasks masks;
        masks.size = prepared.image.crop.size();
        masks.voxelMl = prepared.image.resampled.voxelVolumeMl();
        for (const auto& [id, result] : results)
            masks.masks[id] = above(result.probability, threshold.value_or(result.threshold));
        cleanUp(masks, m_pack.classes, settings.cleanUp);
        return masks;
    }

    static Finding found(const Prepared& prepared, const Target& target, const ClassResult& result, const ModelMasks& masks,
                         const SegmentSettings& settings)
    {
        const auto& inside = masks.masks.at(target.classId);
        const Geometry& scan = prepared.volume->geometry();
        // The published pipeline brings masks back by nearest neighbour; smooth outlines need the probability.
        Mask mask = settings.cleanUp == CleanUp::Standard
                        ? toScanGridLinear(result.probability, inside, result.threshold, prepared.image, scan)
                        : toScanGridNearest(inside, prepared.image, scan);
        Finding finding{target, std::move(mask), result.threshold, 0, 0, 0, 0, {}};
        double sum = 0;
        std::int64_t count = 0;
        for (std::size_t v = 0; v < inside.size(); ++v) {
            finding.largestProbability = std::max(finding.largestProbability, double(result.probability[v]));
            if (inside[v]) {
                sum += result.probability[v];
                ++count;
            }
        }
        finding.meanProbability = count ? sum / double(count) : 0;
        if (const auto said = masks.warnings.find(target.classId); said != masks.warnings.end())
            finding.warnings = said->second;
        return finding;
    }

    ModelPack m_pack;
    EngineSettings m_settings;
    at::Device m_device;
    Precision m_precision;
    std::vector<std::string> m_notes;
    Network m_network;
};

} // namespace

std::unique_ptr<Segmenter> Segmenter::open(const ModelPack& pack, const EngineSettings& settings)
{
    return std::make_unique<UniversalSegmenter>(pack, settings);
}

} // namespace hounsfield
