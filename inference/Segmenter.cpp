// SPDX-License-Identifier: Apache-2.0
#include "inference/Segmenter.h"

#include "inference/internal/Answer.h"
#include "inference/internal/ModelGrid.h"
#include "inference/internal/Preprocess.h"
#include "inference/internal/RunEstimate.h"
#include "inference/internal/Runner.h"
#include "inference/internal/SlidingWindow.h"
#include "inference/internal/TargetEmbeddings.h"

#include <ATen/Parallel.h>

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
    /// Probabilities of what was asked for so far, by its key (TargetEmbeddings), so that another threshold
    /// needs no network. One thread at a time, as Segmenter says.
    mutable std::map<int, Probabilities> probabilities;
};

namespace {

constexpr std::int64_t probabilityBudgetBytes = std::int64_t(1) << 30;
/// Sums of logits in memory at once, of as many classes as fit.
constexpr std::int64_t blendBytes = std::int64_t(400) << 20;
/// Classes whose masks are shown growing: the rest appear with the result.
constexpr std::size_t mostWatched = 8;

/// Windows about this place first.
void nearestFirst(WindowPlan& plan, const ModelImage& image, const Vector3& focusMm)
{
    const Vector3 at = image.resampled.toIndex(focusMm);
    const auto distance = [&](const Index3& start) {
        Vector3 from;
        for (std::size_t a = 0; a < 3; ++a)
            from[a] = double(start[a] - plan.padBefore[a] + image.crop.begin[a]) + 0.5 * double(plan.roi[a]) -
                      at[a];
        return length(from);
    };
    std::stable_sort(plan.starts.begin(), plan.starts.end(),
                     [&](const Index3& a, const Index3& b) { return distance(a) < distance(b); });
}

/// Tells how the masks grow while windows finish.
class Growth {
public:
    Growth(const SlidingWindow& windows, const Prepared& prepared, const PrepareSettings& settings,
           TargetEmbeddings& embeddings, const Progress& stop)
        : m_windows(windows), m_prepared(prepared), m_settings(settings),
          m_last(std::chrono::steady_clock::now())
    {
        if (!wanted())
            return;
        std::vector<int> keys;
        for (std::size_t k = 0; k < std::min(mostWatched, settings.watched.size()); ++k) {
            keys.push_back(embeddings.keyOf(settings.watched[k], stop));
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
            masks.push_back({m_settings.watched[k],
                             toScanGridNearest(inside, m_prepared.image, m_prepared.volume->geometry())});
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

class UniversalSegmenter final : public Segmenter {
public:
    UniversalSegmenter(const ModelPack& pack, const EngineSettings& settings, const Progress& stop)
        : m_pack(pack), m_settings(settings),
          m_runner(translated("loading the model", [&] { return Runner(pack, settings, stop); }))
    {
    }

    const ModelPack& pack() const override { return m_pack; }
    std::string deviceName() const override { return m_runner.network().device().str(); }
    Precision precision() const override { return m_runner.precision(); }
    std::vector<std::string> notes() const override { return m_runner.notes(); }
    std::string precisionReason() const override { return m_runner.precisionReason(); }

    Estimate estimate(const Volume& scan, std::size_t targets, double overlap, Progress& progress) override
    {
        return translated("estimating the time", [&] {
            progress.step({"estimating the time", 0, std::nullopt});
            const Geometry grid = modelGrid(scan.geometry(), m_pack.input.spacingMm);
            const IndexBox crop = expectedCrop(scan, grid, m_pack.input.huLow, progress);
            const WindowPlan plan = WindowPlan::make(crop.size(), m_pack.input.roi, overlap);
            const RunSize size{scan.geometry().voxelCount(), grid.voxelCount(), crop.count(),
                               static_cast<std::int64_t>(plan.starts.size()),
                               static_cast<std::int64_t>(targets)};
            m_runner.choosePrecision(size.windows, progress);
            const double seconds = double(size.windows) * m_runner.secondsPerWindow(progress) +
                                   secondsBesideWindows(size, m_pack, at::get_num_threads());
            return Estimate{size.windows, seconds,
                            memoryOfRun(size, m_pack, m_runner.precision(), budget(), blendBytes)};
        });
    }

    std::shared_ptr<const Prepared> prepare(std::shared_ptr<const Volume> volume,
                                            const PrepareSettings& settings, Progress& progress) override
    {
        return translated("looking at the scan", [&] {
            auto prepared = std::make_shared<Prepared>();
            prepared->volume = std::move(volume);
            prepared->image = preprocess(*prepared->volume, m_pack.input, progress);
            prepared->plan =
                WindowPlan::make(prepared->image.crop.size(), m_pack.input.roi, settings.overlap);
            if (settings.focusMm)
                nearestFirst(prepared->plan, prepared->image, *settings.focusMm);
            m_runner.choosePrecision(static_cast<std::int64_t>(prepared->plan.starts.size()), progress);
            const SlidingWindow windows = windowsOf(*prepared, m_runner.network(), progress);
            Growth growth(windows, *prepared, settings, m_embeddings, progress);
            prepared->features =
                windows.features(budget(), progress, [&](std::size_t w, const WindowFeatures& features) {
                    growth.add(w, features);
                });
            m_runner.network().release();
            m_runner.rememberSpeed();
            return std::shared_ptr<const Prepared>(prepared);
        });
    }

    std::vector<Finding> segment(const Prepared& prepared, const std::vector<Target>& targets,
                                 const SegmentSettings& settings, Progress& progress) override
    {
        return translated("answering the prompt", [&] {
            std::vector<int> keys, asked;
            for (const Target& target : targets) {
                keys.push_back(m_embeddings.keyOf(target, progress));
                asked.insert(asked.end(), target.without.begin(), target.without.end());
            }
            asked.insert(asked.end(), keys.begin(), keys.end());
            const std::map<int, ClassResult> results = probabilities(
                prepared, classesNeeded(asked, m_pack.classes, settings.cleanUp), settings, progress);
            Answer answer(prepared.image, prepared.volume->geometry(), results, m_pack.classes, settings,
                          progress);
            std::vector<Finding> findings;
            for (std::size_t t = 0; t < targets.size(); ++t) {
                progress.step({"measuring", double(t) / double(targets.size()), std::nullopt});
                findings.push_back(answer.found(targets[t], keys[t]));
                m_embeddings.tell(keys[t], findings.back());
            }
            return findings;
        });
    }

private:
    FeatureBudget budget() const
    {
        return {m_settings.featureBudgetBytes, m_settings.cacheFileBytes, m_settings.cacheFolder};
    }

    SlidingWindow windowsOf(const Prepared& prepared, const Network& network, const Progress& progress)
    {
        return SlidingWindow(
            network, [this, &progress](const at::Tensor& window) { return m_runner.run(window, &progress); },
            prepared.plan, prepared.image.values);
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
            auto made = m_runner.orOnProcessor([&](const Network& network) {
                return windowsOf(prepared, network, progress)
                    .probabilities(prepared.features, embeddings, blendBytes, progress);
            });
            m_runner.network().release();
            const auto bytes = static_cast<std::int64_t>(prepared.image.values.size());
            if (static_cast<std::int64_t>(prepared.probabilities.size() + missing.size()) * bytes >
                probabilityBudgetBytes)
                forgetAllBut(prepared, ids);
            for (std::size_t k = 0; k < missing.size(); ++k)
                prepared.probabilities[missing[k]] = std::move(made[k]);
        }
        std::map<int, ClassResult> results;
        for (const int id : ids) {
            const Marking marking = m_embeddings.marking(id, settings);
            results.emplace(id, ClassResult{prepared.probabilities.at(id), marking.threshold, marking.peak});
        }
        return results;
    }

    static void forgetAllBut(const Prepared& prepared, const std::vector<int>& ids)
    {
        std::erase_if(prepared.probabilities, [&](const auto& entry) {
            return std::find(ids.begin(), ids.end(), entry.first) == ids.end();
        });
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
    case Precision::Bf16:
        return "bf16";
    case Precision::Fp16:
        return "fp16";
    case Precision::Fp32:
        return "fp32";
    default:
        return "auto";
    }
}

std::unique_ptr<Segmenter> Segmenter::open(const ModelPack& pack, const EngineSettings& settings,
                                           const Progress& stop)
{
    return std::make_unique<UniversalSegmenter>(pack, settings, stop);
}

} // namespace hounsfield
