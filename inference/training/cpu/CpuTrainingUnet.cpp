// SPDX-License-Identifier: Apache-2.0
#include "inference/training/cpu/CpuTrainingUnet.h"

#include "inference/internal/PromptHead.h"
#include "inference/internal/cpu/Kernels.h"
#include "inference/training/cpu/HeadLoss.h"
#include "inference/training/cpu/TrainableConvolution.h"
#include "inference/training/cpu/TrainingKernels.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros_like.h>

namespace hounsfield::training {
namespace {

constexpr int groupsOfGap = 16;

/// A map and the gradient that comes back to it, with memory of their own.
struct Pair {
    Pair(int channels, const Index3& size, MapType type)
        : map{nullptr, channels, size, type}, gradient(map), memory(2 * map.bytes())
    {
        map.data = memory.data();
        gradient.data = memory.data() + map.bytes();
    }
    Pair(const Pair&) = delete;
    FeatureMap map, gradient;
    MapMemory memory;
};

const float* values(const Weights& weights, const std::string& name)
{
    return weights.at(name).data_ptr<float>();
}

float* gradients(Weights& weights, const std::string& name)
{
    at::Tensor& tensor = weights.at(name);
    if (!tensor.grad().defined())
        tensor.mutable_grad() = at::zeros_like(tensor.detach());
    return tensor.mutable_grad().data_ptr<float>();
}

/// 3x3x3 convolution, instance norm, ReLU: forwards into `out`, which the next step reads.
class Step {
public:
    Step(const Weights& weights, std::string name, const Index3& size, MapType type)
        : m_name(std::move(name)),
          m_convolution({int(weights.at(m_name + ".conv1.weight").size(1)),
                         int(weights.at(m_name + ".conv1.weight").size(0)), 3, size, type}),
          m_convolved(
              std::make_unique<MapMemory>(FeatureMap{nullptr, m_convolution.shape().out, size, type}.bytes()))
    {
        m_before = {m_convolved->data(), m_convolution.shape().out, size, type};
    }
    int outputs() const { return m_convolution.shape().out; }
    void read(const Weights& weights)
    {
        m_convolution.setWeights(values(weights, m_name + ".conv1.weight"),
                                 values(weights, m_name + ".conv1.bias"));
        m_weights = &weights;
    }
    void forward(const FeatureMap& in, const FeatureMap& out)
    {
        m_convolution.forward(in, m_before);
        m_moments = momentsOf(m_before, 1);
        normaliseRelu(m_before, m_moments, values(*m_weights, m_name + ".bn1.weight"),
                      values(*m_weights, m_name + ".bn1.bias"), out);
    }
    /// `outGradient` is used up. @param inGradient null where nothing reads it
    void backward(Weights& weights, const FeatureMap& in, const FeatureMap& outGradient,
                  const FeatureMap* inGradient)
    {
        normaliseReluBackward(m_before, m_moments, 1, values(weights, m_name + ".bn1.weight"),
                              values(weights, m_name + ".bn1.bias"), outGradient,
                              gradients(weights, m_name + ".bn1.weight"),
                              gradients(weights, m_name + ".bn1.bias"));
        m_convolution.backwardWeights(in, outGradient, gradients(weights, m_name + ".conv1.weight"),
                                      gradients(weights, m_name + ".conv1.bias"));
        if (inGradient)
            m_convolution.backwardData(outGradient, *inGradient);
    }

private:
    std::string m_name;
    TrainableConvolution m_convolution;
    std::unique_ptr<MapMemory> m_convolved;
    FeatureMap m_before;
    Moments m_moments;
    const Weights* m_weights = nullptr;
};

/// A transposed convolution of kernel 2 and stride 2: one 1x1x1 convolution to eight times the channels, a
/// tap after the other.
class DoubleSizeStep {
public:
    DoubleSizeStep(const Weights& weights, std::string name, const Index3& size, MapType type)
        : m_name(std::move(name)), m_in(int(weights.at(m_name + ".weight").size(0))),
          m_out(int(weights.at(m_name + ".weight").size(1))), m_convolution({m_in, 8 * m_out, 1, size, type}),
          m_taps(8 * m_out, size, type)
    {
    }
    int outputs() const { return m_out; }
    void read(const Weights& weights)
    {
        // in x out x tap -> (tap, out) x in
        const at::Tensor rows =
            weights.at(m_name + ".weight").detach().flatten(2).permute({2, 1, 0}).contiguous();
        const at::Tensor bias = weights.at(m_name + ".bias").detach().repeat({8});
        m_convolution.setWeights(rows.data_ptr<float>(), bias.data_ptr<float>());
    }
    void forward(const FeatureMap& in, const FeatureMap& out) const
    {
        m_convolution.forward(in, m_taps.map);
        for (int tap = 0; tap < 8; ++tap)
            placeTap(m_taps.map.part(tap * m_out, m_out), out, {tap / 4, tap / 2 % 2, tap % 2});
    }
    void backward(Weights& weights, const FeatureMap& in, const FeatureMap& outGradient,
                  const FeatureMap& inGradient) const
    {
        for (int tap = 0; tap < 8; ++tap)
            gatherTap(outGradient, m_taps.gradient.part(tap * m_out, m_out), {tap / 4, tap / 2 % 2, tap % 2});
        at::Tensor rows = at::zeros({8, m_out, m_in}), bias = at::zeros({8, m_out});
        m_convolution.backwardWeights(in, m_taps.gradient, rows.data_ptr<float>(), bias.data_ptr<float>());
        m_convolution.backwardData(m_taps.gradient, inGradient);
        gradients(weights, m_name + ".weight");
        gradients(weights, m_name + ".bias");
        at::Tensor& weight = weights.at(m_name + ".weight");
        weight.mutable_grad().add_(rows.permute({2, 1, 0}).reshape(weight.sizes()));
        weights.at(m_name + ".bias").mutable_grad().add_(bias.sum(0));
    }

private:
    std::string m_name;
    int m_in, m_out;
    TrainableConvolution m_convolution;
    Pair m_taps;
};

struct Stage {
    Step first, second;
    std::unique_ptr<Pair> middle; ///< between them
    Stage(const Weights& weights, const std::string& name, const Index3& size, MapType type)
        : first(weights, name + ".ops.0", size, type), second(weights, name + ".ops.1", size, type),
          middle(std::make_unique<Pair>(first.outputs(), size, type))
    {
    }
    void read(const Weights& weights)
    {
        first.read(weights);
        second.read(weights);
    }
    void forward(const FeatureMap& in, const FeatureMap& out)
    {
        first.forward(in, middle->map);
        second.forward(middle->map, out);
    }
    void backward(Weights& weights, const FeatureMap& in, const FeatureMap& outGradient,
                  const FeatureMap* inGradient)
    {
        second.backward(weights, middle->map, outGradient, &middle->gradient);
        first.backward(weights, in, middle->gradient, inGradient);
    }
};

Index3 half(const Index3& size)
{
    return {size[0] / 2, size[1] / 2, size[2] / 2};
}

/// A level of the decoder: what is sampled up lies beside what is skipped.
struct UpLevel {
    DoubleSizeStep sample;
    Stage stage;
    Pair joined, out;
    UpLevel(const Weights& weights, const std::string& name, int skipped, const Index3& size, MapType type)
        : sample(weights, name + ".up_conv", half(size), type), stage(weights, name, size, type),
          joined(sample.outputs() + skipped, size, type), out(stage.second.outputs(), size, type)
    {
    }
};

} // namespace

struct CpuTrainingUnet::Network {
    Index3 size;
    MapType type;
    Pair input;
    std::vector<Stage> down;
    std::vector<std::unique_ptr<Pair>> pooled; ///< what stages 1 to 3 read
    std::unique_ptr<Pair> bottleneck;
    std::vector<std::unique_ptr<UpLevel>> up; ///< coarse to fine
    std::unique_ptr<Pair> normalised;         ///< features as the head reads them
    std::unique_ptr<Pair> headOfBottleneck;   ///< the bottleneck's gradient by way of the head
    std::vector<float> reduced;               ///< 8 x voxels
    HeadLoss headLoss;

