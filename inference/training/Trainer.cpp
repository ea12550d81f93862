// SPDX-License-Identifier: Apache-2.0
#include "inference/training/Trainer.h"

#include "inference/internal/Device.h"
#include "inference/internal/PackWeights.h"
#include "inference/internal/PromptHead.h"
#include "inference/internal/TensorFile.h"
#include "inference/internal/Tensors.h"
#include "inference/internal/Unet.h"
#include "inference/internal/UnetShapes.h"
#include "inference/internal/cpu/CpuBackbone.h"
#include "inference/training/CarriedHead.h"
#include "inference/training/ClassChoice.h"
#include "inference/training/Loss.h"
#include "inference/training/Muon.h"
#include "inference/training/ScanPool.h"
#include "inference/training/TrainingState.h"
#include "inference/training/Validator.h"
#include "inference/training/Widened.h"
#include "volume/Error.h"

#if defined(HOUNSFIELD_ONEDNN)
#include "inference/training/cpu/CpuTrainingUnet.h"
#endif

#include <torch/optim/adamw.h>

#include <bit>
#include <chrono>
#include <cmath>
#include <numbers>
#include <sstream>

namespace hounsfield::training {
namespace {

struct Batch {
    std::vector<TrainingPatch> patches;
    std::vector<std::vector<std::int64_t>> rows; ///< per patch: rows of the embedding table
};

at::Tensor truthOf(const TrainingPatch& patch, const std::vector<std::int64_t>& rows)
{
    at::Tensor truth = at::empty(
        {static_cast<std::int64_t>(rows.size()), static_cast<std::int64_t>(patch.labels.size())}, at::kFloat);
    float* to = truth.data_ptr<float>();
    for (std::int64_t c : rows)
        for (ClassBits bits : patch.labels)
            *to++ = bits >> c & 1 ? 1.0f : 0.0f;
    return truth;
}

/// What training begins with, before a state is read.
Weights firstWeights(const TrainerSettings& settings, const std::vector<std::vector<float>>& embeddings)
{
    Weights weights;
    if (settings.from) {
        if (settings.from->architecture != unetArchitecture ||
            !canGrow(settings.from->widths, settings.widths))
            throw Error(ErrorKind::Model, "The model " + settings.from->name +
                                              " cannot be trained on: only a U-Net of the same widths, or of "
                                              "widths that these are whole multiples of, can.");
        weights = packWeights(*settings.from);
        if (settings.from->widths != settings.widths)
            weights = widened(weights, settings.from->widths, settings.widths, settings.seed);
    } else {
        weights = freshUnetWeights(settings.widths, settings.seed);
        // Most voxels belong to no class: starting there saves the first hundreds of steps.
        weights.at("controller.bias")[PromptHead::parameterCount - 1] = -4.0f;
        weights.at("controller.weight").mul_(0.5);
    }
    at::Tensor known = weights.at("organ_embedding").clone();
    for (const auto& [id, other] : settings.beginsAs)
        known[id - 1].copy_(weights.at("organ_embedding")[other - 1]);
    at::Tensor& toVision = weights.at("text_to_vision.weight");
    if (embeddings.empty()) {
        if (!settings.beginsAs.empty())
            toVision = carriedHead(toVision, known, weights.at("organ_embedding"), 1e-5);
        return weights;
    }
    at::Tensor table = at::zeros(
        {std::max<std::int64_t>(32, static_cast<std::int64_t>(embeddings.size())), 512}, at::kFloat);
    for (std::size_t row = 0; row < embeddings.size(); ++row)
        std::copy(embeddings[row].begin(), embeddings[row].end(),
                  table[static_cast<std::int64_t>(row)].data_ptr<float>());
    if (settings.from && table.sizes() == known.sizes())
        toVision = carriedHead(toVision, known, table);
    weights.at("organ_embedding") = table;
    return weights;
}

} // namespace

struct Trainer::State {
    TrainerSettings settings;
    at::Device device{at::kCPU};
    Weights weights; ///< leaves that require gradients, but for organ_embedding
    Weights mean;    ///< exponential mean of `weights`
    Weights best;    ///< `mean` as it was at the best validation
    TrainingPoint point;
    std::unique_ptr<Muon> muon;
    std::unique_ptr<torch::optim::AdamW> optimizer; ///< of what is not Muon's
    std::filesystem::path file;
    std::int64_t step = 0;
    bool widened = false; ///< from bfloat16 to float32
    std::mt19937_64 random;
#if defined(HOUNSFIELD_ONEDNN)
    std::unique_ptr<CpuTrainingUnet> onProcessor;
#endif

    double learningRate() const
    {
        if (step < settings.warmUpSteps)
            return settings.learningRate * double(step + 1) / double(settings.warmUpSteps);
        const double along = double(step - settings.warmUpSteps) /
                             double(std::max<std::int64_t>(1, settings.steps - settings.warmUpSteps));
        return settings.learningRate *
               (0.02 + 0.98 * 0.5 * (1 + std::cos(std::numbers::pi * std::min(1.0, along))));
    }

