// SPDX-License-Identifier: Apache-2.0
#include "inference/training/NewClass.h"

#include "inference/internal/Device.h"
#include "inference/internal/Network.h"
#include "inference/internal/PackWeights.h"
#include "inference/training/LeftOut.h"
#include "inference/training/Loss.h"
#include "inference/training/ScanPool.h"
#include "inference/training/TrainingState.h"
#include "inference/training/Validator.h"
#include "volume/Error.h"
#include "volume/RegularFile.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/zeros.h>
#include <nlohmann/json.hpp>

#include <chrono>
#include <cmath>
#include <fstream>
#include <numbers>
#include <sstream>

namespace hounsfield::training {
namespace fs = std::filesystem;

namespace {

using Row = std::vector<float>;

/// Adam (Kingma & Ba 2015) on one row.
struct Adam {
    Row first = Row(512, 0.0f), second = Row(512, 0.0f);

    void step(Row& row, const float* gradient, std::int64_t number, double rate)
    {
        constexpr double keepFirst = 0.9, keepSecond = 0.999;
        const double biasFirst = 1 - std::pow(keepFirst, double(number)),
                     biasSecond = 1 - std::pow(keepSecond, double(number));
        for (std::size_t v = 0; v < row.size(); ++v) {
            first[v] = static_cast<float>(keepFirst * first[v] + (1 - keepFirst) * gradient[v]);
            second[v] =
                static_cast<float>(keepSecond * second[v] + (1 - keepSecond) * gradient[v] * gradient[v]);
            row[v] -= static_cast<float>(rate * (first[v] / biasFirst) /
                                         (std::sqrt(second[v] / biasSecond) + 1e-8));
        }
    }
};

at::Tensor truthOf(const TrainingPatch& patch, int classId)
{
    at::Tensor truth = at::empty({1, static_cast<std::int64_t>(patch.labels.size())}, at::kFloat);
    float* to = truth.data_ptr<float>();
    for (const ClassBits bits : patch.labels)
        *to++ = bits & bitOf(classId) ? 1.0f : 0.0f;
    return truth;
}

} // namespace

struct RowTrainer::State {
    TrainerSettings settings;
    int classId = 0;
    at::Device device{at::kCPU};
    Weights weights; ///< of the pack, its table with the row that is validated
    std::unique_ptr<Network> network;
    fs::path file;
    Row row, mean, best;
    Adam adam;
    std::mt19937_64 random;
    std::int64_t step = 0, bestStep = 0, sinceBest = 0;
    std::uint64_t picked = 0;
    double bestDice = -1;

    bool patienceIsOut() const { return settings.patience > 0 && sinceBest >= settings.patience; }
    bool done() const { return step >= settings.steps || patienceIsOut(); }

    double learningRate() const
    {
        if (step < settings.warmUpSteps)
            return settings.learningRate * double(step + 1) / double(settings.warmUpSteps);
        const double along = double(step - settings.warmUpSteps) /
                             double(std::max<std::int64_t>(1, settings.steps - settings.warmUpSteps));
        return settings.learningRate *
               (0.02 + 0.98 * 0.5 * (1 + std::cos(std::numbers::pi * std::min(1.0, along))));
    }

    double trainStep(ScanPool& pool)
    {
        at::Tensor learned = at::from_blob(row.data(), {1, 512}, at::kFloat).clone().set_requires_grad(true);
        at::Tensor sum = at::zeros({}, at::kFloat);
        const auto [x, y, z] = settings.roi;
        int used = 0;
        for (int n = 0; n < settings.batch; ++n) {
            TrainingPatch patch = randomPatch(*pool.pick(random), settings.roi, random);
            // Where nobody looked for the class, nothing is said of it.
            if (!(patch.annotated & bitOf(classId)))
                continue;
            ++used;
            const Network::Output out =
                network->run(at::from_blob(patch.image.data(), {1, 1, x, y, z}, at::kFloat));
            const at::Tensor parameters = network->head().controller(out.gap.to(at::kCPU), learned);
            sum = sum + segmentationLoss(PromptHead::logits(out.reduced.to(at::kCPU).flatten(2), parameters,
                                                            passedByShutRelu)[0],
                                         truthOf(patch, classId));
        }
        const double rate = learningRate();
        ++step;
        if (used == 0)
            return 0;
        const at::Tensor value = sum / double(used);
        value.backward();
        adam.step(row, learned.grad().data_ptr<float>(), step, rate);
        const double keep = std::min(0.95, double(step) / double(step + 10));
        for (std::size_t v = 0; v < row.size(); ++v)
            mean[v] = static_cast<float>(keep * mean[v] + (1 - keep) * row[v]);
        return value.item<double>();
    }

    Validation validateNow(const std::vector<TrainingScan>& scans)
    {
        std::copy(mean.begin(), mean.end(), weights.at("organ_embedding")[classId - 1].data_ptr<float>());
        Validation now = validate(weights, scans, settings.roi, device);
        now.step = step;
        now.best = now.isBetterThan(bestDice);
        sinceBest += bestDice > 0;
        if (now.best) {
            bestDice = now.meanDice;
            bestStep = step;
            sinceBest = 0;
            best = mean;
        }
        return now;
    }

