// SPDX-License-Identifier: Apache-2.0
#include "inference/training/text/TextTrainer.h"

#include "inference/internal/TextTower.h"
#include "inference/training/text/TextBatches.h"
#include "inference/training/text/TextLoss.h"
#include "inference/training/text/TextNetwork.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/Parallel.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/full.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>
#include <torch/optim/adamw.h>

#include <chrono>
#include <cmath>
#include <numbers>

namespace hounsfield::training {
namespace {

constexpr const char* rowsName = "concepts";
constexpr double nearnessWeight = 0.3, structureWeight = 20, lengthWeight = 0.5;

at::Tensor matrixOf(const std::vector<std::vector<double>>& rows)
{
    at::Tensor matrix = at::empty(
        {static_cast<std::int64_t>(rows.size()), static_cast<std::int64_t>(rows.front().size())}, at::kFloat);
    for (std::size_t n = 0; n < rows.size(); ++n)
        std::copy(rows[n].begin(), rows[n].end(), matrix[static_cast<std::int64_t>(n)].data_ptr<float>());
    return matrix;
}

/// Every part in a direction of its own: nearly at right angles, as random directions of 512 values are.
at::Tensor firstRows(const ConceptParts& parts, std::uint64_t seed)
{
    const at::Tensor weights = matrixOf(parts.vectors());
    at::Tensor directions = at::empty({weights.size(1), embeddingLength}, at::kFloat);
    directions.normal_(0, 1 / std::sqrt(double(embeddingLength)), at::detail::createCPUGenerator(seed));
    return unitRows(at::matmul(weights, directions));
}

class Training {
public:
    Training(const TextCorpus& corpus, const ConceptParts& parts, const Tokenizer& tokenizer,
             const std::string& vocabulary, const TextTrainerSettings& settings)
        : m_settings(settings), m_corpus(corpus), m_tokenizer(tokenizer),
          m_batches(corpus, tokenizer, vocabulary, settings.promptTemplate, settings.seed),
          m_random(at::detail::createCPUGenerator(settings.seed + 1)),
          m_learned(freshTextWeights(settings.encoder, settings.seed + 2))
    {
        const std::vector<double> cosines = parts.cosines();
        const auto count = static_cast<std::int64_t>(parts.size());
        m_wanted = at::tensor(cosines).to(at::kFloat).reshape({count, count});
        m_learned.emplace(rowsName, firstRows(parts, settings.seed + 3).set_requires_grad(true));
        m_learned.emplace("log_temperature",
                          at::full({}, std::log(0.07), at::kFloat).set_requires_grad(true));
        std::vector<at::Tensor> decayed, kept;
        for (auto& [name, tensor] : m_learned) {
            m_mean.emplace(name, tensor.detach().clone());
            (tensor.dim() > 1 && name != rowsName ? decayed : kept).push_back(tensor);
        }
        using torch::optim::AdamWOptions;
        const auto options = [&](double decay) {
            return std::make_unique<AdamWOptions>(
                AdamWOptions(settings.learningRate).weight_decay(decay).betas({0.9, 0.98}));
        };
        m_optimizer = std::make_unique<torch::optim::AdamW>(
            std::vector<torch::optim::OptimizerParamGroup>{{decayed, options(settings.weightDecay)},
                                                           {kept, options(0)}},
            AdamWOptions(settings.learningRate));
    }

    /// @returns the loss and the share of phrases that lie nearest to their own concept
    std::pair<double, double> step()
    {
        for (auto& group : m_optimizer->param_groups())
            static_cast<torch::optim::AdamWOptions&>(group.options()).lr(learningRate());
        m_optimizer->zero_grad();
        const TextBatch batch = m_batches.next(m_settings.batch);
        const at::Tensor meanings =
            at::tensor(std::vector<std::int64_t>(batch.meanings.begin(), batch.meanings.end()), at::kLong);
        const at::Tensor raw =
            TextNetwork(m_learned, m_settings.encoder).embed(batch.ids, m_settings.dropout, m_random);
        const at::Tensor embeddings = unitRows(raw), rows = unitRows(m_learned.at(rowsName));
        const at::Tensor temperature = m_learned.at("log_temperature").exp().clamp_min(0.02);
        const at::Tensor loss = recognitionLoss(embeddings, rows, meanings, temperature) +
                                nearnessWeight * nearnessLoss(embeddings, meanings, m_wanted) +
                                structureWeight * structureLoss(rows, m_wanted) +
                                lengthWeight * lengthLoss(raw, classRowLength());
        loss.backward();
        clipGradients();
        m_optimizer->step();
        ++m_step;
        takeMean();
        const at::NoGradGuard guard;
        return {loss.item<double>(),
                at::matmul(embeddings, rows.t()).argmax(1).eq(meanings).to(at::kFloat).mean().item<double>()};
    }

