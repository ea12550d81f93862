#include "inference/Segmenter.h"

#include "inference/internal/CleanUp.h"
#include "inference/internal/ModelGrid.h"
#include "inference/internal/Preprocess.h"
#include "inference/internal/Runner.h"
#include "inference/internal/SlidingWindow.h"
#include "inference/internal/TargetEmbeddings.h"

#include <algorithm>
#include <chrono>
#include <cmath>

namespace hounsfield {

class Prepared {
public:
    std::shared_ptr<const Volume> volume;
    ModelImage image;
    WindowPlan plan;
    std::vector<WindowFeatures> features;
    /// Probabilities of what was asked for so far, by its key (TargetEmbeddings), so that another threshold needs no network. One thread at
    /// a time, as Segmenter says.
    mutable std::map<int, Probabilities> probabilities;
};

namespace {

constexpr std::int64_t probabilityBudgetBytes = std::int64_t(1) << 30;
/// Sums of logits in memory at once, of as many classes as fit.
constexpr std::int64_t blendBytes = std::int64_t(400) << 20;
/// Classes whose masks are shown growing: the rest appear with the result.
constexpr std::size_t mostWatched = 8;

constexpr double rangeLow = 0.7, rangeHigh = 0.3; ///< thresholds of the smallest and the largest plausible volume

/// One class on the model's grid.
struct ClassResult {
    const Probabilities& probability; ///< kept by Prepared
    double threshold = 0.5;
};

std::vector<std::uint8_t> above(const Probabilities& probability, double threshold)
{
    const int step = stepOf(threshold);
    std::vector<std::uint8_t> inside(probability.size());
    for (std::size_t v = 0; v < inside.size(); ++v)
        inside[v] = probability[v] >= step;
    return inside;
}

double countMl(const std::vector<std::uint8_t>& inside, double voxelMl)
{
    return static_cast<double>(std::count_if(inside.begin(), inside.end(), [](auto v) { return v != 0; })) * voxelMl;
}

std::map<int, double> volumes(const ModelMasks& masks)
{
    std::map<int, double> ml;
    for (const auto& [id, inside] : masks.masks)
        ml[id] = countMl(inside, masks.voxelMl);
    return ml;
}

/// Windows about this place first.
void nearestFirst(WindowPlan& plan, const ModelImage& image, const Vector3& focusMm)
{
    const Vector3 at = image.resampled.toIndex(focusMm);
    const auto distance = [&](const Index3& start) {
        Vector3 from;
        for (std::size_t a = 0; a < 3; ++a)
            from[a] = double(start[a] - plan.padBefore[a] + image.crop.begin[a]) + 0.5 * double(plan.roi[a]) - at[a];
        return length(from);
    };
    std::stable_sort(plan.starts.begin(), plan.starts.end(), [&](const Index3& a, const Index3& b) { return distance(a) < distance(b); });
}

/// Tells how the masks grow while windows finish.
class Growth {
public:
    Growth(const SlidingWindow& windows, const Prepared& prepared, const PrepareSettings& settings, TargetEmbeddings& embeddings)
        : m_windows(windows), m_prepared(prepared), m_settings(settings), m_last(std::chrono::steady_clock::now())
    {
        if (!wanted())
            return;
        std::vector<int> keys;
        for (std::size_t k = 0; k < std::min(mostWatched, settings.watched.size()); ++k) {
            keys.push_back(embeddings.keyOf(settings.watched[k]));
            m_thresholds.push_back(embeddings.threshold(keys.back()));
        }
        m_embeddings = embeddings.of(keys);
        m_blend.emplace(windows.emptyBlend(static_cast<std::int64_t>(keys.size())));
    }

    void add(std::size_t window, const WindowFeatures& features)
    {
        if (!wanted())
            return;
        m_windows.add(*m_blend, window, features, m_embeddings);
        const auto now = std::chrono::steady_clock::now();
        if (now - m_last < std::chrono::milliseconds(700) || window + 1 == m_prepared.plan.starts.size())
            return;
        tell();
        // Telling must not eat the time of looking.
        const auto after = std::chrono::steady_clock::now();
        m_last = after + 4 * (after - now);
    }

private:
    bool wanted() const { return m_settings.onPartial && !m_settings.watched.empty(); }

    void tell() const
    {
        std::vector<PartialMask> masks;
        for (std::size_t k = 0; k < m_thresholds.size(); ++k) {
            const auto logit = static_cast<float>(std::log(m_thresholds[k] / (1 - m_thresholds[k])));
            const std::vector<std::uint8_t> inside = m_blend->above(static_cast<std::int64_t>(k), logit);
            masks.push_back({m_settings.watched[k], toScanGridNearest(inside, m_prepared.image, m_prepared.volume->geometry())});
        }
        m_settings.onPartial(masks);
    }