    Batch nextBatch(ScanPool& pool)
    {
        Batch batch;
        for (int n = 0; n < settings.batch; ++n) {
            batch.patches.push_back(randomPatch(*pool.pick(random), settings.roi, random));
            batch.rows.push_back(chooseClasses(batch.patches.back(), weights.at("organ_embedding").size(0),
                                               settings.emphasised, random));
        }
        return batch;
    }

    /// By LibTorch: on a card, or where the processor's own form does not suit.
    at::Tensor loss(const Batch& batch) const
    {
        at::Tensor plain =
            at::empty({settings.batch, 1, settings.roi[0], settings.roi[1], settings.roi[2]}, at::kFloat);
        for (std::size_t n = 0; n < batch.patches.size(); ++n)
            std::copy(batch.patches[n].image.begin(), batch.patches[n].image.end(),
                      plain[std::int64_t(n)].data_ptr<float>());
        Weights backbone;
        for (const auto& [name, tensor] : weights)
            if (name.starts_with("backbone."))
                backbone.emplace(name, settings.bfloat16 ? tensor.to(at::kBFloat16) : tensor);
        const at::Tensor images = plain.to(device, settings.bfloat16 ? at::kBFloat16 : at::kFloat);
        const BackboneOutput out = unetForward(WeightScope(backbone)("backbone"), images);
        const PromptHead head{WeightScope(weights)};
        const at::Tensor gap = head.gap(out.bottleneck.to(at::kFloat));
        const at::Tensor reduced = head.reduce(out.features.to(at::kFloat)).flatten(2);
        at::Tensor sum = at::zeros({}, at::TensorOptions(at::kFloat).device(device));
        for (std::size_t n = 0; n < batch.rows.size(); ++n) {
            if (batch.rows[n].empty())
                continue;
            const at::Tensor rows = at::tensor(batch.rows[n], at::kLong).to(device);
            const auto i = static_cast<std::int64_t>(n);
            const at::Tensor parameters =
                head.controller(gap.narrow(0, i, 1), weights.at("organ_embedding").index_select(0, rows));
            const at::Tensor logits =
                PromptHead::logits(reduced.narrow(0, i, 1), parameters, passedByShutRelu)[0];
            sum = sum + segmentationLoss(logits, truthOf(batch.patches[n], batch.rows[n]).to(device));
        }
        return sum / static_cast<double>(batch.rows.size());
    }

    double addGradients(const Batch& batch)
    {
#if defined(HOUNSFIELD_ONEDNN)
        if (device.is_cpu() && CpuTrainingUnet::suits(weights)) {
            if (!onProcessor)
                onProcessor = std::make_unique<CpuTrainingUnet>(weights, settings.roi, settings.bfloat16);
            onProcessor->readWeights(weights);
            double sum = 0;
            for (std::size_t n = 0; n < batch.patches.size(); ++n)
                if (!batch.rows[n].empty())
                    sum += onProcessor->addGradients(weights, batch.patches[n], batch.rows[n],
                                                     1.0 / double(batch.patches.size()));
            return sum;
        }
#endif
        const at::Tensor value = loss(batch);
        // In a batch of scans where nobody looked for anything there is nothing to learn.
        if (value.requires_grad())
            value.backward();
        return value.item<double>();
    }

    double trainStep(ScanPool& pool)
    {
        const Batch batch = nextBatch(pool);
        for (auto& group : optimizer->param_groups())
            static_cast<torch::optim::AdamWOptions&>(group.options()).lr(learningRate());
        optimizer->zero_grad();
        muon->zeroGradients(weights);
        const double value = addGradients(batch);
        optimizer->step();
        muon->step(weights, learningRate(), settings.weightDecay);
        ++step;
        const at::NoGradGuard guard;
        const double keep = std::min(0.998, double(step) / double(step + 10));
        for (auto& [name, tensor] : mean)
            tensor.mul_(keep).add_(weights.at(name).detach(), 1 - keep);
        return value;
    }

    void save(std::uint64_t picked)
    {
        point.step = step;
        point.picked = picked;
        std::ostringstream out;
        out.imbue(std::locale::classic());
        out << random;
        point.random = out.str();
        point.purpose = settings.purpose;
        saveTrainingState(file, point, {weights, mean, best, *optimizer, muon->momentum()});
    }

    void load()
    {
        point =
            loadTrainingState(file, settings.purpose, {weights, mean, best, *optimizer, muon->momentum()});
        step = point.step;
        if (point.random.empty()) {
            // A state from before the generator was kept: go on with numbers that were not used yet.
            random.seed(settings.seed + static_cast<std::uint64_t>(step));
            point.picked = static_cast<std::uint64_t>(step) * static_cast<std::uint64_t>(settings.batch);
        } else {
            std::istringstream in(point.random);
            in.imbue(std::locale::classic());
            in >> random;
        }
    }

