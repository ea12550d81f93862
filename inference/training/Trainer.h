#pragma once

#include "inference/ModelPack.h"
#include "inference/training/TrainingScan.h"
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
    std::string device = "auto";
    bool bfloat16 = false;     ///< the backbone in bfloat16, weights and head in float32
    int threads = 0;
    std::uint64_t seed = 1;
    std::size_t poolSize = 24;
    std::int64_t checkpointEvery = 200;
};

/// How training goes, told every few steps.
struct TrainingReport {
    std::int64_t step = 0;
    double loss = 0;           ///< mean since the last report
    double secondsAStep = 0;
    std::size_t scans = 0;     ///< made or read so far
};

/// Trains the U-Net and its text-driven head (AdamW, linear warm-up, cosine; Liu et al. 2023). An exponential mean of the weights
/// is what is published: it is steadier than the last step's.
class Trainer {
public:
    /// Fresh weights, or those of `state` where that file is there: then training goes on at its step.
    /// @param embeddings K x 512, row-major: fixed, as the published model's text embeddings are
    /// @throws Error(Model) where the state is of another architecture
    Trainer(const TrainerSettings& settings, const std::vector<std::vector<float>>& embeddings,
            const std::filesystem::path& state);
    ~Trainer();

    /// Trains up to settings.steps; writes the state every checkpointEvery steps and at the end or when stopped.
    /// @throws Cancelled after the state is written
    void run(ScanSource& source, const std::function<void(const TrainingReport&)>& report, Progress& progress);
    std::int64_t step() const;
    /// The mean weights as safetensors, half precision.
    std::string weightsSafetensors() const;

private:
    struct State;
    std::unique_ptr<State> m_state;
};

} // namespace hounsfield::training