    const SlidingWindow& m_windows;
    const Prepared& m_prepared;
    const PrepareSettings& m_settings;
    std::vector<double> m_thresholds;
    at::Tensor m_embeddings;
    std::optional<Blend> m_blend;
    std::chrono::steady_clock::time_point m_last;
};

/// The probabilities as a small volume of their own, to be looked at.
std::shared_ptr<const Volume> thousandths(const Probabilities& probability, const ModelImage& image)
{
    constexpr int least = 5; // steps: 0.02
    const Index3 size = image.crop.size();
    IndexBox box;
    std::size_t v = 0;
    for (std::int64_t x = 0; x < size[0]; ++x)
        for (std::int64_t y = 0; y < size[1]; ++y)
            for (std::int64_t z = 0; z < size[2]; ++z, ++v)
                if (probability[v] >= least)
                    box.include({x, y, z});
    if (box.empty())
        return nullptr;
    std::vector<std::int16_t> values;
    values.reserve(static_cast<std::size_t>(box.count()));
    for (std::int64_t z = box.begin[2]; z < box.end[2]; ++z)
        for (std::int64_t y = box.begin[1]; y < box.end[1]; ++y)
            for (std::int64_t x = box.begin[0]; x < box.end[0]; ++x)
                values.push_back(static_cast<std::int16_t>(std::lround(1000 * probabilityOf(probability[static_cast<std::size_t>(image.offset({x, y, z}))]))));
    const Index3 first{image.crop.begin[0] + box.begin[0], image.crop.begin[1] + box.begin[1], image.crop.begin[2] + box.begin[2]};
    return std::make_shared<const Volume>(Geometry(box.size(), image.resampled.toMm(first), image.resampled.matrix()), std::move(values));
}

class UniversalSegmenter final : public Segmenter {
public:
    UniversalSegmenter(const ModelPack& pack, const EngineSettings& settings)
        : m_pack(pack), m_settings(settings), m_runner(translated("loading the model", [&] { return Runner(pack, settings); }))
    {
    }

    const ModelPack& pack() const override { return m_pack; }
    std::string deviceName() const override { return m_runner.network().device().str(); }
    Precision precision() const override { return m_runner.precision(); }
    std::vector<std::string> notes() const override { return m_runner.notes(); }
    std::string precisionReason() const override { return m_runner.precisionReason(); }

    Estimate estimate(const Geometry& scan, std::size_t targets, double overlap) override
    {
        return translated("timing one window", [&] {
            const Index3 roi = m_pack.input.roi, size = modelGrid(scan, m_pack.input.spacingMm).size();
            const WindowPlan plan = WindowPlan::make(size, roi, overlap);
            const auto windows = static_cast<std::int64_t>(plan.starts.size());
            const std::int64_t voxels = roi[0] * roi[1] * roi[2], grid = size[0] * size[1] * size[2], kinds = static_cast<std::int64_t>(targets);
            const std::int64_t features = FeatureKeeper::memoryFor(windows, voxels, budget());
            // While windows run: the maps of one. While a prompt is answered: sums of logits, then probabilities and masks of a byte a voxel.
            const std::int64_t maps = voxels * (m_runner.precision() == Precision::Fp32 ? 4 : 2) * (m_pack.widths.encoder[1] + 4 * m_pack.widths.encoder[0]);
            const std::int64_t answer = grid * (4 + 2 * kinds) + std::min(blendBytes, 4 * grid * kinds);
            return Estimate{windows, double(windows) * m_runner.timeWindow(roi), 4 * grid + features + std::max(maps, answer)};
        });
    }

    std::shared_ptr<const Prepared> prepare(std::shared_ptr<const Volume> volume, const PrepareSettings& settings, Progress& progress) override
    {
        return translated("looking at the scan", [&] {
            auto prepared = std::make_shared<Prepared>();
            prepared->volume = std::move(volume);
            prepared->image = preprocess(*prepared->volume, m_pack.input, progress);
            prepared->plan = WindowPlan::make(prepared->image.crop.size(), m_pack.input.roi, settings.overlap);
            if (settings.focusMm)
                nearestFirst(prepared->plan, prepared->image, *settings.focusMm);
            const SlidingWindow windows = windowsOf(*prepared, m_runner.network());
            Growth growth(windows, *prepared, settings, m_embeddings);
            prepared->features = windows.features(budget(), progress, [&](std::size_t w, const WindowFeatures& features) { growth.add(w, features); });
            m_runner.network().release();
            return std::shared_ptr<const Prepared>(prepared);
        });
    }