    std::int64_t steps() const { return m_step; }
    double temperature() const
    {
        return std::max(0.02, std::exp(m_mean.at("log_temperature").item<double>()));
    }

    TrainedText result()
    {
        const at::NoGradGuard guard;
        Weights weights;
        for (const auto& [name, shape] : expectedTextTensors(m_settings.encoder))
            weights.emplace(name, m_mean.at(name));
        weights.at("text_projection").mul_(classRowLength() / meanLength(weights));
        TrainedText trained{writeSafetensors(toStored(weights, true), {{"producer", "hounsfield-train"}}),
                            {m_corpus.concepts, {}, temperature()}};
        const at::Tensor rows = unitRows(m_mean.at(rowsName)).contiguous();
        for (std::int64_t n = 0; n < rows.size(0); ++n)
            trained.rows.rows.emplace_back(rows[n].data_ptr<float>(),
                                           rows[n].data_ptr<float>() + embeddingLength);
        return trained;
    }

private:
    double learningRate() const
    {
        if (m_step < m_settings.warmUpSteps)
            return m_settings.learningRate * double(m_step + 1) / double(m_settings.warmUpSteps);
        const double along = double(m_step - m_settings.warmUpSteps) /
                             double(std::max<std::int64_t>(1, m_settings.steps - m_settings.warmUpSteps));
        return m_settings.learningRate *
               (0.01 + 0.99 * 0.5 * (1 + std::cos(std::numbers::pi * std::min(1.0, along))));
    }

    void clipGradients()
    {
        double squares = 0;
        for (const auto& [name, tensor] : m_learned)
            squares += tensor.grad().defined() ? tensor.grad().square().sum().item<double>() : 0;
        constexpr double longest = 1;
        if (squares > longest * longest)
            for (auto& [name, tensor] : m_learned)
                if (tensor.grad().defined())
                    tensor.mutable_grad().mul_(longest / std::sqrt(squares));
    }

    void takeMean()
    {
        const at::NoGradGuard guard;
        const double keep = std::min(0.99, double(m_step) / double(m_step + 10));
        for (auto& [name, tensor] : m_mean)
            tensor.mul_(keep).add_(m_learned.at(name).detach(), 1 - keep);
    }

    /// Of the class phrases in the template that every text of a pack stands in.
    double meanLength(const Weights& weights) const
    {
        std::vector<std::vector<std::int32_t>> texts;
        for (const TextPhrase& phrase : m_corpus.phrases)
            if (m_corpus.concepts[static_cast<std::size_t>(phrase.meaning)].known() && texts.size() < 2000)
                texts.push_back(m_tokenizer.encode(filledTemplate(m_settings.promptTemplate, phrase.text)));
        if (texts.empty())
            return classRowLength();
        return TextNetwork(weights, m_settings.encoder)
            .embed(texts, 0, {})
            .square()
            .sum(-1)
            .sqrt()
            .mean()
            .item<double>();
    }

    TextTrainerSettings m_settings;
    const TextCorpus& m_corpus;
    const Tokenizer& m_tokenizer;
    TextBatches m_batches;
    at::Generator m_random;
    Weights m_learned, m_mean;
    at::Tensor m_wanted;
    std::unique_ptr<torch::optim::AdamW> m_optimizer;
    std::int64_t m_step = 0;
};

} // namespace

double classRowLength()
{
    return 0.4 * std::sqrt(double(embeddingLength));
}

TrainedText trainTextEncoder(const TextCorpus& corpus, const ConceptParts& parts, const Tokenizer& tokenizer,
                             const std::string& vocabulary, const TextTrainerSettings& settings,
                             const std::function<void(const TextReport&)>& report, Progress& progress)
{
    at::set_num_threads(settings.threads);
    return translated("training the text encoder", [&] {
        TextTrainerSettings own = settings;
        own.encoder.vocabulary = tokenizer.vocabularySize();
        Training training(corpus, parts, tokenizer, vocabulary, own);
        TextReport told;
        constexpr int reportEvery = 50;
        auto since = std::chrono::steady_clock::now();
        while (training.steps() < settings.steps) {
            progress.check();
            const auto [loss, right] = training.step();
            if (!std::isfinite(loss))
                throw Error(ErrorKind::Model,
                            "Training lost its way (the loss is no longer a number) at step " +
                                std::to_string(training.steps()) + ". Take a smaller --learning-rate.");
            told.loss += loss / reportEvery;
            told.right += right / reportEvery;
            if (training.steps() % reportEvery)
                continue;
            told.step = training.steps();
            told.temperature = training.temperature();
            told.secondsAStep =
                std::chrono::duration<double>(std::chrono::steady_clock::now() - since).count() / reportEvery;
            report(told);
            told = {};
            since = std::chrono::steady_clock::now();
        }
        return training.result();
    });
}

} // namespace hounsfield::training
