// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "inference/ModelPack.h"
#include "inference/training/TrainingScan.h"
#include "inference/training/Validation.h"
#include "volume/Progress.h"

#include <filesystem>
#include <functional>
#include <memory>

namespace hounsfield::training {

struct TrainerSettings {
    UnetWidths widths;
    Index3 roi{64, 64, 64};
    std::int64_t steps = 4000;
    std::int64_t warmUpSteps = 100;
    int batch = 2;
    double learningRate = 1e-3;
    double weightDecay = 1e-5;
    bool muon = false; ///< the backbone's convolutions by Muon (Muon.h) instead of AdamW
    std::string device = "auto";
    bool bfloat16 = false; ///< the backbone in bfloat16, weights and head in float32
    int threads = 0;
    std::uint64_t seed = 1;
    std::size_t poolSize = 24;
    std::int64_t checkpointEvery = 200;
    std::int64_t validateEvery = 500;
    int patience =
        0; ///< training ends after so many validations without a better one; 0: never before its last step
    /// Classes of `from`, by id, whose head begins as another class's: one that has not been learned, as its
    /// organ's.
    std::vector<std::pair<int, int>> beginsAs;
    /// Classes that weigh more in the loss (ClassChoice.h): tumors and cysts, the last to be learned.
    ClassBits emphasised = 0;
    /// What is trained on what, a line each ("spacing: 3 mm"): kept in the state, and training goes on only
    /// where it is the same.
    std::string purpose;
    std::shared_ptr<const ModelPack> from; ///< begins with this model's weights, grown to `widths` where
                                           ///< those are multiples; null: with random ones
};

/// How training goes, told every few steps.
struct TrainingReport {
    std::int64_t step = 0;
    double loss = 0;         ///< mean since the last report
    double learningRate = 0; ///< of the last step
    double secondsAStep = 0;
    std::size_t scans = 0;                ///< made or read so far
    std::optional<Validation> validation; ///< where this step was validated
};

/// Trains the U-Net and its text-driven head (AdamW or Muon, linear warm-up, cosine; Liu et al. 2023). An
/// exponential mean of the weights is what is validated and published: it is steadier than the last step's.
/// The same seed gives the same bytes on one machine with one number of threads, however often training was
/// interrupted.
class Trainer {
public:
    /// Fresh weights, or those of `state` where that file is there: then training goes on at its step.
    /// @param embeddings K x 512, row-major: fixed, as the published model's text embeddings are; empty:
    /// those of settings.from
    /// @throws Error(Model) where the state is of another architecture or of other embeddings or another
    /// purpose, or settings.from cannot grow to settings.widths
    Trainer(const TrainerSettings& settings, const std::vector<std::vector<float>>& embeddings,
            const std::filesystem::path& state);
    ~Trainer();

    /// Trains up to settings.steps, or until settings.patience runs out; writes the state every
    /// checkpointEvery steps and at the end or when stopped.
    /// @param validation scans that are not trained on; none: the last weights are published
    /// @throws Cancelled after the state is written; Error(Model) where the loss is no longer a number
    void run(ScanSource& source, const std::vector<TrainingScan>& validation,
             const std::function<void(const TrainingReport&)>& report, Progress& progress);
    void run(ScanSource& source, const std::function<void(const TrainingReport&)>& report, Progress& progress)
    {
        run(source, {}, report, progress);
    }
    std::int64_t step() const;
    /// A whole sentence where the processor has no bfloat16 and training goes on in float32; else empty.
    std::string precisionNote() const;
    /// The step whose weights are published: that of the best validation, else the last.
    std::int64_t bestStep() const;
    /// Whether there is nothing left to train: run() would only hand over what is there.
    bool finished() const;
    /// Whether patience ran out before the last step.
    bool stoppedEarly() const;
    /// The mean weights of the best validation, or of the last step without any, as safetensors, half
    /// precision.
    std::string weightsSafetensors() const;

private:
    struct State;
    std::unique_ptr<State> m_state;
};

} // namespace hounsfield::training