    Network(const Weights& weights, const Index3& wanted, bool bfloat16)
        : size(wanted), type(bfloat16 ? MapType::BFloat16 : MapType::Float32), input(1, wanted, type)
    {
        std::vector<Index3> sizes{size};
        for (const char* name : {"down_tr64", "down_tr128", "down_tr256", "down_tr512"}) {
            down.emplace_back(weights, std::string("backbone.") + name, sizes.back(), type);
            sizes.push_back(half(sizes.back()));
        }
        for (std::size_t level = 1; level < 4; ++level)
            pooled.push_back(std::make_unique<Pair>(down[level - 1].second.outputs(), sizes[level], type));
        bottleneck = std::make_unique<Pair>(down[3].second.outputs(), sizes[3], type);
        std::size_t level = 3;
        for (const char* name : {"up_tr256", "up_tr128", "up_tr64"}) {
            --level;
            up.push_back(std::make_unique<UpLevel>(weights, std::string("backbone.") + name,
                                                   down[level].second.outputs(), sizes[level], type));
        }
        normalised = std::make_unique<Pair>(up.back()->stage.second.outputs(), size, type);
        headOfBottleneck = std::make_unique<Pair>(bottleneck->map.channels, sizes[3], type);
        reduced.resize(std::size_t(8 * normalised->map.voxels()));
    }

    FeatureMap skip(std::size_t level) const
    {
        const UpLevel& to = *up[2 - level];
        return to.joined.map.part(to.sample.outputs(), down[level].second.outputs());
    }
    FeatureMap skipGradient(std::size_t level) const
    {
        const UpLevel& to = *up[2 - level];
        return to.joined.gradient.part(to.sample.outputs(), down[level].second.outputs());
    }
    const FeatureMap& read(std::size_t level) const
    {
        return level == 0 ? input.map : pooled[level - 1]->map;
    }