    Validation validateNow(const std::vector<TrainingScan>& scans)
    {
        Validation now = validate(mean, scans, settings.roi, device);
        now.step = step;
        now.best = now.isBetterThan(point.bestDice);
        point.sinceBest += point.bestDice > 0;
        if (now.best) {
            point.bestDice = now.meanDice;
            point.bestStep = step;
            point.sinceBest = 0;
            for (const auto& [name, tensor] : mean)
                best[name] = tensor.clone();
        }
        return now;
    }

    bool patienceIsOut() const
    {
        return settings.patience > 0 && point.sinceBest >= settings.patience;
    }
    bool done() const
    {
        return step >= settings.steps || patienceIsOut();
    }
};

Trainer::Trainer(const TrainerSettings& settings, const std::vector<std::vector<float>>& embeddings,
                 const std::filesystem::path& state)
    : m_state(std::make_unique<State>())
{
    translated("setting up training", [&] {
        State& s = *m_state;
        s.settings = settings;
        s.device = chooseDevice(settings.device);
        setUpMachine(settings.threads, s.device);
        // Emulated, it would be many times slower than float32, where it runs at all.
        s.widened = settings.bfloat16 && s.device.is_cpu() && !CpuBackbone::computesInBFloat16();
        s.settings.bfloat16 = settings.bfloat16 && !s.widened;
        s.file = state;
        s.random.seed(settings.seed);
        Weights first = firstWeights(settings, embeddings);
        std::vector<at::Tensor> learned;
        for (auto& [name, tensor] : first) {
            s.mean.emplace(name, tensor.clone().to(s.device));
            at::Tensor leaf = tensor.to(s.device);
            s.weights.emplace(name, name == "organ_embedding" ? leaf : leaf.set_requires_grad(true));
        }
        s.muon = std::make_unique<Muon>(s.weights, settings.muon);
        for (const auto& [name, tensor] : s.weights)
            if (tensor.requires_grad() && !s.muon->suits(name))
                learned.push_back(tensor);
        s.optimizer = std::make_unique<torch::optim::AdamW>(
            learned, torch::optim::AdamWOptions(settings.learningRate).weight_decay(settings.weightDecay));
        if (std::filesystem::exists(state))
            s.load();
    });
}

Trainer::~Trainer() = default;

std::int64_t Trainer::step() const
{
    return m_state->step;
}

std::int64_t Trainer::bestStep() const
{
    return m_state->best.empty() ? m_state->step : m_state->point.bestStep;
}

std::string Trainer::precisionNote() const
{
    return m_state->widened ? "This processor has no bfloat16: training runs in float32." : "";
}

bool Trainer::finished() const
{
    return m_state->done();
}

bool Trainer::stoppedEarly() const
{
    return m_state->patienceIsOut() && m_state->step < m_state->settings.steps;
}

void Trainer::run(ScanSource& source, const std::vector<TrainingScan>& validation,
                  const std::function<void(const TrainingReport&)>& report, Progress& progress)
{
    State& s = *m_state;
    if (s.done())
        return;
    ScanPool pool(source, s.settings.poolSize, s.point.picked);
    const auto save = [&] { translated("saving the training state", [&] { s.save(pool.picked()); }); };
    constexpr int reportEvery = 10;
    double sum = 0;
    int count = 0;
    auto since = std::chrono::steady_clock::now();
    while (!s.done() && !progress.stopRequested()) {
        const double learningRate = s.learningRate();
        sum += translated("training", [&] { return s.trainStep(pool); });
        ++count;
        if (!std::isfinite(sum))
            throw Error(ErrorKind::Model, "Training lost its way (the loss is no longer a number) at step " +
                                              std::to_string(s.step) +
                                              ". Take a smaller --learning-rate; the last state is kept.");
        const bool last = s.step == s.settings.steps,
                   validateNow = !validation.empty() && (last || s.step % s.settings.validateEvery == 0);
        if (s.step % reportEvery == 0 || last || validateNow) {
            const double seconds =
                std::chrono::duration<double>(std::chrono::steady_clock::now() - since).count();
            TrainingReport told{s.step, sum / count, learningRate, seconds / count, pool.produced(), {}};
            if (validateNow)
                told.validation = translated("validating", [&] { return s.validateNow(validation); });
            report(told);
            sum = 0;
            count = 0;
            since = std::chrono::steady_clock::now();
        }
        if (s.step % s.settings.checkpointEvery == 0 && !s.done())
            save();
    }
    save();
    if (!s.done())
        progress.check();
}

std::string Trainer::weightsSafetensors() const
{
    return writeSafetensors(toStored(m_state->best.empty() ? m_state->mean : m_state->best, true),
                            {{"producer", "hounsfield-train"}});
}

} // namespace hounsfield::training