    void save(std::uint64_t picks)
    {
        std::ostringstream generator;
        generator.imbue(std::locale::classic());
        generator << random;
        const nlohmann::json root{{"purpose", settings.purpose},
                                  {"class", classId},
                                  {"pack", settings.from->weightsSha256},
                                  {"step", step},
                                  {"picked", picks},
                                  {"random", generator.str()},
                                  {"best_dice", bestDice},
                                  {"best_step", bestStep},
                                  {"since_best", sinceBest},
                                  {"row", row},
                                  {"mean", mean},
                                  {"best", best},
                                  {"first", adam.first},
                                  {"second", adam.second}};
        writeStateFile(file, root.dump());
    }

    void load()
    {
        requireRegularFile(file, ErrorKind::Model);
        const std::string other = "The training state " + file.string() +
                                  " is of another model or class, or cannot be read; name another --state, "
                                  "or remove it to begin anew.";
        try {
            std::ifstream in(file, std::ios::binary);
            const nlohmann::json root = nlohmann::json::parse(in);
            if (root.at("class") != classId || root.at("pack") != settings.from->weightsSha256)
                throw Error(ErrorKind::Model, other);
            checkPurpose(file, root.value("purpose", ""), settings.purpose);
            step = root.at("step");
            picked = root.at("picked");
            std::istringstream generator(root.at("random").get<std::string>());
            generator.imbue(std::locale::classic());
            generator >> random;
            bestDice = root.at("best_dice");
            bestStep = root.at("best_step");
            sinceBest = root.at("since_best");
            row = root.at("row").get<Row>();
            mean = root.at("mean").get<Row>();
            best = root.at("best").get<Row>();
            adam.first = root.at("first").get<Row>();
            adam.second = root.at("second").get<Row>();
        } catch (const nlohmann::json::exception&) {
            throw Error(ErrorKind::Model, other);
        }
        for (const Row* one : {&row, &mean, &adam.first, &adam.second})
            if (one->size() != 512)
                throw Error(ErrorKind::Model, other);
    }
};

RowTrainer::RowTrainer(const TrainerSettings& settings, int classId, std::vector<float> first,
                       const fs::path& state)
    : m_state(std::make_unique<State>())
{
    translated("setting up training", [&] {
        State& s = *m_state;
        s.settings = settings;
        s.classId = classId;
        s.device = chooseDevice(settings.device);
        setUpMachine(settings.threads, s.device);
        s.file = state;
        s.random.seed(settings.seed);
        s.row = s.mean = std::move(first);
        s.weights = packWeights(*settings.from);
        s.network = std::make_unique<Network>(s.weights, s.device, Precision::Fp32);
        const at::Tensor table = s.weights.at("organ_embedding");
        at::Tensor longer =
            at::zeros({std::max<std::int64_t>(table.size(0), classId), table.size(1)}, at::kFloat);
        longer.narrow(0, 0, table.size(0)).copy_(table);
        s.weights.at("organ_embedding") = longer;
        if (fs::exists(state))
            s.load();
    });
}

RowTrainer::~RowTrainer() = default;

void RowTrainer::run(ScanSource& all, const std::vector<TrainingScan>& validation,
                     const std::function<void(const TrainingReport&)>& report, Progress& progress)
{
    State& s = *m_state;
    if (s.done())
        return;
    // Patches are centred on annotated classes: on the new one alone.
    const ClassBits others = ~bitOf(s.classId);
    LeftOut source(all, others);
    std::vector<TrainingScan> looked = validation;
    for (TrainingScan& scan : looked)
        leaveOut(scan, others);
    ScanPool pool(source, s.settings.poolSize, s.picked);
    constexpr int reportEvery = 10;
    double sum = 0;
    int count = 0;
    auto since = std::chrono::steady_clock::now();
    while (!s.done() && !progress.stopRequested()) {
        const double rate = s.learningRate();
        sum += translated("training", [&] { return s.trainStep(pool); });
        ++count;
        if (!std::isfinite(sum))
            throw Error(ErrorKind::Model, "Training lost its way (the loss is no longer a number) at step " +
                                              std::to_string(s.step) +
                                              ". Take a smaller --learning-rate; the last state is kept.");
        const bool last = s.step == s.settings.steps,
                   validateNow = !looked.empty() && (last || s.step % s.settings.validateEvery == 0);
        if (s.step % reportEvery == 0 || last || validateNow) {
            const double seconds =
                std::chrono::duration<double>(std::chrono::steady_clock::now() - since).count();
            TrainingReport told{s.step, sum / count, rate, seconds / count, pool.produced(), {}};
            if (validateNow)
                told.validation = translated("validating", [&] { return s.validateNow(looked); });
            report(told);
            sum = 0;
            count = 0;
            since = std::chrono::steady_clock::now();
        }
        if (s.step % s.settings.checkpointEvery == 0 && !s.done())
            s.save(pool.picked());
    }
    s.save(pool.picked());
    if (!s.done())
        progress.check();
}

std::int64_t RowTrainer::step() const
{
    return m_state->step;
}

std::int64_t RowTrainer::bestStep() const
{
    return m_state->best.empty() ? m_state->step : m_state->bestStep;
}

bool RowTrainer::finished() const
{
    return m_state->done();
}

bool RowTrainer::stoppedEarly() const
{
    return m_state->patienceIsOut() && m_state->step < m_state->settings.steps;
}

const std::vector<float>& RowTrainer::row() const
{
    return m_state->best.empty() ? m_state->mean : m_state->best;
}

} // namespace hounsfield::training