    std::vector<Finding> segment(const Prepared& prepared, const std::vector<Target>& targets, const SegmentSettings& settings,
                                 Progress& progress) override
    {
        return translated("answering the prompt", [&] {
            std::vector<int> keys;
            for (const Target& target : targets)
                keys.push_back(m_embeddings.keyOf(target));
            const std::map<int, ClassResult> results = probabilities(prepared, classesNeeded(keys, m_pack.classes, settings.cleanUp), settings, progress);
            // One set of masks is in memory at a time: of the other two thresholds only the volumes are kept.
            const std::map<int, double> low = volumes(cleaned(prepared, results, settings, rangeLow)), high = volumes(cleaned(prepared, results, settings, rangeHigh));
            const ModelMasks masks = cleaned(prepared, results, settings, std::nullopt);
            std::vector<Finding> findings;
            for (std::size_t t = 0; t < targets.size(); ++t) {
                const int key = keys[t];
                progress.step({"measuring", double(t) / double(targets.size()), std::nullopt});
                Finding finding = found(prepared, targets[t], key, results.at(key), masks, settings);
                setRange(finding, countMl(masks.masks.at(key), masks.voxelMl), low.at(key), high.at(key));
                m_embeddings.tell(key, finding);
                findings.push_back(std::move(finding));
            }
            return findings;
        });
    }

private:
    FeatureBudget budget() const { return {m_settings.featureBudgetBytes, m_settings.cacheFileBytes, m_settings.cacheFolder}; }

    SlidingWindow windowsOf(const Prepared& prepared, const Network& network)
    {
        return SlidingWindow(network, [this](const at::Tensor& window) { return m_runner.run(window); }, prepared.plan, prepared.image.values);
    }

    /// The range as the model's own grid has it, in proportion to the volume on the scan's grid: the two grids count a surface
    /// differently, and a range must not shift for that.
    static void setRange(Finding& finding, double modelMl, double lowMl, double highMl)
    {
        const double volume = finding.mask.volumeMl();
        const double scale = modelMl > 0 && volume > 0 ? volume / modelMl : 1;
        finding.volumeLowMl = std::min(volume, lowMl * scale);
        finding.volumeHighMl = std::max(volume, highMl * scale);
    }

    std::map<int, ClassResult> probabilities(const Prepared& prepared, const std::vector<int>& ids,
                                             const SegmentSettings& settings, Progress& progress)
    {
        std::vector<int> missing;
        for (const int id : ids)
            if (!prepared.probabilities.count(id))
                missing.push_back(id);
        if (!missing.empty()) {
            const at::Tensor embeddings = m_embeddings.of(missing);
            auto made = m_runner.orOnProcessor([&](const Network& network) { return windowsOf(prepared, network).probabilities(prepared.features, embeddings, blendBytes, progress); });
            m_runner.network().release();
            const auto bytes = static_cast<std::int64_t>(prepared.image.values.size());
            if (static_cast<std::int64_t>(prepared.probabilities.size() + missing.size()) * bytes > probabilityBudgetBytes)
                forgetAllBut(prepared, ids);
            for (std::size_t k = 0; k < missing.size(); ++k)
                prepared.probabilities[missing[k]] = std::move(made[k]);
        }
        std::map<int, ClassResult> results;
        for (const int id : ids)
            results.emplace(id, ClassResult{prepared.probabilities.at(id), settings.threshold.value_or(m_embeddings.threshold(id))});
        return results;
    }

    static void forgetAllBut(const Prepared& prepared, const std::vector<int>& ids)
    {
        std::erase_if(prepared.probabilities, [&](const auto& entry) { return std::find(ids.begin(), ids.end(), entry.first) == ids.end(); });
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

    static Finding found(const Prepared& prepared, const Target& target, int key, const ClassResult& result, const ModelMasks& masks,
                         const SegmentSettings& settings)
    {
        const auto& inside = masks.masks.at(key);
        const Geometry& scan = prepared.volume->geometry();
        // The published pipeline brings masks back by nearest neighbour; smooth outlines need the probability.
        Mask mask = settings.cleanUp == CleanUp::Standard
                        ? toScanGridLinear(result.probability, inside, result.threshold, prepared.image, scan)
                        : toScanGridNearest(inside, prepared.image, scan);
        Finding finding{target, std::move(mask), result.threshold, 0, 0, 0, 0, {}, settings.keepProbability ? thousandths(result.probability, prepared.image) : nullptr, {}};
        std::int64_t sum = 0, count = 0;
        std::uint8_t largest = 0;
        for (std::size_t v = 0; v < inside.size(); ++v) {
            largest = std::max(largest, result.probability[v]);
            sum += inside[v] ? result.probability[v] : 0;
            count += inside[v] != 0;
        }
        finding.largestProbability = double(probabilityOf(largest));
        finding.meanProbability = count ? (double(sum) / double(count) + 0.5) / 256 : 0;
        if (const auto said = masks.warnings.find(key); said != masks.warnings.end())
            finding.warnings = said->second;
        return finding;
    }

    ModelPack m_pack;
    EngineSettings m_settings;
    Runner m_runner;
    TargetEmbeddings m_embeddings{m_pack, m_runner.network()};
};

} // namespace

std::string nameOf(Precision precision)
{
    switch (precision) {
    case Precision::Bf16: return "bf16";
    case Precision::Fp16: return "fp16";
    case Precision::Fp32: return "fp32";
    default: return "auto";
    }
}

std::unique_ptr<Segmenter> Segmenter::open(const ModelPack& pack, const EngineSettings& settings)
{
    return std::make_unique<UniversalSegmenter>(pack, settings);
}

} // namespace hounsfield
