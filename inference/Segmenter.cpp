#include "inference/Segmenter.h"

#include "inference/internal/CleanUp.h"
#include "inference/internal/Device.h"
#include "inference/internal/ModelGrid.h"
#include "inference/internal/Preprocess.h"
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
    mutable std::map<int, std::vector<float>> probabilities;
};

namespace {

constexpr std::int64_t probabilityBudgetBytes = std::int64_t(1) << 30;

constexpr double rangeLow = 0.7, rangeHigh = 0.3; ///< thresholds of the smallest and the largest plausible volume

/// One class on the model's grid.
struct ClassResult {
    const std::vector<float>& probability; ///< Z fastest; kept by Prepared
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
        for (const Target& target : settings.watched) {
            keys.push_back(embeddings.keyOf(target));
            m_thresholds.push_back(embeddings.threshold(keys.back()));
        }
        m_embeddings = embeddings.of(keys);
        m_blend = windows.emptyBlend(keys.size());
    }

    void add(std::size_t window, const WindowFeatures& features)
    {
        if (!wanted())
            return;
        m_windows.add(m_blend, window, features, m_embeddings);
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
        for (std::size_t k = 0; k < m_settings.watched.size(); ++k) {
            const double threshold = m_thresholds[k];
            const auto logit = static_cast<float>(std::log(threshold / (1 - threshold)));
            std::vector<std::uint8_t> inside(m_blend.weights.size());
            for (std::size_t v = 0; v < inside.size(); ++v)
                inside[v] = m_blend.weights[v] > 0 && m_blend.sums[k][v] > logit * m_blend.weights[v];
            masks.push_back({m_settings.watched[k], toScanGridNearest(inside, m_prepared.image, m_prepared.volume->geometry())});
        }
        m_settings.onPartial(masks);
    }

    const SlidingWindow& m_windows;
    const Prepared& m_prepared;
    const PrepareSettings& m_settings;
    std::vector<double> m_thresholds;
    at::Tensor m_embeddings;
    SlidingWindow::Blend m_blend;
    std::chrono::steady_clock::time_point m_last;
};

/// The probabilities as a small volume of their own, to be looked at.
std::shared_ptr<const Volume> thousandths(const std::vector<float>& probability, const ModelImage& image)
{
    constexpr float least = 0.02f;
    const Index3 size = image.crop.size();
    IndexBox box;
    std::size_t v = 0;
    for (std::int64_t x = 0; x < size[0]; ++x)
        for (std::int64_t y = 0; y < size[1]; ++y)
            for (std::int64_t z = 0; z < size[2]; ++z, ++v)
                if (probability[v] > least)
                    box.include({x, y, z});
    if (box.empty())
        return nullptr;
    std::vector<std::int16_t> values;
    values.reserve(static_cast<std::size_t>(box.count()));
    for (std::int64_t z = box.begin[2]; z < box.end[2]; ++z)
        for (std::int64_t y = box.begin[1]; y < box.end[1]; ++y)
            for (std::int64_t x = box.begin[0]; x < box.end[0]; ++x)
                values.push_back(static_cast<std::int16_t>(std::lround(1000 * probability[static_cast<std::size_t>(image.offset({x, y, z}))])));
    const Index3 first{image.crop.begin[0] + box.begin[0], image.crop.begin[1] + box.begin[1], image.crop.begin[2] + box.begin[2]};
    return std::make_shared<const Volume>(Geometry(box.size(), image.resampled.toMm(first), image.resampled.matrix()), std::move(values));
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

    Estimate estimate(const Geometry& scan, std::size_t targets, double overlap) override
    {
        return translated("timing one window", [&] {
            const Index3 roi = m_pack.input.roi, size = modelGrid(scan, m_pack.input.spacingMm).size();
            const WindowPlan plan = WindowPlan::make(size, roi, overlap);
            if (!m_secondsPerWindow) {
                const std::vector<float> nothing(static_cast<std::size_t>(roi[0] * roi[1] * roi[2]), 0.5f);
                const SlidingWindow one(m_network, WindowPlan::make(roi, roi, 0), nothing);
                Progress silent;
                one.features(std::int64_t(1) << 40, silent); // the first run lays the weights out
                const auto start = std::chrono::steady_clock::now();
                one.features(std::int64_t(1) << 40, silent);
                m_secondsPerWindow = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
            }
            const auto windows = static_cast<std::int64_t>(plan.starts.size());
            const std::int64_t features = std::min(m_settings.featureBudgetBytes, windows * roi[0] * roi[1] * roi[2] * PromptHead::channels * 4);
            // The image, the weights' sum and, for every class, logits that become probabilities.
            const std::int64_t maps = size[0] * size[1] * size[2] * 4 * static_cast<std::int64_t>(2 + targets);
            const std::int64_t inside = roi[0] * roi[1] * roi[2] * 4 * 6 * m_pack.widths.encoder[0];
            return Estimate{windows, double(windows) * *m_secondsPerWindow, features + maps + inside};
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
            const SlidingWindow windows(m_network, prepared->plan, prepared->image.values);
            Growth growth(windows, *prepared, settings, m_embeddings);
            prepared->features = windows.features(m_settings.featureBudgetBytes, progress, [&](std::size_t w, const WindowFeatures& features) { growth.add(w, features); });
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
            const ModelMasks masks = cleaned(prepared, results, settings, std::nullopt);
            const ModelMasks low = cleaned(prepared, results, settings, rangeLow);
            const ModelMasks high = cleaned(prepared, results, settings, rangeHigh);
            std::vector<Finding> findings;
            for (std::size_t t = 0; t < targets.size(); ++t) {
                const int key = keys[t];
                progress.step({"measuring", double(t) / double(targets.size()), std::nullopt});
                Finding finding = found(prepared, targets[t], key, results.at(key), masks, settings);
                setRange(finding, countMl(masks.masks.at(key), masks.voxelMl), countMl(low.masks.at(key), low.voxelMl), countMl(high.masks.at(key), high.voxelMl));
                m_embeddings.tell(key, finding);
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

    std::map<int, ClassResult> probabilities(const Prepared& prepared, const std::vector<int>& ids,
                                             const SegmentSettings& settings, Progress& progress) const
    {
        std::vector<int> missing;
        for (const int id : ids)
            if (!prepared.probabilities.count(id))
                missing.push_back(id);
        if (!missing.empty()) {
            const SlidingWindow windows(m_network, prepared.plan, prepared.image.values);
            auto logits = windows.logits(prepared.features, m_embeddings.of(missing), progress);
            const auto bytes = static_cast<std::int64_t>(4 * prepared.image.values.size());
            if (static_cast<std::int64_t>(prepared.probabilities.size() + missing.size()) * bytes > probabilityBudgetBytes)
                forgetAllBut(prepared, ids);
            for (std::size_t k = 0; k < missing.size(); ++k) {
                toProbability(logits[k]);
                prepared.probabilities[missing[k]] = std::move(logits[k]);
            }
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
        Finding finding{target, std::move(mask), result.threshold, 0, 0, 0, 0, {}, thousandths(result.probability, prepared.image), {}};
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
        if (const auto said = masks.warnings.find(key); said != masks.warnings.end())
            finding.warnings = said->second;
        return finding;
    }

    ModelPack m_pack;
    EngineSettings m_settings;
    at::Device m_device;
    Precision m_precision;
    std::vector<std::string> m_notes;
    Network m_network;
    TargetEmbeddings m_embeddings{m_pack, m_network};
    std::optional<double> m_secondsPerWindow;
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