    void forward(const std::vector<float>& image)
    {
        if (type == MapType::Float32)
            std::copy(image.begin(), image.end(), reinterpret_cast<float*>(input.map.data));
        else
            toBFloat16(image.data(), reinterpret_cast<std::uint16_t*>(input.map.data),
                       std::int64_t(image.size()));
        for (std::size_t level = 0; level < 3; ++level) {
            down[level].forward(read(level), skip(level));
            maxPool(skip(level), pooled[level]->map);
        }
        down[3].forward(read(3), bottleneck->map);
        const FeatureMap* x = &bottleneck->map;
        for (const auto& level : up) {
            level->sample.forward(*x, level->joined.map.part(0, level->sample.outputs()));
            level->stage.forward(level->joined.map, level->out.map);
            x = &level->out.map;
        }
    }

    /// From the gradients of the last level's output and of the bottleneck by way of the head.
    void backward(Weights& weights)
    {
        for (std::size_t i = up.size(); i-- > 0;) {
            UpLevel& level = *up[i];
            level.stage.backward(weights, level.joined.map, level.out.gradient, &level.joined.gradient);
            Pair& below = i == 0 ? *bottleneck : up[i - 1]->out;
            level.sample.backward(weights, below.map, level.joined.gradient.part(0, level.sample.outputs()),
                                  below.gradient);
        }
        applySumActivated(bottleneck->gradient,
                          {std::vector<float>(std::size_t(bottleneck->map.groups()) * 16, 1.0f),
                           std::vector<float>(std::size_t(bottleneck->map.groups()) * 16, 0.0f)},
                          headOfBottleneck->gradient, nullptr, 1.0f);
        down[3].backward(weights, read(3), bottleneck->gradient, &pooled[2]->gradient);
        for (std::size_t level = 3; level-- > 0;) {
            addMaxPoolBackward(skip(level), pooled[level]->map, pooled[level]->gradient, skipGradient(level));
            down[level].backward(weights, read(level), skipGradient(level),
                                 level == 0 ? nullptr : &pooled[level - 1]->gradient);
        }
    }
};

bool CpuTrainingUnet::suits(const Weights& weights)
{
    for (const auto& [name, tensor] : weights)
        if (name.starts_with("backbone.") && (tensor.size(0) % 16 != 0 || tensor.is_cuda()))
            return false;
    return true;
}

CpuTrainingUnet::CpuTrainingUnet(const Weights& weights, const Index3& size, bool bfloat16)
    : m_network(std::make_unique<Network>(weights, size, bfloat16))
{
    readWeights(weights);
}

CpuTrainingUnet::~CpuTrainingUnet() = default;

void CpuTrainingUnet::readWeights(const Weights& weights)
{
    for (Stage& stage : m_network->down)
        stage.read(weights);
    for (const auto& level : m_network->up) {
        level->sample.read(weights);
        level->stage.read(weights);
    }
}

double CpuTrainingUnet::addGradients(Weights& weights, const TrainingPatch& patch,
                                     const std::vector<std::int64_t>& classes, double weight)
{
    Network& n = *m_network;
    n.forward(patch.image);

    // The window's content and the controller are small: LibTorch differentiates them.
    const FeatureMap deep = n.bottleneck->map;
    at::Tensor bottleneck =
        at::empty({1, deep.channels, deep.size[0], deep.size[1], deep.size[2]}, at::kFloat);
    toPlain(deep, bottleneck.data_ptr<float>());
    bottleneck.requires_grad_(true);
    const PromptHead head{WeightScope(weights)};
    const at::Tensor rows = weights.at("organ_embedding").index_select(0, at::tensor(classes, at::kLong));
    const at::Tensor parameters = head.controller(head.gap(bottleneck), rows)[0].contiguous();

    // The features' group norm, ReLU and 1x1x1 convolution to eight channels.
    Pair& features = n.up.back()->out;
    const int groupSize = features.map.channels / groupsOfGap;
    const Moments moments = momentsOf(features.map, groupSize);
    normaliseRelu(features.map, moments, values(weights, "precls_conv.0.weight"),
                  values(weights, "precls_conv.0.bias"), n.normalised->map);
    reduceMap(n.normalised->map, values(weights, "precls_conv.2.weight"),
              values(weights, "precls_conv.2.bias"), n.reduced.data());

    const double loss =
        n.headLoss.run(n.reduced.data(), patch.labels, parameters.data_ptr<float>(), classes, weight);
    parameters.backward(at::from_blob(n.headLoss.parameterGradient.data(), parameters.sizes(), at::kFloat));
    reduceMapBackward(n.normalised->map, values(weights, "precls_conv.2.weight"),
                      n.headLoss.reducedGradient.data(), features.gradient,
                      gradients(weights, "precls_conv.2.weight"), gradients(weights, "precls_conv.2.bias"));
    normaliseReluBackward(features.map, moments, groupSize, values(weights, "precls_conv.0.weight"),
                          values(weights, "precls_conv.0.bias"), features.gradient,
                          gradients(weights, "precls_conv.0.weight"),
                          gradients(weights, "precls_conv.0.bias"));
    fromPlain(bottleneck.grad().contiguous().data_ptr<float>(), n.headOfBottleneck->gradient);
    n.backward(weights);
    return loss;
}

} // namespace hounsfield::training
